package io.hark.channel.sim;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.channel.FrontendLimits;
import io.hark.channel.MemberGrace;
import io.hark.channel.SlotLimits;
import io.hark.slot.SlotConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Value: one run's world. Every seed has its own: sizes, speeds and faults are drawn so that some runs
/// are calm and some have every limit within reach.
///
/// @param shortPolicy   another policy that a channel's entries get now and then, as if its namespace were
///                      reconfigured
/// @param actMicros     the longest that a client does nothing
/// @param faultEveryMillis how often, at least, a node or link is disturbed
record SimConfig(
        PlantedBug bug,
        List<ChannelId> channels,
        List<ChannelPolicy> policies,
        ChannelPolicy shortPolicy,
        double shortPolicyChance,
        ClusterConfig cluster,
        int clients,
        int runMillis,
        int actMicros,
        int membersMax,
        SlotConfig slot,
        FrontendLimits frontend,
        boolean channelRowsKept,
        int loopDelayMicros,
        double stallChance,
        int networkMicros,
        int windowFrames,
        int writeMicros,
        int syncMicros,
        int joinMax,
        double readFailure,
        double writeFailure,
        double feedLoss,
        double clientFaults,
        int faultEveryMillis) {

    static final String REGION = "eu";
    private static final List<List<ChannelId>> BY_SLOT = List.of(channelsOf(7), channelsOf(8), channelsOf(500));

    static SimConfig of(Scheduler dice, PlantedBug bug) {
        ClusterConfig cluster = ClusterConfig.of(dice);
        List<ChannelId> channels = new ArrayList<>();
        int slots = dice.between(1, 3);
        for (int slot = 0; slot < slots; slot++) {
            channels.addAll(BY_SLOT.get(slot).subList(0, dice.between(1, 2)));
        }
        int retention = dice.chance(0.5) ? dice.between(100, 800) : dice.between(5_000, 60_000);
        List<ChannelPolicy> policies = new ArrayList<>();
        for (int i = 0; i < channels.size(); i++) {
            policies.add(policy(dice.chance(0.5) ? Durability.FSYNC : Durability.REPLICATED, retention));
        }
        ChannelPolicy shortPolicy = policy(Durability.REPLICATED, dice.between(60, 300));
        boolean slowDisk = dice.chance(0.3);
        SlotLimits slotLimits = new SlotLimits(
                dice.chance(0.3) ? dice.between(200, 400) : 10_000,
                dice.between(0, 4),
                Duration.ofMillis(dice.between(1, 500)),
                SlotLimits.DEFAULTS.presenceBytesMax());
        MemberGrace grace =
                new MemberGrace(cluster.isOne() ? 3_000 : 20_000, dice.chance(0.5) ? shortPolicy : policies.getFirst());
        return new SimConfig(
                bug,
                List.copyOf(channels),
                List.copyOf(policies),
                shortPolicy,
                dice.chance(0.3) ? 0.1 : 0,
                cluster,
                dice.between(2, 5),
                cluster.isOne() ? dice.between(600, 2_000) : dice.between(1_500, 5_000),
                cluster.isOne() ? 12_000 : dice.between(12_000, 60_000),
                dice.chance(0.2) ? 2 : 100,
                slotConfig(dice, slotLimits, grace),
                new FrontendLimits(
                        dice.chance(0.5) ? dice.between(400, 3_000) : 1 << 20,
                        dice.chance(0.3) ? dice.between(400, 3_000) : 1 << 20,
                        dice.chance(0.3) ? dice.between(1, 2_000) : 1 << 18,
                        dice.chance(0.5) ? dice.between(1, 5) : 500,
                        dice.between(1, 4),
                        dice.between(1, 20)),
                dice.chance(0.5),
                dice.between(10, 400),
                dice.chance(0.3) ? 0.02 : 0,
                dice.between(100, 5_000),
                dice.between(2, 40),
                slowDisk ? dice.between(1_000, 15_000) : dice.between(50, 500),
                slowDisk ? dice.between(2_000, 30_000) : dice.between(100, 3_000),
                dice.chance(0.5) ? dice.between(1, 3) : 1_000,
                dice.chance(0.3) ? 0.02 : 0,
                dice.chance(0.2) ? 0.002 : 0,
                dice.chance(0.2) ? 0.02 : 0,
                dice.chance(0.8) ? dice.between(1, 12) / 100.0 : 0,
                dice.chance(0.75) ? dice.between(150, 800) : 1_000_000);
    }

    /// Windows, tails and credits from a few entries to more than a run needs.
    private static SlotConfig slotConfig(Scheduler dice, SlotLimits limits, MemberGrace grace) {
        return new SlotConfig(
                limits,
                grace,
                dice.chance(0.3) ? dice.between(8_000, 30_000) : 1 << 20,
                dice.chance(0.2) ? dice.between(300, 600) : 10_000,
                dice.chance(0.4) ? dice.between(1, 3_000) : 1 << 20,
                dice.chance(0.5) ? dice.between(1, 3_000) : 1 << 20,
                dice.chance(0.4) ? dice.between(1, 2_000) : 4 << 20,
                dice.between(1, 4),
                Duration.ofMillis(dice.between(300, 2_000)),
                Duration.ofMillis(dice.between(1_000, 10_000)),
                io.hark.slot.PlantedBug.NONE);
    }

    long graceMillis() {
        return slot.grace().millis();
    }

    int tickMicros() {
        return cluster.isOne() ? 50_000 : 100_000;
    }

    List<Integer> slots() {
        return channels.stream().map(channel -> channel.key().slot()).distinct().toList();
    }

    ChannelPolicy policy(ChannelId channel) {
        return policies.get(channels.indexOf(channel));
    }

    boolean has(PlantedBug one) {
        return bug == one;
    }

    private static ChannelPolicy policy(Durability durability, int retentionMillis) {
        return new ChannelPolicy(durability, Duration.ofMillis(retentionMillis));
    }

    private static List<ChannelId> channelsOf(int slot) {
        List<ChannelId> found = new ArrayList<>();
        for (int number = 0; found.size() < 2; number++) {
            ChannelId channel = ChannelId.of("app", "ch" + number);
            if (channel.key().slot() == slot) {
                found.add(channel);
            }
        }
        return List.copyOf(found);
    }
}
