package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.jepsen.Anomaly.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaretakerTest {
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final Load LOAD = new Load(200, 5, 0, 4, 20, 0, 0, Load.PLAIN_AND_PERSISTED);

    @Test
    void aNodeThatEndsWithoutBeingToldIsStartedAgainAndReported() throws Exception {
        Path dir = Bench.dir("caretaker");
        Run run = new Run("An end of its own", LOAD, new Schedule(List.of()), Duration.ZERO, Rules.STRICT, 1);
        Run.Result result;
        try (Cluster cluster = Bench.onLoopback(ClusterSpec.of(1).startingFast(), dir)) {
            result = run.on(cluster, dir, (workload, nemesis, api) -> {
                Run.await(WITHIN, "publishes are answered", () -> workload.answered() >= LOAD.perSecond());
                end(dir.resolve(Path.of("nodes", ClusterSpec.name(0), "data", "node.pid")));
                int before = workload.answered();
                nemesis.awaitRecovery();
                Run.await(
                        WITHIN,
                        "publishes are answered again",
                        () -> workload.answered() >= before + 2 * LOAD.perSecond());
            });
        }
        System.out.println("CaretakerTest " + result);
        assertThat(result.verdict().found().keySet()).containsExactly(Kind.ENDED_BY_ITSELF);
        assertThat(result.verdict().acked()).isEqualTo(result.verdict().published());
        Bench.tidy(dir);
    }

    /// Behind the back of the harness.
    private static void end(Path pidFile) throws Exception {
        ProcessHandle process = ProcessHandle.of(
                        Long.parseLong(Files.readString(pidFile).strip()))
                .orElseThrow();
        process.destroyForcibly();
        Run.await(WITHIN, "the process has ended", () -> !process.isAlive());
    }
}
