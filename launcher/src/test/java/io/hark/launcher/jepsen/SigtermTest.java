package io.hark.launcher.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigtermTest {
    private static final Duration DRAIN = Duration.ofSeconds(10);
    private static final int DISCONNECTED = 80003;
    private static final long SEED = 1;

    @TempDir
    Path dir;

    @Test
    void aNodeToldToEndTellsEveryClientAndKeepsWhatItAcknowledged() throws Exception {
        Workload.Size size = new Workload.Size(300, 5, 20, 4, List.of("", "persisted:"));
        History history = new History();
        Duration took;
        try (NodeProcess node = NodeProcess.start(dir, List.of("drainTimeout: 10s"), "-Xmx512m");
                Workload workload = new Workload(size, node, history, SEED)) {
            workload.start();
            while (workload.answered() < size.messagesPerSecond()) {
                assertThat(node.isAlive()).isTrue();
                TimeUnit.MILLISECONDS.sleep(5);
            }

            long told = System.nanoTime();
            int exitCode = node.terminate(DRAIN.plusSeconds(5));
            took = Duration.ofNanos(System.nanoTime() - told);

            assertThat(exitCode).isZero();
            assertThat(took).isLessThan(DRAIN);
            assertThat(history.disconnects(DISCONNECTED)).isEqualTo(size.publishers() + size.subscribers());
            assertThat(Files.readString(node.log())).contains("stopped").doesNotContain(" ERROR ");
            node.start();
            workload.finish(Duration.ofSeconds(30));
        }
        Report report = Checker.check(history.events(), false);
        System.out.printf("SigtermTest drainedMillis=%d %s %s%n", took.toMillis(), report, history.attachTimes());
        assertThat(report.anomalies()).as(report.toString()).isEmpty();
        assertThat(report.acked()).isEqualTo(report.published());
        assertThat(history.failedResumes()).isZero();
    }
}
