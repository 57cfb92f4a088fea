package io.hark.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.slot.PeerMessage;
import io.netty.channel.EventLoopGroup;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GrpcPeersTest {
    @Test
    void messagesKeepTheirOrderBothWaysUnderLoad() throws Exception {
        int count = 20_000;
        try (TestNode a = TestNode.start("a");
                TestNode b = TestNode.start("b")) {
            TestNode.link(a, "a", b, "b");

            Thread there = Thread.ofPlatform().start(() -> sendNumbered(a, "b", count));
            sendNumbered(b, "a", count);
            there.join();

            assertThat(b.awaitMessages("a", count)).isEqualTo(numbered(count));
            assertThat(a.awaitMessages("b", count)).isEqualTo(numbered(count));
            LinkStats sent = a.stats("b");
            LinkStats received = b.stats("a");
            assertThat(sent.messagesSent()).isEqualTo(count).isEqualTo(received.messagesReceived());
            assertThat(sent.framesSent()).isLessThanOrEqualTo(count);
            assertThat(sent.sessionsBegun()).isEqualTo(1);
            assertThat(sent.queuedBytes()).isZero();
        }
    }

    private static void sendNumbered(TestNode node, String to, int count) {
        long session = node.awaitUp(to);
        for (PeerMessage message : numbered(count)) {
            node.peers().send(to, session, List.of(message));
        }
    }

    private static List<PeerMessage> numbered(int count) {
        return IntStream.range(0, count)
                .<PeerMessage>mapToObj(number -> new PeerMessage.Credit(3, number))
                .toList();
    }

    @Test
    void everyKindOfMessageArrives() {
        try (TestNode a = TestNode.start("a");
                TestNode b = TestNode.start("b")) {
            TestNode.link(a, "a", b, "b");

            b.peers().send("a", b.awaitUp("a"), SampleMessages.all());

            assertThat(a.awaitMessages("b", SampleMessages.all().size()))
                    .usingRecursiveComparison()
                    .isEqualTo(SampleMessages.all());
        }
    }

    @Test
    void messagesLargerThanAFrameArrive() {
        try (TestNode a = TestNode.start("a");
                TestNode b = TestNode.start("b")) {
            TestNode.link(a, "a", b, "b");

            a.send("b", SampleMessages.publish(3_000_000), SampleMessages.publish(1), SampleMessages.publish(500_000));

            assertThat(b.awaitMessages("a", 3))
                    .usingRecursiveComparison()
                    .isEqualTo(List.of(
                            SampleMessages.publish(3_000_000),
                            SampleMessages.publish(1),
                            SampleMessages.publish(500_000)));
        }
    }

    @Test
    void aNodeThatRestartsBeginsANewSessionWithoutMessagesOfTheOldOne() throws Exception {
        try (TestNode a = TestNode.start("a")) {
            long first;
            try (Relay relay = new Relay(1)) {
                TestNode b = TestNode.start("b");
                relay.to(b.port());
                b.knows("a", a.address());
                a.knows("b", relay.address());
                first = a.awaitUp("b");
                b.send("a", new PeerMessage.Credit(1, 1));
                a.awaitMessages("b", 1);

                b.close();
                a.awaitDown("b", first);
                a.peers().send("b", first, List.of(new PeerMessage.Credit(1, 666)));
                try (TestNode again = TestNode.start("b")) {
                    relay.to(again.port());
                    again.knows("a", a.address());

                    long second = a.awaitUpAgain("b", first);
                    a.peers().send("b", first, List.of(new PeerMessage.Credit(1, 667)));
                    a.peers().send("b", second, List.of(new PeerMessage.Credit(1, 2)));

                    assertThat(second).isGreaterThan(first);
                    assertThat(again.awaitMessages("a", 1)).containsExactly(new PeerMessage.Credit(1, 2));
                    assertThat(a.stats("b").sessionsBegun()).isEqualTo(2);
                }
            }
        }
    }

    @Test
    void aConnectionThatIsResetEndsTheSessionOnBothSidesAndIsDialledAgain() throws Exception {
        try (TestNode a = TestNode.start("a");
                TestNode b = TestNode.start("b");
                Relay relay = new Relay(b.port())) {
            b.knows("a", a.address());
            a.knows("b", relay.address());
            long atA = a.awaitUp("b");
            long atB = b.awaitUp("a");

            long cutAt = System.nanoTime();
            relay.cut();

            a.awaitDown("b", atA);
            b.awaitDown("a", atB);
            assertThat(Duration.ofNanos(System.nanoTime() - cutAt)).isLessThan(TestNode.LIMITS.silenceMax());
            a.awaitUpAgain("b", atA);
            b.awaitUpAgain("a", atB);
        }
    }

    @Test
    void aConnectionThatCarriesNothingEndsTheSessionOnBothSides() throws Exception {
        try (TestNode a = TestNode.start("a");
                TestNode b = TestNode.start("b");
                Relay relay = new Relay(b.port())) {
            b.knows("a", a.address());
            a.knows("b", relay.address());
            long atA = a.awaitUp("b");
            long atB = b.awaitUp("a");

            relay.stall();

            a.awaitDown("b", atA);
            b.awaitDown("a", atB);
            relay.goOn();
            a.awaitUpAgain("b", atA);
            b.awaitUpAgain("a", atB);
        }
    }

    @Test
    void aLinkWithNothingToSayStaysUp() {
        try (TestNode a = TestNode.start("a");
                TestNode b = TestNode.start("b")) {
            TestNode.link(a, "a", b, "b");
            long heartbeats = 2 * TestNode.LIMITS.silenceMax().dividedBy(TestNode.LIMITS.heartbeatEvery());

            // Frames of the heartbeat are all that comes; the session must outlive more of them than fit in the
            // silence.
            TestNode.eventually("heartbeats", () -> a.stats("b").framesReceived() > heartbeats);
            TestNode.eventually("heartbeats", () -> b.stats("a").framesReceived() > heartbeats);

            assertThat(a.stats("b").sessionsBegun()).isEqualTo(1);
            assertThat(a.stats("b").up()).isTrue();
            assertThat(a.messages("b")).isEmpty();
        }
    }

    @Test
    void aPeerThatTakesNothingDoesNotGrowMemoryBeyondTheBound() throws Exception {
        long bound = 4 << 20;
        LinkLimits limits = LinkLimits.DEFAULT.withQueueBytesMax(bound);
        try (TestNode a = TestNode.start("a", "eu", TestNode.SECRET, Optional.empty(), limits);
                TestNode b = TestNode.start("b");
                Relay relay = new Relay(b.port())) {
            b.knows("a", a.address());
            a.knows("b", relay.address());
            long session = a.awaitUp("b");
            PeerMessage message = SampleMessages.publish(10_000);

            relay.stall();
            long most = 0;
            while (a.stats("b").up()) {
                a.peers().send("b", session, List.of(message));
                most = Math.max(most, a.stats("b").queuedBytes());
            }

            a.awaitDown("b", session);
            assertThat(most).isBetween(bound / 2, bound + 20_000);
            // What gRPC took from the queue, as the sockets and the other end had room for it.
            assertThat(a.stats("b").bytesSent()).isLessThan(24 << 20);
            assertThat(a.stats("b").queuedBytes()).isZero();
        }
    }

    @Test
    void aPeerThatTakesNothingDoesNotStallAnother() throws Exception {
        LinkLimits patient = new LinkLimits(
                256 << 10,
                64 << 20,
                64 << 20,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(3),
                16,
                Duration.ofMillis(50),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2));
        try (TestNode a = TestNode.start("a", "eu", TestNode.SECRET, Optional.empty(), patient, 1);
                TestNode b = TestNode.start("b");
                TestNode c = TestNode.start("c");
                Relay relay = new Relay(b.port())) {
            b.knows("a", a.address());
            c.knows("a", a.address());
            a.peers().nodes(Map.of("b", relay.address(), "c", c.address()));
            long toB = a.awaitUp("b");
            long toC = a.awaitUp("c");

            relay.stall();
            PeerMessage large = SampleMessages.publish(100_000);
            for (int i = 0; i < 300; i++) {
                a.peers().send("b", toB, List.of(large));
            }
            TestNode.eventually("what b does not take", () -> a.stats("b").queuedBytes() > 10 << 20);
            a.peers().send("c", toC, numbered(1000));

            assertThat(c.awaitMessages("a", 1000)).isEqualTo(numbered(1000));
            assertThat(a.stats("b").up()).isTrue();
            assertThat(a.stats("b").queuedBytes()).isGreaterThan(10 << 20);
        }
    }

    @Test
    void aNodeWithAnotherSecretIsRefused() {
        try (TestNode a = TestNode.start("a", "eu", "not the cluster's secret", Optional.empty(), TestNode.LIMITS);
                TestNode b = TestNode.start("b")) {
            assertRefused(a, b, "UNAUTHENTICATED: the proof does not hold");
        }
    }

    @Test
    void aNodeOfAnotherRegionIsRefused() {
        try (TestNode a = TestNode.start("a", "us", TestNode.SECRET, Optional.empty(), TestNode.LIMITS);
                TestNode b = TestNode.start("b")) {
            assertRefused(a, b, "FAILED_PRECONDITION: node a is of region us, this is region eu");
        }
    }

    private static void assertRefused(TestNode a, TestNode b, String why) {
        b.knows("a", a.address());
        a.knows("b", b.address());

        TestNode.eventually("a refusal", () -> a.peers().lastFailure("b").contains(why));
        assertThat(a.events()).isEmpty();
        assertThat(b.events()).isEmpty();
    }

    @Test
    void aNodeThatIsNotKnownIsRefusedUntilItIs() {
        try (TestNode a = TestNode.start("a");
                TestNode b = TestNode.start("b")) {
            a.knows("b", b.address());
            TestNode.eventually(
                    "a refusal",
                    () -> a.peers().lastFailure("b").contains("PERMISSION_DENIED: node a is not known to b"));

            b.knows("a", a.address());

            a.awaitUp("b");
            b.awaitUp("a");
            assertThat(a.peers().lastFailure("b")).isEmpty();
        }
    }

    @Test
    void aNodeThatIsNoMoreOfTheRegionIsCutOffAndComesBackWithANewSession() {
        try (TestNode a = TestNode.start("a");
                TestNode b = TestNode.start("b")) {
            TestNode.link(a, "a", b, "b");
            long atA = a.awaitUp("b");
            long atB = b.awaitUp("a");

            b.peers().nodes(Map.of());
            b.awaitDown("a", atB);
            a.awaitDown("b", atA);
            b.knows("a", a.address());

            a.awaitUpAgain("b", atA);
            b.awaitUpAgain("a", atB);
        }
    }

    @Test
    void nodesThatMeetAtOnceHaveOneSession() {
        List<String> ids = List.of("a", "b", "c", "d");
        List<TestNode> nodes = new ArrayList<>();
        ids.forEach(id -> nodes.add(TestNode.start(id)));
        Map<String, String> addresses = Map.of(
                "a", nodes.get(0).address(),
                "b", nodes.get(1).address(),
                "c", nodes.get(2).address(),
                "d", nodes.get(3).address());

        nodes.forEach(node -> node.peers().nodes(addresses));
        for (int from = 0; from < ids.size(); from++) {
            for (int to = 0; to < ids.size(); to++) {
                if (from != to) {
                    nodes.get(from).awaitUp(ids.get(to));
                    nodes.get(from).send(ids.get(to), new PeerMessage.Credit(from, to));
                }
            }
        }
        for (int to = 0; to < ids.size(); to++) {
            for (int from = 0; from < ids.size(); from++) {
                if (from != to) {
                    assertThat(nodes.get(to).awaitMessages(ids.get(from), 1))
                            .containsExactly(new PeerMessage.Credit(from, to));
                }
            }
        }

        for (TestNode node : nodes) {
            assertThat(node.peers().stats()).hasSize(3).allMatch(link -> link.sessionsBegun() == 1);
        }
        nodes.forEach(TestNode::close);
    }

    @Test
    void aSessionThatBeginsAnewReplacesTheOldOneAtTheOtherEnd() throws Exception {
        try (TestNode b = TestNode.start("b", "eu", TestNode.SECRET, Optional.empty(), LinkLimits.DEFAULT)) {
            TestNode a = TestNode.start("a");
            TestNode.link(a, "a", b, "b");
            long older = b.awaitUp("a");
            // As if the first process had been frozen and started anew elsewhere: its connection is still there.
            try (TestNode again = TestNode.start("a")) {
                again.knows("b", b.address());
                again.awaitUp("b");

                long newer = b.awaitUpAgain("a", older);
                assertThat(b.events())
                        .startsWith(
                                new TestNode.Up("a", older),
                                new TestNode.Down("a", older),
                                new TestNode.Up("a", newer));
                a.close();
            }
        }
    }

    @Test
    void closingSendsWhatIsQueuedFirst() {
        try (TestNode a = TestNode.start("a")) {
            TestNode b = TestNode.start("b");
            TestNode.link(a, "a", b, "b");
            b.peers().send("a", b.awaitUp("a"), numbered(5000));
            b.close();

            assertThat(a.awaitMessages("b", 5000)).isEqualTo(numbered(5000));
        }
    }

    @Test
    void theDialerClosingSendsWhatIsQueuedFirst() {
        try (TestNode b = TestNode.start("b")) {
            TestNode a = TestNode.start("a");
            TestNode.link(a, "a", b, "b");
            a.peers().send("b", a.awaitUp("b"), numbered(5000));
            a.close();

            assertThat(b.awaitMessages("a", 5000)).isEqualTo(numbered(5000));
        }
    }

    @Test
    void aPortThatIsTakenIsSaidAtStart() {
        EventLoopGroup loops = TestNode.loops(1);
        try (TestNode a = TestNode.start("a")) {
            GrpcPeers second = new GrpcPeers(
                    new LinkIdentity("b", () -> "b-1", "eu", new byte[16]),
                    a.address(),
                    Optional.empty(),
                    LinkLimits.DEFAULT,
                    TestNode.sockets(loops));

            assertThatThrownBy(() -> second.start(a))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("links on " + a.address());
            second.close();
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
