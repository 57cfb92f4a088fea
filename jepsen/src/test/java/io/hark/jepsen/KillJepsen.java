package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Kills a single node with SIGKILL at random moments under load, starts it again on the same data, and
/// checks what its clients saw: nothing acknowledged is lost, nothing comes twice, nothing changes places,
/// and no gap goes untold.
///
/// The long form runs with
///
/// ```
/// ./mvnw -q -pl jepsen test -Dtest=KillJepsen -Dhark.test.groups=long -Dhark.test.excludedGroups=
/// ```
///
/// and prints what was checked. `-Dhark.jepsen.seed=N` repeats a run as far as the machine's timing allows.
class KillJepsen {
    private static final Duration AGAIN_WITHIN = Duration.ofSeconds(60);
    private static final int SOCKETS_DROPPED_PER_KILL = 5;
    private static final String POWER_SAFE =
            "history: {powerSafeWal: true, resumeWindow: 60m, persistedRetention: 72h, dedupeWindow: 60m}";

    private final long seed = Bench.seed();

    @Test
    void aKilledNodeLosesNothingThatItAcknowledged() throws Exception {
        Path dir = Bench.dir("kill");
        Run.Result result = killUnderLoad(2, Load.small(300), ClusterSpec.of(1).startingFast(), dir);

        // The harness is proven on the same run: whatever is planted in its history is found.
        for (Tampering tampering : Tampering.all(result.history(), new SplittableRandom(seed))) {
            Verdict verdict = Checker.check(tampering.history(), Rules.STRICT);
            assertThat(verdict.found(tampering.expected()))
                    .as("%s; seed %d: %s", tampering.what(), seed, verdict)
                    .isTrue();
        }
        Bench.tidy(dir);
    }

    @Test
    void aNodeThatLosesPowerLosesNothingThatItAcknowledgedAsPersisted() throws Exception {
        Path dir = Bench.dir("power");
        killUnderLoad(
                2, Load.small(300).without(""), ClusterSpec.of(1).startingFast().withSettings(POWER_SAFE), dir);
        Bench.tidy(dir);
    }

    @Test
    @Tag("long")
    void tenKillsLoseNothingThatWasAcknowledged() throws Exception {
        Path dir = Bench.dir("kill-long");
        killUnderLoad(10, Load.full(2_000), ClusterSpec.of(1), dir);
        Bench.tidy(dir);
    }

    @Test
    @Tag("long")
    void tenPowerLossesLoseNothingThatWasAcknowledgedAsPersisted() throws Exception {
        Path dir = Bench.dir("power-long");
        killUnderLoad(10, Load.full(2_000).without(""), ClusterSpec.of(1).withSettings(POWER_SAFE), dir);
        Bench.tidy(dir);
    }

    private Run.Result killUnderLoad(int kills, Load load, ClusterSpec spec, Path dir) throws Exception {
        Run run = new Run("kill -9 of a single node", load, new Schedule(List.of()), Duration.ZERO, Rules.STRICT, seed);
        SplittableRandom chance = new SplittableRandom(seed);
        Run.Result result;
        try (Cluster cluster = Bench.onLoopback(spec, dir)) {
            result = run.on(cluster, dir, (workload, nemesis, api) -> {
                for (int kill = 0; kill < kills; kill++) {
                    awaitAnswers(workload, load.perSecond());
                    // Every other kill meets clients that are still coming back from the one before.
                    if (kill % 2 == 0) {
                        Run.await(AGAIN_WITHIN, "all clients are attached again", workload::allAreAttached);
                    }
                    for (int i = 0; i < SOCKETS_DROPPED_PER_KILL; i++) {
                        awaitAnswers(workload, chance.nextInt(3 * load.perSecond() / 10));
                        workload.dropSomeSocket(chance);
                    }
                    awaitAnswers(workload, chance.nextInt(load.perSecond()));
                    nemesis.suffer(new Fault.Kill(0), Duration.ZERO);
                    nemesis.awaitRecovery();
                }
                awaitAnswers(workload, load.perSecond());
            });
        }
        System.out.printf("KillJepsen kills=%d %s seed=%d%n", kills, result, seed);
        Verdict verdict = result.verdict();
        assertThat(verdict.failures()).as(result.toString()).isZero();
        assertThat(verdict.discontinuities()).as("nobody is told of a loss").isZero();
        assertThat(verdict.failedResumes()).isZero();
        assertThat(verdict.acked()).isEqualTo(verdict.published());
        assertThat(verdict.resumed()).isGreaterThanOrEqualTo(kills / 2 * load.subscribers());
        return result;
    }

    private static void awaitAnswers(Workload workload, int count) throws Exception {
        int enough = workload.answered() + count;
        Run.await(AGAIN_WITHIN, "publishes are answered", () -> workload.answered() > enough);
    }
}
