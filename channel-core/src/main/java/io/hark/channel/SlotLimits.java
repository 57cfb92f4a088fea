package io.hark.channel;

import java.time.Duration;

/// Value: the bounds of one slot's state.
///
/// @param parkedMax       publishes that wait for one channel's state or for a dedupe answer; one more is
///                        refused
/// @param idleChannelsMax channels kept in memory though nobody uses them; the oldest are dropped
/// @param idleTime        how long an unused channel is kept in memory and listed as active
/// @param presenceBytesMax of the clientIds, data and extras of a channel's members together; a set that would grow
///                        beyond it refuses the update (91006)
public record SlotLimits(int parkedMax, int idleChannelsMax, Duration idleTime, long presenceBytesMax) {
    public static final SlotLimits DEFAULTS = new SlotLimits(10_000, 256, Duration.ofMinutes(1), 32 << 20);

    public SlotLimits withPresenceBytesMax(long value) {
        return new SlotLimits(parkedMax, idleChannelsMax, idleTime, value);
    }
}
