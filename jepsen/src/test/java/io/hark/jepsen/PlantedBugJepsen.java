package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.jepsen.Anomaly.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The harness is proven against the server itself: nodes that break one of their rules, by a switch that
/// only a developer's node has, are caught; and nodes that keep them, under the same faults, are not.
///
/// Most broken nodes also notice what they have done, and end. The harness starts them again, so that what
/// they did is seen by their clients, too; a run proves nothing about the checker otherwise.
class PlantedBugJepsen {
    private static final int NODES = 3;
    private static final String SWITCH = "hark.plantedBug";
    private static final Load LOAD = new Load(300, 8, 0.05, 30, 60, 0, 0, Load.PLAIN_AND_PERSISTED);
    private static final Duration AFTERMATH = Duration.ofSeconds(5);

    private final long seed = Bench.seed();

    /// A bug, what shows it, and what it looks like.
    private enum Planted {
        /// What an owner that is cut off acknowledges, the next one has never heard of.
        ACK_BEFORE_REPLICATION(Kind.LOST, "at=2.0s for=6.0s isolate node=0 cut=BOTH_WAYS"),
        /// What an owner that is cut off delivers, the next one has in another place, when the publisher sends
        /// it again.
        DELIVER_BEFORE_COMMIT(Kind.NOT_LOGGED, "at=2.0s for=6.0s isolate node=0 cut=BOTH_WAYS"),
        /// An owner that cannot hear goes on sending entries whose acknowledgements never reach it, so that
        /// publishers send them again to the next owner, who has them.
        DEDUPE_IN_MEMORY(Kind.DUPLICATE_IN_LOG, "at=2.0s for=8.0s isolate node=0 cut=CANNOT_HEAR"),
        /// A node that is slow, and so not in sync, takes over what its owner and the third node have.
        ELECT_OUTSIDE_ISR(Kind.LOST, """
            at=2.0s for=14.0s slow node=0 delayMillis=0 bytesPerSecond=8000
            at=11.0s for=4.0s overlaps kill node=1
            """);

        private final Kind shows;
        private final Schedule schedule;

        Planted(Kind shows, String schedule) {
            this.shows = shows;
            this.schedule = Schedule.parse(schedule);
        }
    }

    @Test
    void anOwnerThatAcknowledgesTooEarlyIsCaught() throws Exception {
        assertCaught(Planted.ACK_BEFORE_REPLICATION);
    }

    @Test
    @Tag("long")
    void anOwnerThatDeliversTooEarlyIsCaught() throws Exception {
        assertCaught(Planted.DELIVER_BEFORE_COMMIT);
    }

    @Test
    @Tag("long")
    void anOwnerThatForgetsWhatItHasSeenIsCaught() throws Exception {
        assertCaught(Planted.DEDUPE_IN_MEMORY);
    }

    @Test
    @Tag("long")
    void anOwnerThatWasNotInSyncIsCaught() throws Exception {
        assertCaught(Planted.ELECT_OUTSIDE_ISR);
    }

    /// The schedules themselves are not what the checker objects to.
    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void nodesWithoutThatBugPass(Planted bug) throws Exception {
        Path dir = Bench.dir("unplanted-" + name(bug));
        Run.Result result = run(bug, ClusterSpec.of(NODES).startingFast(), dir);
        System.out.printf("PlantedBugJepsen without %s %s seed=%d%n", bug, result, seed);
        assertThat(result.verdict().failures()).as(result.toString()).isZero();
        assertThat(result.verdict().acked()).isEqualTo(result.verdict().published());
        Bench.tidy(dir);
    }

    private void assertCaught(Planted bug) throws Exception {
        Assumptions.assumeTrue(Bench.build().mentions(SWITCH), "this build has no switch to plant bugs");
        Path dir = Bench.dir("planted-" + name(bug));
        Run.Result result = run(bug, ClusterSpec.of(NODES).startingFast().asDevWith(SWITCH + "=" + bug), dir);
        System.out.printf("PlantedBugJepsen %s %s seed=%d%n", bug, result, seed);
        assertThat(result.verdict().found(bug.shows)).as(result.toString()).isTrue();
        Bench.tidy(dir);
    }

    private static String name(Planted bug) {
        return bug.name().toLowerCase(Locale.ROOT);
    }

    /// The load ends before the region recovers: broken nodes break more under load, and need not recover.
    private Run.Result run(Planted bug, ClusterSpec spec, Path dir) throws Exception {
        Schedule.Step last = bug.schedule.steps().getLast();
        Duration length = last.after().plus(last.lasts()).plus(AFTERMATH);
        Run run = new Run("Planted: " + bug, LOAD, bug.schedule, length, Rules.STRICT, seed);
        try (Cluster cluster = Bench.inNamespaces(spec, dir, true)) {
            return run.on(cluster, dir, (workload, nemesis, api) -> {
                nemesis.carryOut(bug.schedule, length);
                workload.stopPublishing();
                nemesis.awaitRecovery();
            });
        }
    }
}
