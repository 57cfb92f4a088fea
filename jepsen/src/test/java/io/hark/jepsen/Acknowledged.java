package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Confined: what nodes have acknowledged, and must have for good.
final class Acknowledged {
    private static final int CHANNELS = 20;
    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);

    private final String channels;

    /// By channel, in its order.
    private final Map<String, List<String>> published = new TreeMap<>();

    Acknowledged() {
        this("kept");
    }

    /// @param channels what the names of its channels begin with
    Acknowledged(String channels) {
        this.channels = channels;
    }

    /// Starts the nodes and waits until they serve.
    static void launch(Cluster cluster, NodeApi api, List<Integer> nodes) throws Exception {
        for (int node : nodes) {
            cluster.launch(node);
        }
        for (int node : nodes) {
            Run.await(
                    READY_WITHIN,
                    ClusterSpec.name(node) + " serves",
                    () -> api.notReady(node).isEmpty());
        }
    }

    /// Publishes through all of the nodes in turn.
    void publish(NodeApi api, List<Integer> nodes, int messages) throws IOException, InterruptedException {
        for (int message = 0; message < messages; message++) {
            String channel = "persisted:%s-%d".formatted(channels, message % CHANNELS);
            List<String> before = published.computeIfAbsent(channel, none -> new ArrayList<>());
            String data = "%s-%d".formatted(channel, before.size());
            NodeApi.Answer answer =
                    api.publish(nodes.get(message % nodes.size()), channel, data, "m", data, ANSWER_WITHIN);
            assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
            before.add(data);
        }
    }

    /// Every one of the nodes tells all of it.
    void assertKept(NodeApi api, List<Integer> nodes) throws IOException, InterruptedException {
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
