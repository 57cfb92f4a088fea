package io.hark.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.cluster.net.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;
import org.jgroups.util.Util;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MembershipTest {
    private static final String LOOPBACK = "127.0.0.1";

    private final List<Membership> joined = new ArrayList<>();
    private final Set<Life> told = ConcurrentHashMap.newKeySet();

    @TempDir
    private Path dir;

    @AfterEach
    void leave() {
        joined.forEach(Membership::close);
    }

    private static List<Integer> freePorts(int count) {
        return IntStream.range(0, count)
                .mapToObj(none -> FreePorts.first(1, 0, MembershipConfig.DETECTION_PORTS_ABOVE))
                .toList();
    }

    private static Discovery hosts(List<Integer> ports) {
        return new Discovery.Hosts(
                ports.stream().map(port -> LOOPBACK + ":" + port).toList());
    }

    private static MembershipConfig config(int port, Discovery discovery) {
        return new MembershipConfig("test", LOOPBACK, port, discovery, MembershipConfig.Timeouts.DEFAULT);
    }

    private Membership join(String node, int port, Discovery discovery) {
        Membership membership = Membership.join(config(port, discovery), new Life(node, node + "-1"), told::addAll);
        joined.add(membership);
        return membership;
    }

    private static Life life(String node) {
        return new Life(node, node + "-1");
    }

    private static long eventually(String what, BooleanSupplier condition) {
        long started = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - started)
                    .as(what)
                    .isLessThan(Duration.ofSeconds(30).toNanos());
            LockSupport.parkNanos(5_000_000);
        }
        return (System.nanoTime() - started) / 1_000_000;
    }

    private List<Membership> three() {
        List<Integer> ports = freePorts(3);
        List<Membership> members = new ArrayList<>();
        for (String node : List.of("a", "b", "c")) {
            members.add(join(node, ports.get(members.size()), hosts(ports)));
        }
        eventually(
                "all see all",
                () -> members.stream()
                        .allMatch(member -> member.present().equals(Set.of(life("a"), life("b"), life("c")))));
        return members;
    }

    @Test
    void whoJoinsIsSeenWithItsLifeAndWhoLeavesIsMissed() {
        List<Membership> members = three();
        assertThat(told).contains(life("a"), life("b"), life("c"));
        members.get(2).close();
        eventually("c is missed", () -> members.get(0).present().equals(Set.of(life("a"), life("b"))));
    }

    @Test
    void aProcessThatEndsWithoutAWordIsMissedSoon() throws Exception {
        List<Membership> members = three();
        // Its sockets are closed as the kernel does it, and no farewell is sent.
        Util.shutdown(members.get(2).channel());
        long millis = eventually("c is missed", () -> members.get(0).present().equals(Set.of(life("a"), life("b"))));
        // Before silence alone would tell.
        assertThat(millis).isLessThan(5_000);
    }

    @Test
    void aNodeThatIsCutOffIsMissedAndSeenAgain() throws Exception {
        List<Membership> members = three();
        DISCARD cut = new DISCARD().discardAll(true);
        members.get(2).channel().getProtocolStack().insertProtocol(cut, ProtocolStack.Position.ABOVE, TP.class);
        eventually("c is missed", () -> members.get(0).present().equals(Set.of(life("a"), life("b"))));
        eventually("c is alone", () -> members.get(2).present().equals(Set.of(life("c"))));
        cut.discardAll(false);
        eventually(
                "all see all again",
                () -> members.stream()
                        .allMatch(member -> member.present().equals(Set.of(life("a"), life("b"), life("c")))));
    }

    @Test
    void aRestartedNodeIsAnotherLife() {
        List<Integer> ports = freePorts(2);
        Membership a = join("a", ports.get(0), hosts(ports));
        Membership b = join("b", ports.get(1), hosts(ports));
        eventually("b", () -> a.present().contains(life("b")));
        b.close();
        Life next = new Life("b", "b-2");
        joined.add(Membership.join(config(ports.get(1), hosts(ports)), next, view -> {}));
        eventually("b's next life", () -> a.present().equals(Set.of(life("a"), next)));
    }

    @Test
    void nodesFindEachOtherByASharedFolder() {
        List<Integer> ports = freePorts(2);
        Discovery folder = new Discovery.SharedFolder(dir);
        Membership a = join("a", ports.get(0), folder);
        join("b", ports.get(1), folder);
        eventually("b", () -> a.present().equals(Set.of(life("a"), life("b"))));
    }

    @Test
    void itListensOnItsAddressOnly() throws IOException {
        List<Integer> ports = freePorts(1);
        join("a", ports.getFirst(), hosts(ports));
        for (int port : List.of(ports.getFirst(), ports.getFirst() + MembershipConfig.DETECTION_PORTS_ABOVE)) {
            try (Socket there = new Socket()) {
                there.connect(new InetSocketAddress(LOOPBACK, port), 1_000);
            }
            assertThatThrownBy(() -> {
                        try (Socket elsewhere = new Socket()) {
                            elsewhere.connect(new InetSocketAddress("127.0.0.2", port), 1_000);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aTakenPortIsToldWithItsNumber() throws IOException {
        List<Integer> ports = freePorts(1);
        try (ServerSocket taken = new ServerSocket(ports.getFirst(), 1, InetAddress.getByName(LOOPBACK))) {
            assertThatThrownBy(() -> join("a", taken.getLocalPort(), hosts(ports)))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
    }
}
