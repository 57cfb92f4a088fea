package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Two of three voters lose their disks, so that nobody can decide any more: the third one begins the region anew, as
/// docs/operations.md tells.
class QuorumLossJepsen {
    private static final int NODES = 3;
    private static final int MESSAGES = 200;

    private final Acknowledged acknowledged = new Acknowledged();

    @Test
    void theNodeThatHasItsDiskBringsEverythingToANewRegion() throws Exception {
        Path dir = Bench.dir("quorum-loss");
        try (ProcessCluster cluster =
                        (ProcessCluster) Bench.onLoopback(ClusterSpec.of(NODES).startingFast(), dir);
                NodeApi api = new NodeApi(
                        IntStream.range(0, NODES).mapToObj(cluster::address).toList())) {
            Acknowledged.launch(cluster, api, List.of(0, 1, 2));
            acknowledged.publish(api, List.of(0, 1, 2), MESSAGES);
            for (int node = 0; node < NODES; node++) {
                cluster.kill(node);
            }
            cluster.loseDisk(0);
            cluster.loseDisk(1);

            assertThat(cluster.command(2, "recover")).contains("node-3", "in sync with 1024 slots");
            assertThat(cluster.command(2, "recover", "--survivors", "node-3"))
                    .contains("node-3", "has 1024 slots")
                    .doesNotContain("begin empty");
            Acknowledged.launch(cluster, api, List.of(2, 0, 1));

            acknowledged.assertKept(api, List.of(0, 1, 2));
            acknowledged.publish(api, List.of(0, 1, 2), MESSAGES);
            acknowledged.assertKept(api, List.of(0, 1, 2));
        }
        Bench.tidy(dir);
    }
}
