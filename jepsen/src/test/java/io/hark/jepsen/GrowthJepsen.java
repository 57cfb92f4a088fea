package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A node that was alone becomes the first of three, and is lost for good afterwards.
class GrowthJepsen {
    private static final int NODES = 3;
    private static final int CHANNELS = 20;
    private static final int MESSAGES = 200;
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final Duration WHOLE_WITHIN = Duration.ofSeconds(90);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);

    /// What was acknowledged, by channel, in its order.
    private final Map<String, List<String>> published = new TreeMap<>();

    @Test
    void aNodeThatWasAloneBringsWhatItHasToThreeAndGoesOnServingMeanwhile() throws Exception {
        Path dir = Bench.dir("growth");
        try (Cluster alone = Bench.onLoopback(ClusterSpec.of(1).startingFast(), dir);
                NodeApi api = new NodeApi(List.of(alone.address(0)))) {
            launch(alone, api, 1);
            publish(api, 1);
            assertThat(alone.terminate(0, Duration.ofSeconds(15))).hasValue(0);
        }
        try (Cluster three = Bench.onLoopback(ClusterSpec.of(NODES).startingFast(), dir);
                NodeApi api = new NodeApi(
                        IntStream.range(0, NODES).mapToObj(three::address).toList())) {
            launch(three, api, NODES);
            publish(api, NODES);
            assertHistory(api, List.of(0, 1, 2));

            Run.await(
                    WHOLE_WITHIN,
                    "every slot has three copies in sync",
                    () -> api.state(1).isWhole());
            three.kill(0);
            assertHistory(api, List.of(1, 2));
            publish(api, List.of(1, 2));
            assertHistory(api, List.of(1, 2));
        }
        Bench.tidy(dir);
    }

    private static void launch(Cluster cluster, NodeApi api, int nodes) throws Exception {
        for (int node = 0; node < nodes; node++) {
            cluster.launch(node);
        }
        for (int node = 0; node < nodes; node++) {
            int each = node;
            Run.await(
                    READY_WITHIN,
                    ClusterSpec.name(node) + " serves",
                    () -> api.notReady(each).isEmpty());
        }
    }

    private void publish(NodeApi api, int nodes) throws IOException, InterruptedException {
        publish(api, IntStream.range(0, nodes).boxed().toList());
    }

    private void publish(NodeApi api, List<Integer> nodes) throws IOException, InterruptedException {
        for (int message = 0; message < MESSAGES; message++) {
            String channel = "persisted:growth-" + message % CHANNELS;
            List<String> before = published.computeIfAbsent(channel, none -> new ArrayList<>());
            String data = "%s-%d".formatted(channel, before.size());
            NodeApi.Answer answer =
                    api.publish(nodes.get(message % nodes.size()), channel, data, "m", data, ANSWER_WITHIN);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
            before.add(data);
        }
    }

    private void assertHistory(NodeApi api, List<Integer> nodes) throws IOException, InterruptedException {
        for (int node : nodes) {
            for (Map.Entry<String, List<String>> channel : published.entrySet()) {
                List<String> read = new ArrayList<>();
                api.history(
                        node, channel.getKey(), message -> read.add(message.id().orElse("")));
                assertThat(read).as(ClusterSpec.name(node)).containsExactlyElementsOf(channel.getValue());
            }
        }
    }
}
