package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// All nodes that were in sync with some slots lose their disks: an operator gives those slots to a node that was
/// down meanwhile and has less, as docs/operations.md tells.
class LostSlotsJepsen {
    private static final int NODES = 5;
    private static final int VOTERS = 3;
    private static final int OLDER = 0;
    private static final List<Integer> LOST = List.of(3, 4);
    private static final List<Integer> LEFT = List.of(0, 1, 2);
    private static final int MESSAGES = 200;
    private static final Duration WITHIN = Duration.ofSeconds(90);

    private final Acknowledged acknowledged = new Acknowledged();

    @Test
    void slotsGoOnWithWhatAnOlderCopyHas() throws Exception {
        Path dir = Bench.dir("lost-slots");
        try (ProcessCluster cluster = (ProcessCluster)
                        Bench.onLoopback(ClusterSpec.of(NODES, VOTERS).startingFast(), dir);
                NodeApi api = new NodeApi(
                        IntStream.range(0, NODES).mapToObj(cluster::address).toList())) {
            Acknowledged.launch(cluster, api, List.of(0, 1, 2, 3, 4));
            Run.await(
                    WITHIN,
                    "every slot has three copies in sync",
                    () -> api.state(1).isWhole());
            acknowledged.publish(api, List.of(0, 1, 2, 3, 4), MESSAGES);
            cluster.kill(OLDER);
            Run.await(WITHIN, "its slots are others'", () -> api.state(1).owned(OLDER) == 0);
            new Acknowledged("lost").publish(api, List.of(1, 2), MESSAGES);
            for (int node : LOST) {
                cluster.kill(node);
                cluster.loseDisk(node);
            }
            Acknowledged.launch(cluster, api, List.of(OLDER));
            Run.await(
                    WITHIN,
                    "they are known to be gone",
                    () -> api.state(1).live().size() == LEFT.size());
            assertThat(api.state(1).unowned()).isPositive();

            String urls = LEFT.stream()
                    .map(node -> "http://%s:%d"
                            .formatted(
                                    cluster.address(node).getHostString(),
                                    cluster.address(node).getPort()))
                    .collect(Collectors.joining(","));
            assertThat(cluster.admin("elect-all", "--survivors", urls)).contains("node-1", "begin empty: 0");
            for (int node : LOST) {
                api.order(1, "remove", node);
            }
            Run.await(
                    WITHIN,
                    "every slot has three copies in sync",
                    () -> api.state(1).isWhole());

            acknowledged.publish(api, LEFT, MESSAGES);
            acknowledged.assertKept(api, LEFT);
        }
        Bench.tidy(dir);
    }
}
