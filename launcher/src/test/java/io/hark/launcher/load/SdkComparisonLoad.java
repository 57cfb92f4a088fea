package io.hark.launcher.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.hark.launcher.jepsen.NodeProcess;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same job by `sdk-java` and by `ably-java`: one client publishes, another receives, and nothing
/// is lost. Prints how fast each was and what it took of memory, and the ratios; rounds alternate, so
/// that what else the machine does meets both.
///
/// ```
/// ./mvnw -q -pl launcher test -Dtest=SdkComparisonLoad -Dhark.test.groups=long -Dhark.test.excludedGroups=
/// ```
class SdkComparisonLoad {
    private static final int IDLE_CLIENTS = 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path dir;

    /// Value: what one round took.
    ///
    /// @param allocated bytes for each message
    private record Round(double messagesPerSecond, double allocated) {}

    @Test
    void theSameJobByBoth() throws Exception {
        compare(3_000, 3);
    }

    @Test
    @Tag("long")
    void theSameLongJobByBoth() throws Exception {
        compare(50_000, 9);
    }

    private void compare(int messages, int rounds) throws Exception {
        try (NodeProcess node = NodeProcess.start(dir, List.of(), "-Xmx1g")) {
            SdkJob ours = new HarkJob(node.port(), node.key(), true);
            SdkJob oursWithoutIds = new HarkJob(node.port(), node.key(), false);
            SdkJob theirs = new AblyJob(node.port(), node.key());
            List<SdkJob> jobs = List.of(ours, oursWithoutIds, theirs);
            for (SdkJob job : jobs) {
                run(job, messages);
            }
            List<List<Round>> results = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < jobs.size(); i++) {
                    results.get(i).add(run(jobs.get(i), messages));
                }
            }
            long[] heap = new long[jobs.size()];
            for (int i = 0; i < heap.length; i++) {
                heap[i] = heapOfAnIdleClient(jobs.get(i));
            }
            for (int i = 0; i < heap.length; i++) {
                System.out.printf(
                        "SdkComparisonLoad %s messages=%d messagesPerSecond=%.0f allocatedBytesPerMessage=%.0f"
                                + " heapBytesPerIdleClient=%d%n",
                        jobs.get(i).name(),
                        messages,
                        median(results.get(i), Round::messagesPerSecond),
                        median(results.get(i), Round::allocated),
                        heap[i]);
            }
            double speed = ratio(results, 0, Round::messagesPerSecond);
            double speedWithoutIds = ratio(results, 1, Round::messagesPerSecond);
            double allocation = ratio(results, 0, Round::allocated);
            double idle = (double) heap[0] / heap[2];
            System.out.printf(
                    "SdkComparisonLoad sdk-java/ably-java speed=%.2f speedWithoutIds=%.2f allocation=%.2f"
                            + " idleHeap=%.2f%n",
                    speed, speedWithoutIds, allocation, idle);
            // Others use the machine, too: the ratios are to be read, and these only keep them from getting lost.
            assertThat(speedWithoutIds).as("speed without ids").isGreaterThan(0.7);
            assertThat(allocation).as("allocation").isLessThan(1);
            assertThat(idle).as("heap of idle clients").isLessThan(1.2);
        }
    }

    private static double ratio(List<List<Round>> results, int job, ToDoubleFunction<Round> what) {
        return median(results.get(job), what) / median(results.get(2), what);
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> what) {
        double[] sorted = rounds.stream().mapToDouble(what).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static Round run(SdkJob job, int messages) throws Exception {
        try (SdkJob.Pair pair = job.open()) {
            long bytes = THREADS.getTotalThreadAllocatedBytes();
            long start = System.nanoTime();
            List<String> received = pair.exchange(messages);
            double seconds = (System.nanoTime() - start) / 1e9;
            double allocated = (double) (THREADS.getTotalThreadAllocatedBytes() - bytes) / messages;
            assertThat(received).isEqualTo(SdkJob.payloads(messages));
            return new Round(messages / seconds, allocated);
        }
    }

    private static long heapOfAnIdleClient(SdkJob job) throws Exception {
        List<AutoCloseable> clients = new ArrayList<>();
        clients.add(job.open());
        long before = heap();
        for (int i = 0; i < IDLE_CLIENTS / 2; i++) {
            clients.add(job.open());
        }
        long after = heap();
        for (AutoCloseable client : clients) {
            client.close();
        }
        return (after - before) / IDLE_CLIENTS;
    }

    private static long heap() throws InterruptedException {
        long[] samples = new long[3];
        for (int i = 0; i < samples.length; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(100);
            samples[i] =
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }
        return Arrays.stream(samples).min().orElseThrow();
    }
}
