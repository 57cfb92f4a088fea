package io.hark.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.LogPage;
import io.hark.channel.LogRecord;
import io.hark.channel.Publish;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotRow;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Node `a` brings node `b` to where its log ends; node `a` alone is in sync.
class SlotCatchUpTest {
    private static final int SLOT = TestLog.SLOT;

    private final TestLog log = TestLog.of(1, 1, 1, 2, 2, 2);

    private static TestReplica leading(TestLog log, int epoch) {
        return leading(log, epoch, "a");
    }

    private static TestReplica leading(TestLog log, int epoch, String... isr) {
        TestReplica node = new TestReplica("a", log.meta());
        node.assign(epoch, "a", List.of(isr), List.of("a", "b"), "");
        node.durable();
        node.sent.clear();
        return node;
    }

    private static void publish(TestReplica node, int count) {
        for (int i = 0; i < count; i++) {
            MessageBatch batch = new MessageBatch(
                    "p" + i, Optional.empty(), 0, List.of(Message.of(Optional.empty(), Payload.text("x".repeat(300)))));
            node.replica
                    .serving()
                    .orElseThrow()
                    .publish(
                            new Publish(
                                    TestLog.CHANNEL,
                                    Optional.empty(),
                                    false,
                                    Optional.empty(),
                                    batch,
                                    TestLog.POLICY,
                                    false),
                            node.now,
                            result -> {});
        }
        node.confirm("nobody", 0); // the end of the turn
    }

    /// The follower has everything that there is.
    private static void inStep(TestReplica node) {
        node.confirm("b", 6);
        node.confirm("b", 7);
        node.sent.clear();
    }

    private static List<Long> lsns(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void aFollowerIsTakenBackToWhereTheLogsPart() {
        TestReplica node = leading(log, 3);
        node.pages.add(new LogPage(log.records(3, 6), false));
        node.mismatch("b", TestLog.of(1, 1, 1, 1, 1).meta());
        assertThat(node.logReads).containsExactly(3L);

        node.answer();
        PeerMessage.Append first = (PeerMessage.Append) node.takeSent("b").getFirst();
        assertThat(first.prevLsn()).isEqualTo(3);
        assertThat(first.prevEpoch()).isEqualTo(1);
        assertThat(first.records()).extracting(LogRecord::lsn).containsExactly(4L, 5L, 6L);
    }

    @Test
    void aFollowerThatIsOnlyBehindGetsTheRest() {
        TestReplica node = leading(log, 3);
        node.pages.add(new LogPage(log.records(4, 6), false));
        node.mismatch("b", TestLog.of(1, 1, 1, 2).meta());
        node.answer();
        assertThat(node.takeSentLsns("b")).containsExactly(5L, 6L);

        node.confirm("b", 6);
        assertThat(node.takeSentLsns("b")).containsExactly(7L);
        node.confirm("b", 7);
        assertThat(node.isrProposals.getLast().isr()).containsExactly("a", "b");
    }

    @Test
    void anEmptyFollowerInSyncGetsTheWholeLogIfNothingOfItHasExpired() {
        TestReplica node = leading(log, 3, "a", "b");
        node.pages.add(new LogPage(log.records(0, 4), true));
        node.pages.add(new LogPage(log.records(4, 6), false));
        node.mismatch("b", SlotMeta.empty(SLOT));
        node.answer();
        node.confirm("b", 4);
        node.answer();
        node.confirm("b", 6);

        assertThat(node.logReads).containsExactly(0L, 4L);
        assertThat(node.takeSentLsns("b")).isEqualTo(lsns(1, 7));
    }

    /// It said that it had everything, and then gave it up.
    @Test
    void aFollowerThatBeginsAnewDoesNotJoinByWhatItHadBefore() {
        TestReplica node = leading(log, 3, "a");
        List<LogRecord> left = log.records(4, 6);
        node.pages.add(new LogPage(left, false));
        node.images.add(new SlotImage(List.of(), 2, SlotImage.START));
        node.receive("c", new PeerMessage.Appended(SLOT, 3, 1, 7)); // of no follower
        node.isrProposals.clear();
        node.mismatch("b", SlotMeta.empty(SLOT));
        node.confirm("b", 7); // on its way since before
        node.answer();
        node.pass(Duration.ofMillis(600));
        node.confirm("b", 7);
        assertThat(node.isrProposals).isEmpty();

        node.receive("b", new PeerMessage.Installed(SLOT, 3, 0, 0)); // of an earlier round
        node.confirm("b", 7);
        assertThat(node.isrProposals).isEmpty();
        node.pages.add(new LogPage(left, false));
        node.receive("b", new PeerMessage.Installed(SLOT, 3, 1, 0));
        assertThat(node.isrProposals).isEmpty();
        node.answer();
        node.confirm("b", 7);
        assertThat(node.isrProposals.getLast().isr()).containsExactly("a", "b");
    }

    @Test
    void nothingIsHandedOverToOneThatHasNotSaidWhatItHas() {
        TestReplica node = leading(log, 3, "a", "b");
        inStep(node);
        node.replica.leader().orElseThrow().peerUp("b", node.now);
        node.assign(3, "a", List.of("a", "b"), List.of("a", "b"), "b");
        assertThat(node.transfers).isEmpty();

        node.confirm("b", 7);
        assertThat(node.transfers).hasSize(1);
    }

    @Test
    void aFollowerThatLacksWhatHasExpiredGetsAnImageAndTheRecordsThatAreLeft() {
        TestReplica node = leading(log, 3);
        SlotRow row = new SlotRow.Place(ChannelId.of("app", "orders"), 6, TestLog.NOW);
        SlotImage first = new SlotImage(List.of(row), 2, new byte[] {1});
        SlotImage last = new SlotImage(List.of(), 2, SlotImage.START);
        List<LogRecord> left =
                List.of(log.records(2, 3).getFirst(), log.records(4, 5).getFirst());
        node.pages.add(new LogPage(left, false)); // for the image's base
        node.images.add(first);
        node.images.add(last);
        node.mismatch("b", SlotMeta.empty(SLOT));
        node.answer();
        assertThat(node.takeSent("b"))
                .containsExactly(new PeerMessage.Install(SLOT, 3, 1, 1, 0, first, SlotMeta.empty(SLOT)));
        node.receive("b", new PeerMessage.Installed(SLOT, 3, 1, 0));
        node.answer();
        SlotMeta base = log.meta().before(left.getFirst().head());
        assertThat(node.takeSent("b")).containsExactly(new PeerMessage.Install(SLOT, 3, 1, 1, 1, last, base));

        node.pages.add(new LogPage(left, false));
        node.receive("b", new PeerMessage.Installed(SLOT, 3, 1, 1));
        node.answer();
        PeerMessage.Append sparse = (PeerMessage.Append) node.takeSent("b").getFirst();
        assertThat(sparse.sparse()).isTrue();
        assertThat(sparse.prevLsn()).isEqualTo(2);
        assertThat(sparse.records()).isEqualTo(left);

        node.pages.add(new LogPage(List.of(node.writes.getFirst().append().record()), false));
        node.confirm("b", 5);
        node.answer();
        assertThat(node.takeSentLsns("b")).containsExactly(7L);
        node.confirm("b", 7);
        publish(node, 1);
        PeerMessage.Append live = (PeerMessage.Append) node.takeSent("b").getLast();
        assertThat(live.sparse()).isFalse();
    }

    @Test
    void recordsWithGapsDoNotFollowAnImageThatCouldNotBeRead() {
        TestReplica node = leading(log, 3);
        List<LogRecord> left =
                List.of(log.records(2, 3).getFirst(), log.records(4, 5).getFirst());
        node.pages.add(new LogPage(left, false));
        node.imagesFail = true;
        node.mismatch("b", TestLog.of(1, 1).meta());
        node.pages.add(new LogPage(left, false)); // for the image's base
        node.answer();
        node.confirm("b", 2);
        node.pages.add(new LogPage(left, false)); // for the base of the next attempt
        node.pass(Duration.ofSeconds(4));
        node.answer();

        assertThat(node.takeSentLsns("b")).isEmpty();
        assertThat(node.pages).isEmpty();
    }

    @Test
    void aFollowerThatGotAnImageIsToldTheEndWhenTheLastEntriesHaveExpired() {
        TestReplica node = leading(log, 3);
        List<LogRecord> left = log.records(2, 3);
        node.pages.add(new LogPage(left, false));
        node.images.add(new SlotImage(List.of(), 2, SlotImage.START));
        node.mismatch("b", SlotMeta.empty(SLOT));
        node.answer();
        node.pages.add(new LogPage(left, false));
        node.receive("b", new PeerMessage.Installed(SLOT, 3, 1, 0));
        node.answer();
        node.takeSent("b");
        node.pages.add(new LogPage(List.of(), false));
        node.confirm("b", 3);
        node.answer();
        PeerMessage.Install end = (PeerMessage.Install) node.takeSent("b").getFirst();
        assertThat(end.page()).isEqualTo(1);
        assertThat(end.meta()).isEqualTo(node.replica.meta());

        node.receive("b", new PeerMessage.Installed(SLOT, 3, 1, 1));
        publish(node, 1);
        assertThat(node.takeSentLsns("b")).containsExactly(8L);
    }

    @Test
    void aLogThatIsNoneOfOursIsReplaced() {
        TestReplica node = leading(TestLog.of(2, 2, 2), 3);
        node.pages.add(new LogPage(TestLog.of(2, 2, 2).records(0, 3), false));
        node.images.add(new SlotImage(List.of(), 0, SlotImage.START));
        node.mismatch("b", TestLog.of(1, 1).meta());
        node.answer();

        assertThat(node.takeSent("b")).hasSize(1).first().isInstanceOf(PeerMessage.Install.class);
    }

    @Test
    void aFollowerIsBroughtUpThroughMoreEpochsThanAreRemembered() {
        TestLog old = new TestLog();
        for (int epoch = 1; epoch <= 60; epoch++) {
            old.add(epoch, 2);
        }
        TestReplica leader = leading(old, 61, "a", "b");
        TestReplica follower = new TestReplica("b", SlotMeta.empty(SLOT));
        follower.assign(61, "a", "a", "b");
        leader.pages.add(new LogPage(old.records(0, 10), true));
        leader.pages.add(new LogPage(old.records(10, 100), true));
        leader.pages.add(new LogPage(old.records(100, 120), false));
        leader.leader().peerUp("b", leader.now);
        exchange(leader, follower);

        assertThat(leader.fatals).isEmpty();
        assertThat(follower.replica.meta()).isEqualTo(leader.replica.meta());
        assertThat(leader.leader().confirmed()).containsEntry("b", 121L);
    }

    @Test
    void soIsOneThatGetsAnImage() {
        TestLog old = new TestLog();
        for (int epoch = 1; epoch <= 60; epoch++) {
            old.add(epoch, 2);
        }
        TestReplica leader = leading(old, 61);
        TestReplica follower = new TestReplica("b", TestLog.of(50).meta());
        follower.assign(61, "a", List.of("a"), List.of("a", "b"), "");
        leader.pages.add(new LogPage(old.records(10, 50), true)); // for the image's base
        leader.images.add(new SlotImage(List.of(), 10, SlotImage.START));
        leader.pages.add(new LogPage(old.records(10, 50), true));
        leader.pages.add(new LogPage(old.records(50, 120), false));
        leader.leader().peerUp("b", leader.now);
        exchange(leader, follower);

        assertThat(leader.fatals).isEmpty();
        assertThat(follower.wipes).isEqualTo(1);
        assertThat(follower.replica.meta()).isEqualTo(leader.replica.meta());
        assertThat(leader.leader().confirmed()).containsEntry("b", 121L);
    }

    /// The two nodes talk until they have nothing more to say.
    private static void exchange(TestReplica a, TestReplica b) {
        for (int round = 0; round < 100 && (!a.sent.isEmpty() || !b.sent.isEmpty()); round++) {
            List<PeerMessage> toB = a.takeSent("b");
            toB.forEach(message -> b.receive("a", message));
            b.durable();
            b.answer();
            List<PeerMessage> toA = b.takeSent("a");
            toA.forEach(message -> a.receive("b", message));
            a.durable();
            a.answer();
        }
    }

    @Test
    void twoNodesWhoseLogsPartedAgreeInTheEnd() {
        TestReplica leader = leading(log, 3);
        TestReplica follower = new TestReplica("b", TestLog.of(1, 1, 1, 1, 1).meta());
        follower.cut = Optional.of(TestLog.of(1, 1, 1).meta());
        follower.assign(3, "a", List.of("a"), List.of("a", "b"), "");
        for (int i = 0; i < 4; i++) {
            leader.pages.add(new LogPage(log.records(3, 6), false));
        }
        leader.leader().peerUp("b", leader.now);
        exchange(leader, follower);

        assertThat(follower.replica.meta()).isEqualTo(leader.replica.meta());
        assertThat(follower.truncations).containsExactly(3L);
        assertThat(leader.isrProposals.getLast().isr()).containsExactly("a", "b");
    }

    @Test
    void aFollowerIsSentNoMoreThanItsWindowBeforeItConfirms() {
        TestReplica node = leading(log, 3);
        inStep(node);
        publish(node, 20);
        List<Long> sent = node.takeSentLsns("b");
        assertThat(sent).hasSizeBetween(2, 6).isEqualTo(lsns(8, 7 + sent.size()));

        List<Long> all = new ArrayList<>(sent);
        while (!sent.isEmpty()) {
            node.confirm("b", all.getLast());
            sent = node.takeSentLsns("b");
            all.addAll(sent);
        }
        assertThat(all).isEqualTo(lsns(8, 27));
        assertThat(node.logReads).isEmpty();
    }

    @Test
    void whatIsFarBehindIsReadFromTheDiskAsMemoryKeepsOnlySoMuch() {
        TestReplica node = leading(log, 3);
        inStep(node);
        publish(node, 20);
        List<Long> sent = node.takeSentLsns("b");
        node.durable();
        node.assign(3, "a", List.of("a"), List.of("a", "b"), ""); // all is committed without the follower
        publish(node, 1);
        node.confirm("b", sent.getLast());

        assertThat(node.takeSentLsns("b")).isEmpty();
        assertThat(node.logReads).containsExactly(sent.getLast());
    }

    @Test
    void whatIsNotCommittedStaysInMemoryHoweverMuchItIs() {
        TestReplica node = leading(log, 3);
        inStep(node);
        node.assign(3, "a", "a", "b");
        publish(node, 40);
        node.durable();
        for (List<Long> sent = node.takeSentLsns("b"); !sent.isEmpty(); sent = node.takeSentLsns("b")) {
            node.confirm("b", sent.getLast());
        }

        assertThat(node.logReads).isEmpty();
        assertThat(node.replica.committedLsn()).isEqualTo(47);
        assertThat(node.uncommitted).isZero();
    }

    @Test
    void aFollowerThatIsSilentIsAskedAgainAfterAWhile() {
        TestReplica node = leading(log, 3);
        node.pass(Duration.ofSeconds(3));
        assertThat(node.takeSent("b")).isEmpty();
        node.pass(Duration.ofMillis(1));
        assertThat(node.takeSent("b")).hasSize(1);

        node.up.remove("b");
        node.pass(Duration.ofMinutes(1));
        assertThat(node.takeSent("b")).isEmpty();
    }

    @Test
    void whatWasReadForAnEarlierSessionIsNotSent() {
        TestReplica node = leading(log, 3);
        node.pages.add(new LogPage(log.records(3, 6), false));
        node.mismatch("b", TestLog.of(1, 1, 1).meta());
        node.leader().peerUp("b", node.now);
        node.takeSent("b");
        node.answer();

        assertThat(node.takeSent("b")).isEmpty();
    }
}
