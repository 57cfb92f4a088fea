package io.hark.cluster.control;

import static io.hark.cluster.control.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hark.cluster.net.TestHosts;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the engine of the control log must bear: three real nodes on hosts of their own, a write every 50 ms
/// through each, and faults. Writes through every survivor come back in time, none is lost, none is applied
/// twice.
class ControlLogAcceptanceTest {
    private static final int EVERY_MILLIS = 50;
    private static final Duration P95_MAX = Duration.ofSeconds(2);
    private static final Duration WORST_MAX = Duration.ofSeconds(5);

    /// On a busy machine with two cores, where three JVMs and a build share them.
    private static final Duration WORST_MAX_ANYWHERE = Duration.ofSeconds(20);

    /// Until one that was cut off, restarted or wiped writes again; that includes the start of a JVM.
    private static final Duration RETURN_MAX = Duration.ofSeconds(15);

    private static final Duration LONG_CUT = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    private Path dir;

    private final Map<String, NodeProcess> nodes = new TreeMap<>();
    private final Observed observed = new Observed();
    private final Map<Fault, List<Long>> outages = new EnumMap<>(Fault.class);
    private final Map<Fault, List<Long>> returns = new EnumMap<>(Fault.class);

    private enum Fault {
        LEADER_KILLED,
        LEADER_STOPPED,
        LEADER_CUT_OFF,
        LEADER_DEAF,
        LEADER_MUTE,
        FOLLOWER_CUT_OFF,
        /// For so long that TCP waits for seconds before it sends again.
        FOLLOWER_CUT_OFF_FOR_LONG,
        FOLLOWER_LOST_ITS_DISK
    }

    @Test
    @Timeout(300)
    void writesComeBackAfterEachKindOfFault() throws Exception {
        run(1, List.of(Fault.LEADER_KILLED, Fault.LEADER_STOPPED, Fault.LEADER_CUT_OFF));
        outages.forEach((fault, millis) ->
                assertThat(Collections.max(millis)).as("%s", fault).isLessThan(WORST_MAX_ANYWHERE.toMillis()));
    }

    @Test
    @Tag("long")
    @Timeout(3_600)
    void writesComeBackInTimeAfterManyFaultsOfEachKind() throws Exception {
        run(10, List.of(Fault.values()));
        outages.forEach((fault, millis) -> {
            assertThat(percentile(millis, 95)).as("p95 of %s", fault).isLessThan(P95_MAX.toMillis());
            assertThat(Collections.max(millis)).as("worst of %s", fault).isLessThan(WORST_MAX.toMillis());
        });
        returns.forEach((fault, millis) ->
                assertThat(Collections.max(millis)).as("return after %s", fault).isLessThan(RETURN_MAX.toMillis()));
    }

    private void run(int rounds, List<Fault> faults) throws Exception {
        Optional<String> missing = TestHosts.missing();
        assumeTrue(missing.isEmpty(), missing.orElse(""));
        try (TestHosts hosts = TestHosts.create(3)) {
            for (int host = 1; host <= 3; host++) {
                start(hosts, host);
            }
            settled();
            for (Fault fault : faults) {
                for (int round = 0; round < rounds; round++) {
                    round(hosts, fault);
                }
            }
            agreed();
        } finally {
            nodes.values().forEach(NodeProcess::close);
            report();
        }
        assertThat(observed.wrong()).isEmpty();
    }

    private void start(TestHosts hosts, int host) throws IOException {
        String node = "n" + host;
        List<String> voters = new ArrayList<>();
        for (int other = 1; other <= 3; other++) {
            voters.add("n%d=%s:7400".formatted(other, hosts.address(other)));
        }
        nodes.put(
                node,
                NodeProcess.start(
                        node,
                        hosts.on(host, List.of()),
                        EVERY_MILLIS,
                        dir.resolve(node),
                        voters,
                        Path.of("target", "control-log-acceptance-" + node + ".err"),
                        observed));
    }

    private static int host(NodeProcess node) {
        return Integer.parseInt(node.node().substring(1));
    }

    private void round(TestHosts hosts, Fault fault) throws Exception {
        NodeProcess leader = leader();
        NodeProcess follower = nodes.values().stream()
                .filter(node -> node != leader)
                .findFirst()
                .orElseThrow();
        NodeProcess victim = switch (fault) {
            case FOLLOWER_CUT_OFF, FOLLOWER_CUT_OFF_FOR_LONG, FOLLOWER_LOST_ITS_DISK -> follower;
            case LEADER_KILLED, LEADER_STOPPED, LEADER_CUT_OFF, LEADER_DEAF, LEADER_MUTE -> leader;
        };
        long since = System.currentTimeMillis();
        switch (fault) {
            case LEADER_KILLED, FOLLOWER_LOST_ITS_DISK -> victim.close();
            case LEADER_STOPPED -> victim.signal("STOP");
            case LEADER_CUT_OFF, FOLLOWER_CUT_OFF, FOLLOWER_CUT_OFF_FOR_LONG -> hosts.isolate(host(victim));
            case LEADER_DEAF -> hosts.deafen(host(victim));
            case LEADER_MUTE -> hosts.mute(host(victim));
        }
        // What was sent while the fault was being made may have got through.
        long complete = System.currentTimeMillis();
        for (NodeProcess survivor : nodes.values()) {
            if (survivor != victim) {
                long first = success(survivor.node(), complete);
                outages.computeIfAbsent(fault, none -> new ArrayList<>()).add(first - since);
            }
        }
        if (fault == Fault.FOLLOWER_CUT_OFF_FOR_LONG) {
            long until = since + LONG_CUT.toMillis();
            eventually("the end of the cut", LONG, () -> System.currentTimeMillis() >= until);
        }
        long healed = System.currentTimeMillis();
        switch (fault) {
            case LEADER_KILLED -> start(hosts, host(victim));
            case FOLLOWER_LOST_ITS_DISK -> {
                delete(dir.resolve(victim.node()));
                start(hosts, host(victim));
            }
            case LEADER_STOPPED -> victim.signal("CONT");
            case LEADER_CUT_OFF, FOLLOWER_CUT_OFF, FOLLOWER_CUT_OFF_FOR_LONG, LEADER_DEAF, LEADER_MUTE -> hosts.heal();
        }
        long back = success(victim.node(), healed) - healed;
        returns.computeIfAbsent(fault, none -> new ArrayList<>()).add(back);
        settled();
    }

    private long success(String node, long sinceMillis) {
        eventually(
                "a write through " + node,
                LONG,
                () -> observed.firstSuccess(node, sinceMillis).isPresent());
        return observed.firstSuccess(node, sinceMillis).getAsLong();
    }

    private NodeProcess leader() {
        eventually(
                "one leader",
                LONG,
                () -> nodes.values().stream().filter(NodeProcess::leads).count() == 1);
        return nodes.values().stream().filter(NodeProcess::leads).findFirst().orElseThrow();
    }

    /// Everyone writes, so everyone has what was written before.
    private void settled() {
        leader();
        long now = System.currentTimeMillis();
        nodes.keySet().forEach(node -> success(node, now));
    }

    private void agreed() {
        nodes.values().forEach(node -> node.tell("pause"));
        eventually("all have the same", LONG, () -> {
            nodes.values().forEach(NodeProcess::forgetState);
            nodes.values().forEach(node -> node.tell("state"));
            eventually(
                    "states",
                    LONG,
                    () -> nodes.values().stream().noneMatch(node -> node.state().isEmpty()));
            return nodes.values().stream().map(NodeProcess::state).distinct().count() == 1;
        });
    }

    private void report() throws IOException {
        List<String> lines = new ArrayList<>();
        outages.forEach((fault, millis) -> lines.add("%-25s first write of a survivor: %s; the victim's: %s"
                .formatted(fault, figures(millis), figures(returns.getOrDefault(fault, List.of())))));
        lines.add(observed.totals());
        Files.write(Path.of("target", "control-log-acceptance.txt"), lines);
        lines.forEach(System.out::println);
    }

    private static String figures(List<Long> millis) {
        return millis.isEmpty()
                ? "none"
                : "p50 %d, p95 %d, max %d ms (%d)"
                        .formatted(
                                percentile(millis, 50), percentile(millis, 95), Collections.max(millis), millis.size());
    }

    private static long percentile(List<Long> millis, int percent) {
        List<Long> sorted = millis.stream().sorted().toList();
        return sorted.get((int) Math.ceil(sorted.size() * percent / 100.0) - 1);
    }

    private static void delete(Path dir) throws IOException {
        Files.walkFileTree(dir, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
