package io.hark.launcher.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a node with SIGKILL at random moments under load, starts it again on the same data, and checks what 200
/// clients saw: nothing acknowledged is lost, nothing comes twice, nothing changes places, and no gap goes untold.
///
/// The long form runs with
///
/// ```
/// ./mvnw -q -pl launcher test -Dtest=KillJepsen -Dhark.test.groups=long -Dhark.test.excludedGroups=
/// ```
///
/// and prints what was checked. `-Dhark.jepsen.seed=N` repeats a run as far as the machine's timing allows.
class KillJepsen {
    private static final Duration QUIET_WITHIN = Duration.ofSeconds(60);
    private static final int DISCONNECTED = 80003;
    private static final int SOCKETS_DROPPED_PER_KILL = 5;
    private static final List<String> BOTH_NAMESPACES = List.of("", "persisted:");

    @TempDir
    Path dir;

    private final long seed = Long.getLong("hark.jepsen.seed", System.nanoTime());

    @Test
    void aKilledNodeLosesNothingThatItAcknowledged() throws Exception {
        List<Event> history = killUnderLoad(2, new Workload.Size(300, 6, 40, 6, BOTH_NAMESPACES), List.of());

        // The harness is proven on the same run: whatever is planted in its history is found.
        for (Tampering tampering : Tampering.all(history, new SplittableRandom(seed))) {
            Report report = Checker.check(tampering.history(), false);
            assertThat(report.found(tampering.expected()))
                    .as("%s; seed %d: %s", tampering.what(), seed, report)
                    .isTrue();
        }
    }

    @Test
    void aNodeThatLosesPowerLosesNothingThatItAcknowledgedAsPersisted() throws Exception {
        killUnderLoad(
                2, new Workload.Size(300, 6, 40, 6, List.of("persisted:")), List.of("history: {powerSafeWal: true}"));
    }

    @Test
    @Tag("long")
    void tenKillsLoseNothingThatWasAcknowledged() throws Exception {
        killUnderLoad(
                10, new Workload.Size(2_000, 20, 200, 20, BOTH_NAMESPACES), List.of("history: {resumeWindow: 15m}"));
    }

    @Test
    @Tag("long")
    void tenPowerLossesLoseNothingThatWasAcknowledgedAsPersisted() throws Exception {
        killUnderLoad(
                10,
                new Workload.Size(2_000, 20, 200, 20, List.of("persisted:")),
                List.of("history: {resumeWindow: 15m, powerSafeWal: true}"));
    }

    /// @return the history
    private List<Event> killUnderLoad(int kills, Workload.Size size, List<String> settings) throws Exception {
        SplittableRandom nemesis = new SplittableRandom(seed);
        History history = new History();
        try (NodeProcess node = NodeProcess.start(dir, settings, "-Xmx512m");
                Workload workload = new Workload(size, node, history, seed)) {
            workload.start();
            for (int kill = 0; kill < kills; kill++) {
                int enough = workload.answered() + size.messagesPerSecond();
                waitFor(() -> workload.answered() > enough);
                // Every other kill meets clients that are still coming back from the one before.
                boolean settled = kill % 2 == 0;
                if (settled) {
                    waitFor(workload::allAreAttached);
                }
                for (int i = 0; i < SOCKETS_DROPPED_PER_KILL; i++) {
                    TimeUnit.MILLISECONDS.sleep(nemesis.nextInt(300));
                    workload.dropSomeSocket(nemesis);
                }
                TimeUnit.MILLISECONDS.sleep(nemesis.nextInt(1_000));
                node.kill();
                node.start();
            }
            int enough = workload.answered() + size.messagesPerSecond();
            waitFor(() -> workload.answered() > enough);
            workload.finish(QUIET_WITHIN);
        }
        Report report = Checker.check(history.events(), false);
        System.out.printf(
                "KillJepsen kills=%d %s resumedConnections=%d failedResumes=%d longestSilenceMillis=%d %s seed=%d"
                        + " settings=%s%n",
                kills,
                report,
                history.resumes(),
                history.failedResumes(),
                TimeUnit.NANOSECONDS.toMillis(history.longestSilenceNanos()),
                history.attachTimes(),
                seed,
                settings);
        assertThat(report.anomalies()).as(report.toString()).isEmpty();
        assertThat(history.failedResumes()).isZero();
        assertThat(history.disconnects(DISCONNECTED)).as("clients sent away").isZero();
        assertThat(report.acked()).isEqualTo(report.published());
        assertThat(report.resumed()).isGreaterThanOrEqualTo(kills / 2 * size.subscribers());
        return history.events();
    }

    private static void waitFor(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + QUIET_WITHIN.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("publishes are answered again").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
