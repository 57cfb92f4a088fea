package io.hark.slot;

import io.hark.channel.MemberGrace;
import io.hark.channel.SlotLimits;
import java.time.Duration;

/// Value: how a node runs its slots.
///
/// @param queuedBytesMax   entries that this node has appended and that are not committed; beyond it
///                         publishes are refused (50003)
/// @param requestsMax      requests of one slot that wait for its owner; one more is refused (50003)
/// @param windowBytes      what a replica may be sent of a slot before it has confirmed what came before
/// @param tailBytesMax     committed records of a slot kept in memory for replicas that are behind; older ones
///                         are read from the disk
/// @param creditBytes      what another node may be sent of its channels' entries before it has
///                         confirmed what came before; beyond it it is told only how far it may read
/// @param catchUpsMax      slots of one loop whose records or rows are read for a replica at once
/// @param lagMax           a replica that confirms nothing for so long leaves the in-sync set
/// @param requestTimeout   a read or an attach that no owner has answered for so long is refused (50003)
/// @param plantedBug       NONE, but where a test shows that it would be noticed
public record SlotConfig(
        SlotLimits limits,
        MemberGrace grace,
        long queuedBytesMax,
        int requestsMax,
        int windowBytes,
        long tailBytesMax,
        long creditBytes,
        int catchUpsMax,
        Duration lagMax,
        Duration requestTimeout,
        PlantedBug plantedBug) {
    public static SlotConfig of(SlotLimits limits, MemberGrace grace, long queuedBytesMax) {
        return new SlotConfig(
                limits,
                grace,
                queuedBytesMax,
                10_000,
                1 << 20,
                128 << 10,
                4 << 20,
                8,
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                PlantedBug.NONE);
    }

    /// For a test of the tests: the same with a mistake in it.
    public SlotConfig with(PlantedBug bug) {
        return new SlotConfig(
                limits,
                grace,
                queuedBytesMax,
                requestsMax,
                windowBytes,
                tailBytesMax,
                creditBytes,
                catchUpsMax,
                lagMax,
                requestTimeout,
                bug);
    }
}
