package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How long publishes pause when the owner of their channel is killed, hands over as planned, or all nodes
/// are restarted one after the other; and that nothing is lost, doubled or disconnected for good by it.
///
/// Nodes that are a few seconds old, as they are here all the time, would compile rather than serve on a machine of
/// few processors: they start with the fast compiler only.
///
/// The long form kills 20 owners:
///
/// ```
/// ./mvnw -q -pl jepsen test -Dtest=FailoverJepsen -Dhark.test.groups=long -Dhark.test.excludedGroups=
/// ```
class FailoverJepsen {
    private static final int NODES = 3;
    private static final Duration AFTER_KILL = Duration.ofSeconds(10);
    private static final Duration WITHIN = Duration.ofSeconds(60);
    private static final Duration PLANNED_WITHIN = Duration.ofSeconds(60);
    private static final int P95 = 95;

    private final long seed = Bench.seed();

    private static Load load(int perSecond) {
        return new Load(perSecond, 8, 0.05, 20, 40, 4, 2, Load.PLAIN_AND_PERSISTED);
    }

    @Test
    void channelsOfAKilledOwnerGoOnElsewhere() throws Exception {
        killOwners(
                "failover",
                3,
                0,
                load(Integer.getInteger("hark.jepsen.rate", 200)),
                ClusterSpec.of(NODES).startingFast());
    }

    @Test
    @Tag("long")
    void channelsOfTwentyKilledOwnersGoOnElsewhere() throws Exception {
        killOwners(
                "failover-long",
                20,
                10,
                load(Integer.getInteger("hark.jepsen.rate", 500)),
                ClusterSpec.of(NODES).startingFast());
    }

    private void killOwners(String name, int kills, int handoffs, Load load, ClusterSpec spec) throws Exception {
        Path dir = Bench.dir(name);
        ChannelResume resume = new ChannelResume();
        ChannelResume handedOver = new ChannelResume();
        SplittableRandom chance = new SplittableRandom(seed);
        Run run = new Run("kill -9 of owners", load, new Schedule(List.of()), Duration.ZERO, Rules.STRICT, seed);
        Run.Result result;
        try (Cluster cluster = Bench.onLoopback(spec, dir)) {
            result = run.on(cluster, dir, (workload, nemesis, api) -> {
                for (int kill = 0; kill < kills; kill++) {
                    awaitAnswers(workload, 2 * load.perSecond() + chance.nextInt(load.perSecond()));
                    int node = chance.nextInt(NODES);
                    Set<Integer> channels = ownedChannels(load, api, (node + 1) % NODES, node);
                    long from = nemesis.micros();
                    nemesis.suffer(
                            new Fault.Kill(node),
                            () -> awaitTakeover(workload, api, (node + 1) % NODES, node, load.perSecond()));
                    resume.disrupted(from, from + AFTER_KILL.toNanos() / 1_000, channels);
                    nemesis.awaitRecovery();
                }
                for (int handoff = 0; handoff < handoffs; handoff++) {
                    handOver(handoff % NODES, load, workload, nemesis, api, handedOver);
                }
            });
        }
        Histogram pauses = resume.untilFirstAnswer(result.history());
        Histogram waits = handedOver.longestWait(result.history());
        System.out.printf(
                "FailoverJepsen killed=%d channels=%d untilFirstAnswerMillis p50=%d p95=%d max=%d;"
                        + " handedOver=%d channels=%d longestWaitMillis p50=%d p95=%d max=%d %s seed=%d%n",
                kills,
                pauses.getTotalCount(),
                pauses.getValueAtPercentile(50),
                pauses.getValueAtPercentile(P95),
                pauses.getMaxValue(),
                handoffs,
                waits.getTotalCount(),
                waits.getValueAtPercentile(50),
                waits.getValueAtPercentile(P95),
                waits.getMaxValue(),
                result,
                seed);
        assertKept(result);
        assertThat(pauses.getTotalCount()).as("channels that lost their owner").isPositive();
        Bench.tidy(dir);
    }

    private static void handOver(
            int node, Load load, Workload workload, Nemesis nemesis, NodeApi api, ChannelResume resume)
            throws Exception {
        awaitAnswers(workload, 3 * load.perSecond());
        Set<Integer> channels = ownedChannels(load, api, (node + 1) % NODES, node);
        long from = nemesis.micros();
        nemesis.drain(node);
        resume.disrupted(from, nemesis.micros(), channels);
        nemesis.suffer(new Fault.Restart(node), Duration.ZERO);
        nemesis.awaitRecovery();
    }

    /// Until others own what the node owned, and publishes flow.
    private static void awaitTakeover(Workload workload, NodeApi api, int ask, int node, int perSecond)
            throws Exception {
        Run.await(WITHIN, "others own it all", () -> api.state(ask).owned(node) == 0);
        awaitAnswers(workload, 2 * perSecond);
    }

    private static void awaitAnswers(Workload workload, int count) throws Exception {
        int enough = workload.answered() + count;
        Run.await(WITHIN, "publishes are answered", () -> workload.answered() >= enough);
    }

    private static Set<Integer> ownedChannels(Load load, NodeApi api, int ask, int node)
            throws IOException, InterruptedException {
        return ChannelResume.channels(load, api.state(ask).owners().getOrDefault(ClusterSpec.name(node), Set.of()));
    }

    @Test
    void aPlannedHandoffPausesChannelsForAMoment() throws Exception {
        Path dir = Bench.dir("handoff");
        Load load = load(Integer.getInteger("hark.jepsen.rate", 200));
        ChannelResume resume = new ChannelResume();
        Run run = new Run("Planned handoff", load, new Schedule(List.of()), Duration.ZERO, Rules.STRICT, seed);
        Run.Result result;
        try (Cluster cluster = Bench.onLoopback(ClusterSpec.of(NODES).startingFast(), dir)) {
            result = run.on(cluster, dir, (workload, nemesis, api) -> {
                for (int node = 0; node < NODES; node++) {
                    handOver(node, load, workload, nemesis, api, resume);
                }
            });
        }
        Histogram waits = resume.longestWait(result.history());
        System.out.printf(
                "FailoverJepsen handedOver channels=%d longestWaitMillis p50=%d p95=%d max=%d %s seed=%d%n",
                waits.getTotalCount(),
                waits.getValueAtPercentile(50),
                waits.getValueAtPercentile(P95),
                waits.getMaxValue(),
                result,
                seed);
        assertKept(result);
        assertThat(waits.getTotalCount()).as("channels that were handed over").isPositive();
        assertThat(waits.getMaxValue()).isLessThan(PLANNED_WITHIN.toMillis());
        Bench.tidy(dir);
    }

    @Test
    void aRollingRestartIsNotNoticed() throws Exception {
        Path dir = Bench.dir("rolling");
        Load load = load(Integer.getInteger("hark.jepsen.rate", 200));
        Run run = new Run("Rolling restart", load, new Schedule(List.of()), Duration.ZERO, Rules.STRICT, seed);
        Run.Result result;
        try (Cluster cluster = Bench.onLoopback(ClusterSpec.of(NODES).startingFast(), dir)) {
            result = run.on(cluster, dir, (workload, nemesis, api) -> {
                for (int node = 0; node < NODES; node++) {
                    awaitAnswers(workload, 2 * load.perSecond());
                    nemesis.suffer(new Fault.Restart(node), Duration.ZERO);
                    nemesis.awaitRecovery();
                }
            });
        }
        System.out.printf("FailoverJepsen rolling %s seed=%d%n", result, seed);
        assertKept(result);
        Bench.tidy(dir);
    }

    private static void assertKept(Run.Result result) {
        assertThat(result.verdict().failures()).as(result.toString()).isZero();
        assertThat(result.verdict().acked()).isEqualTo(result.verdict().published());
        assertThat(result.verdict().discontinuities()).as(result.toString()).isZero();
        assertThat(result.verdict().failedResumes()).as(result.toString()).isZero();
    }
}
