package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.ServerMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a publish costs that three nodes keep, against one that a single node keeps: messages acknowledged per
/// second, and per second of CPU that all nodes together have spent; clients always wait for a fixed number of
/// answers. The two alternate, so that what else the machine does hits both. It asserts nothing about speed.
///
/// ```
/// ./mvnw -q -pl jepsen test -Dtest=PublishCostLoad -Dhark.test.groups=long -Dhark.test.excludedGroups=none
/// ```
class PublishCostLoad {
    private static final int ROUNDS = Integer.getInteger("hark.cost.rounds", 2);
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("hark.cost.warmUpSeconds", 15));
    private static final Duration MEASURED = Duration.ofSeconds(Integer.getInteger("hark.cost.seconds", 20));
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final int PUBLISHERS = 16;
    private static final int IN_FLIGHT = 64;
    private static final int CHANNELS_EACH = 8;
    private static final String DATA = "x".repeat(128);

    /// Value: what one cluster did in the measured time.
    private record Cost(long acknowledged, double seconds, double cpuSeconds) {
        Cost plus(Cost other) {
            return new Cost(acknowledged + other.acknowledged, seconds + other.seconds, cpuSeconds + other.cpuSeconds);
        }

        double perSecond() {
            return acknowledged / seconds;
        }

        double perCpuSecond() {
            return acknowledged / cpuSeconds;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "acknowledged=%d perSecond=%.0f cpuSeconds=%.1f perCpuSecond=%.0f cpuMicrosPerMessage=%.1f",
                    acknowledged,
                    perSecond(),
                    cpuSeconds,
                    perCpuSecond(),
                    1e6 / perCpuSecond());
        }
    }

    @Test
    @Tag("long")
    void whatThreeCopiesCost() throws Exception {
        Cost one = new Cost(0, 0, 0);
        Cost three = new Cost(0, 0, 0);
        for (int round = 0; round < ROUNDS; round++) {
            one = one.plus(measured(1));
            three = three.plus(measured(3));
        }
        System.out.printf(Locale.ROOT, "PublishCostLoad nodes=1 %s%n", one);
        System.out.printf(Locale.ROOT, "PublishCostLoad nodes=3 %s%n", three);
        System.out.printf(
                Locale.ROOT,
                "PublishCostLoad three nodes against one: %.2f of the messages per CPU second, %.2f per second%n",
                three.perCpuSecond() / one.perCpuSecond(),
                three.perSecond() / one.perSecond());
    }

    private static Cost measured(int nodes) throws Exception {
        Path dir = Bench.dir("cost-" + nodes);
        try (ProcessCluster cluster = (ProcessCluster) Bench.onLoopback(ClusterSpec.of(nodes), dir);
                NodeApi api = new NodeApi(
                        IntStream.range(0, nodes).mapToObj(cluster::address).toList())) {
            for (int node = 0; node < nodes; node++) {
                cluster.launch(node);
            }
            for (int node = 0; node < nodes; node++) {
                int each = node;
                Run.await(
                        READY_WITHIN,
                        "node %d serves".formatted(node),
                        () -> api.notReady(each).isEmpty());
            }
            return load(cluster, nodes);
        } finally {
            Bench.tidy(dir);
        }
    }

    private static Cost load(ProcessCluster cluster, int nodes) throws Exception {
        LongAdder acknowledged = new LongAdder();
        List<Publisher> publishers = new ArrayList<>();
        try (ClientGroup group = new ClientGroup(
                IntStream.range(0, nodes).mapToObj(cluster::address).toList(), 1)) {
            for (int number = 0; number < PUBLISHERS; number++) {
                publishers.add(new Publisher(group, number, number % nodes, acknowledged));
            }
            publishers.forEach(Publisher::start);
            TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
            long before = acknowledged.sum();
            Duration cpuBefore = cluster.cpuTime();
            long begun = System.nanoTime();
            TimeUnit.NANOSECONDS.sleep(MEASURED.toNanos());
            long done = acknowledged.sum() - before;
            Duration cpu = cluster.cpuTime().minus(cpuBefore);
            double seconds = (System.nanoTime() - begun) / 1e9;
            Cost cost = new Cost(done, seconds, cpu.toMillis() / 1e3);
            System.out.printf(Locale.ROOT, "PublishCostLoad nodes=%d %s%n", nodes, cost);
            publishers.forEach(Publisher::close);
            assertThat(publishers)
                    .allSatisfy(publisher -> assertThat(publisher.wrong).isEmpty());
            assertThat(done).isPositive();
            return cost;
        }
    }

    /// Confined to its client's loop: sends the next message for each that is answered.
    private static final class Publisher implements ClientListener, AutoCloseable {
        private final ProtocolClient client;
        private final int number;
        private final LongAdder acknowledged;
        private volatile Optional<String> wrong = Optional.empty();
        private long sent;

        Publisher(ClientGroup group, int number, int node, LongAdder acknowledged) {
            this.number = number;
            this.acknowledged = acknowledged;
            this.client = group.client(new ProtocolClient.Options(ClusterSpec.KEY, Format.MSGPACK), node, this);
        }

        void start() {
            client.connect();
        }

        private void publishNext() {
            String channel = "cost-%d-%d".formatted(number, sent++ % CHANNELS_EACH);
            client.publish(new Outgoing.OfMessage(channel, Message.of(Optional.of("m"), Payload.text(DATA))));
        }

        @Override
        public void connected(int node, boolean first, boolean resumed) {
            if (first) {
                IntStream.range(0, IN_FLIGHT).forEach(ignored -> publishNext());
            }
        }

        @Override
        public void accepted(Outgoing outgoing, List<String> serials) {
            acknowledged.increment();
            publishNext();
        }

        @Override
        public void refused(Outgoing outgoing, ErrorInfo error) {
            wrong = Optional.of("refused: " + error);
            publishNext();
        }

        @Override
        public void failed(Optional<String> channel, ErrorInfo error) {
            wrong = Optional.of("failed: " + error);
        }

        @Override
        public void violated(String rule) {
            wrong = Optional.of(rule);
        }

        @Override
        public void disconnected(Optional<ErrorInfo> reason) {}

        @Override
        public void attached(ServerMessage.Attached attached, Optional<String> sentSerial) {}

        @Override
        public void received(ServerMessage.Messages messages) {}

        @Override
        public void reissued(Outgoing outgoing) {}

        @Override
        public void close() {
            client.close();
        }
    }
}
