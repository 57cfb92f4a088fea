package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A node that was alone becomes the first of three, and is lost for good afterwards.
class GrowthJepsen {
    private static final int NODES = 3;
    private static final int MESSAGES = 200;
    private static final Duration WHOLE_WITHIN = Duration.ofSeconds(90);

    private final Acknowledged acknowledged = new Acknowledged();

    @Test
    void aNodeThatWasAloneBringsWhatItHasToThreeAndGoesOnServingMeanwhile() throws Exception {
        Path dir = Bench.dir("growth");
        try (Cluster alone = Bench.onLoopback(ClusterSpec.of(1).startingFast(), dir);
                NodeApi api = new NodeApi(List.of(alone.address(0)))) {
            Acknowledged.launch(alone, api, List.of(0));
            acknowledged.publish(api, List.of(0), MESSAGES);
            assertThat(alone.terminate(0, Duration.ofSeconds(15))).hasValue(0);
        }
        try (Cluster three = Bench.onLoopback(ClusterSpec.of(NODES).startingFast(), dir);
                NodeApi api = new NodeApi(
                        IntStream.range(0, NODES).mapToObj(three::address).toList())) {
            Acknowledged.launch(three, api, List.of(0, 1, 2));
            acknowledged.publish(api, List.of(0, 1, 2), MESSAGES);
            acknowledged.assertKept(api, List.of(0, 1, 2));

            Run.await(
                    WHOLE_WITHIN,
                    "every slot has three copies in sync",
                    () -> api.state(1).isWhole());
            three.kill(0);
            acknowledged.assertKept(api, List.of(1, 2));
            acknowledged.publish(api, List.of(1, 2), MESSAGES);
            acknowledged.assertKept(api, List.of(1, 2));
        }
        Bench.tidy(dir);
    }
}
