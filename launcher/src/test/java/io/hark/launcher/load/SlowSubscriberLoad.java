package io.hark.launcher.load;

import static io.hark.launcher.load.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.launcher.jepsen.ClientGroup;
import io.hark.launcher.jepsen.NodeProcess;
import io.hark.launcher.jepsen.ProtocolClient;
import io.hark.protocol.Format;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One subscriber stops reading while its channel goes on, and later reads again: it gets every message
/// once and in order, the node keeps none of them in memory for it, and the others do not notice.
///
/// The long form, with figures:
///
/// ```
/// ./mvnw -q -pl launcher test -Dtest=SlowSubscriberLoad -Dhark.test.groups=long -Dhark.test.excludedGroups=
/// ```
class SlowSubscriberLoad {
    private static final String CHANNEL = "slow";
    private static final int PAYLOAD_BYTES = 16 << 10;
    private static final int OTHERS = 8;
    private static final long HEAP_GROWTH_BYTES_MAX = 256L << 20;
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(5);

    @TempDir
    Path dir;

    private final List<NumberedReader> others = new ArrayList<>();
    private final NumberedReader slow = new NumberedReader();
    private final NumberedPublisher publisher = new NumberedPublisher(CHANNEL, PAYLOAD_BYTES);

    @Test
    void aSubscriberThatStopsReadingGetsEverythingInTheEnd() throws Exception {
        run(Duration.ofSeconds(4), Duration.ofSeconds(8), 20 << 20);
    }

    @Test
    @Tag("long")
    void aSubscriberThatStopsReadingForAMinuteCostsOthersNothing() throws Exception {
        Figures figures = run(Duration.ofSeconds(20), Duration.ofSeconds(60), 200 << 20);

        // The machine is shared: what counts is that the others are not slower by orders of magnitude.
        assertThat(figures.stalledP99Micros()).isLessThan(10 * figures.beforeP99Micros() + 50_000);
    }

    private record Figures(long beforeP99Micros, long stalledP99Micros) {}

    private Figures run(Duration before, Duration stalled, int stalledBytes) throws Exception {
        int stalledCount = stalledBytes / PAYLOAD_BYTES;
        int beforeCount = (int) (stalledCount * before.toMillis() / stalled.toMillis());
        try (NodeProcess node = NodeProcess.start(dir, List.of(), "-Xmx512m");
                ClientGroup clients = new ClientGroup(node.port(), 1);
                ClientGroup slowClients = new ClientGroup(node.port(), 2);
                ScheduledExecutorService heartbeats = Executors.newSingleThreadScheduledExecutor()) {
            String key = node.key();
            ProtocolClient slowClient = slowClients.client(ProtocolClient.Options.of(key, Format.JSON), slow);
            slowClient.attach(CHANNEL);
            slowClient.connect();
            for (int i = 0; i < OTHERS; i++) {
                NumberedReader reader = new NumberedReader();
                others.add(reader);
                Format format = i % 2 == 0 ? Format.JSON : Format.MSGPACK;
                // So short an interval that a client that only listens must be asked for a sign of life
                // during the run.
                ProtocolClient client = clients.client(
                        new ProtocolClient.Options(key, format, "&heartbeatInterval=5000", Optional.empty()), reader);
                client.attach(CHANNEL);
                client.connect();
            }
            ProtocolClient publishing = clients.client(ProtocolClient.Options.of(key, Format.MSGPACK), publisher);
            publishing.connect();
            eventually(
                    "everyone is attached",
                    SOON,
                    () -> slow.isAttached() && others.stream().allMatch(NumberedReader::isAttached));

            publisher.publish(publishing, beforeCount, before);
            eventuallyEveryoneHas(beforeCount);
            takeMicros();
            publisher.publish(publishing, beforeCount, before);
            eventuallyEveryoneHas(2 * beforeCount);
            Histogram beforeMicros = takeMicros();
            long heapBefore = node.heapBytesAfterGc();

            slowClient.reading(false);
            // It still sends: a client that is silent, too, is taken for dead and resumes later, as after
            // any lost socket.
            var unused = heartbeats.scheduleAtFixedRate(
                    slowClient::heartbeat, 0, HEARTBEAT_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            publisher.publish(publishing, stalledCount, stalled);
            eventually(
                    "the others have everything",
                    SOON,
                    () -> others.stream().allMatch(reader -> reader.count() == publisher.published()));
            Histogram stalledMicros = takeMicros();
            long heapStalled = node.heapBytesAfterGc();
            int slowHad = slow.count();

            long readsAgain = System.nanoTime();
            slowClient.reading(true);
            eventuallyEveryoneHas(publisher.published());
            long caughtUpMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - readsAgain);
            long heapAfter = node.heapBytesAfterGc();

            System.out.printf(
                    "SlowSubscriberLoad stalled=%ds MB=%d missedMeanwhile=%d caughtUpMillis=%d slowConnects=%d"
                            + " othersP99Micros before=%d stalled=%d (p50 %d, %d)"
                            + " heapAfterGcMB before=%d stalled=%d after=%d accepted=%d refused=%d%n",
                    stalled.toSeconds(),
                    stalledBytes >> 20,
                    publisher.published() - slowHad,
                    caughtUpMillis,
                    slow.connects(),
                    beforeMicros.getValueAtPercentile(99),
                    stalledMicros.getValueAtPercentile(99),
                    beforeMicros.getValueAtPercentile(50),
                    stalledMicros.getValueAtPercentile(50),
                    heapBefore >> 20,
                    heapStalled >> 20,
                    heapAfter >> 20,
                    publisher.accepted(),
                    publisher.refused());
            assertThat(slow.faults()).isEmpty();
            assertThat(others).allSatisfy(reader -> assertThat(reader.faults()).isEmpty());
            assertThat(others)
                    .allSatisfy(reader -> assertThat(reader.connects()).isEqualTo(1));
            assertThat(slow.connects()).isEqualTo(1);
            assertThat(publisher.refused()).isZero();
            assertThat(publisher.published() - slowHad).as("it did fall behind").isGreaterThan(stalledCount / 2);
            assertThat(heapStalled - heapBefore).isLessThan(HEAP_GROWTH_BYTES_MAX);
            assertThat(heapAfter - heapBefore).isLessThan(HEAP_GROWTH_BYTES_MAX);
            return new Figures(beforeMicros.getValueAtPercentile(99), stalledMicros.getValueAtPercentile(99));
        }
    }

    private void eventuallyEveryoneHas(int count) throws InterruptedException {
        eventually(
                "everyone has %d messages".formatted(count),
                SOON,
                () -> slow.count() == count && others.stream().allMatch(reader -> reader.count() == count));
    }

    private Histogram takeMicros() {
        Histogram all = new Histogram(3);
        others.forEach(reader -> all.add(reader.takeMicros()));
        return all;
    }
}
