package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.jepsen.Anomaly.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The harness is proven against the server itself: nodes that break one of their rules, by a switch that
/// only a developer's node has, are caught.
class PlantedBugJepsen {
    private static final int NODES = 3;
    private static final String SWITCH = "hark.plantedBug";
    private static final Load LOAD = new Load(300, 8, 0.05, 30, 60, 0, 0, Load.PLAIN_AND_PERSISTED);

    private final long seed = Bench.seed();

    @Test
    @Tag("long")
    void anOwnerThatAcknowledgesTooEarlyIsCaught() throws Exception {
        assertCaught("ACK_BEFORE_REPLICATION", Kind.LOST, isolateEach(Cluster.Cut.BOTH_WAYS));
    }

    @Test
    @Tag("long")
    void anOwnerThatDeliversTooEarlyIsCaught() throws Exception {
        assertCaught("DELIVER_BEFORE_COMMIT", Kind.NOT_LOGGED, isolateEach(Cluster.Cut.BOTH_WAYS));
    }

    /// An owner that cannot hear goes on sending entries whose acknowledgements never reach it, so that
    /// publishers send them again to the next owner, who has them.
    @Test
    @Tag("long")
    void anOwnerThatForgetsWhatItHasSeenIsCaught() throws Exception {
        assertCaught("DEDUPE_IN_MEMORY", Kind.DUPLICATE_IN_LOG, isolateEach(Cluster.Cut.CANNOT_HEAR));
    }

    @Test
    @Tag("long")
    void anOwnerThatWasNotInSyncIsCaught() throws Exception {
        StringBuilder steps = new StringBuilder();
        for (int node = 0; node < NODES; node++) {
            int begin = 5 + 25 * node;
            steps.append("at=%d.0s for=10.0s isolate node=%d cut=BOTH_WAYS%n".formatted(begin, node));
            steps.append("at=%d.9s for=6.0s overlaps kill node=%d%n".formatted(begin + 9, (node + 1) % NODES));
        }
        assertCaught("ELECT_OUTSIDE_ISR", Kind.LOST, Schedule.parse(steps.toString()));
    }

    private static Schedule isolateEach(Cluster.Cut cut) {
        StringBuilder steps = new StringBuilder();
        for (int node = 0; node < NODES; node++) {
            steps.append("at=%d.0s for=8.0s isolate node=%d cut=%s%n".formatted(3 + 11 * node, node, cut));
        }
        return Schedule.parse(steps.toString());
    }

    private void assertCaught(String bug, Kind expected, Schedule schedule) throws Exception {
        Assumptions.assumeTrue(Bench.build().mentions(SWITCH), "this build has no switch to plant bugs");
        Path dir = Bench.dir("planted-" + bug.toLowerCase(Locale.ROOT));
        Duration length = schedule.steps().getLast().after().plusSeconds(12);
        Run run = new Run("Planted: " + bug, LOAD, schedule, length, Rules.STRICT, seed);
        ClusterSpec spec = ClusterSpec.of(NODES).startingFast().asDevWith(SWITCH + "=" + bug);
        Run.Result result;
        try (Cluster cluster = Bench.inNamespaces(spec, dir, false)) {
            result = run.on(cluster, dir);
        }
        System.out.printf("PlantedBugJepsen %s %s seed=%d%n", bug, result, seed);
        assertThat(result.verdict().found(expected)).as(result.toString()).isTrue();
        Bench.tidy(dir);
    }
}
