package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SigtermTest {
    private static final Duration DRAIN = Duration.ofSeconds(10);
    private static final int DISCONNECTED = 80003;
    private static final Load LOAD = new Load(300, 5, 0, 4, 20, 0, 0, Load.PLAIN_AND_PERSISTED);

    @Test
    void aNodeToldToEndTellsEveryClientAndKeepsWhatItAcknowledged() throws Exception {
        Path dir = Bench.dir("sigterm");
        Run run = new Run("SIGTERM", LOAD, new Schedule(List.of()), Duration.ZERO, Rules.STRICT, 1);
        Run.Result result;
        ClusterSpec spec = ClusterSpec.of(1).startingFast().withSettings("drainTimeout: " + DRAIN.toSeconds() + "s");
        try (Cluster cluster = Bench.onLoopback(spec, dir)) {
            result = run.on(cluster, dir, (workload, nemesis, api) -> {
                Run.await(
                        Duration.ofSeconds(30),
                        "publishes are answered",
                        () -> workload.answered() >= LOAD.perSecond());

                long told = System.nanoTime();
                Optional<Integer> exitCode = cluster.terminate(0, DRAIN.plusSeconds(5));
                Duration took = Duration.ofNanos(System.nanoTime() - told);

                assertThat(exitCode).hasValue(0);
                assertThat(took).isLessThan(DRAIN);
                System.out.printf("SigtermTest drainedMillis=%d%n", TimeUnit.NANOSECONDS.toMillis(took.toNanos()));
                assertThat(Files.readString(cluster.log(0))).contains("stopped").doesNotContain(" ERROR ");
                cluster.launch(0);
                nemesis.awaitRecovery();
            });
        }
        Set<Integer> told = new HashSet<>();
        result.history().forEach(event -> {
            if (event instanceof Event.Disconnected(long micros, int client, int code) && code == DISCONNECTED) {
                told.add(client);
            }
        });
        System.out.println("SigtermTest " + result);
        assertThat(told).hasSize(LOAD.clients());
        assertThat(result.verdict().failures()).as(result.toString()).isZero();
        assertThat(result.verdict().acked()).isEqualTo(result.verdict().published());
        assertThat(result.verdict().failedResumes()).isZero();
        Bench.tidy(dir);
    }
}
