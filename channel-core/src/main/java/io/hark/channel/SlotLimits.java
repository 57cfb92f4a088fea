package io.hark.channel;

import java.time.Duration;

/// Value: the bounds of one slot's state.
///
/// @param parkedMax       publishes that wait for one channel's state or for a dedupe answer; one more is
///                        refused
/// @param idleChannelsMax channels kept in memory though nobody uses them; the oldest are dropped
/// @param idleTime        how long an unused channel is kept in memory and listed as active
public record SlotLimits(int parkedMax, int idleChannelsMax, Duration idleTime) {
    public static final SlotLimits DEFAULTS = new SlotLimits(10_000, 256, Duration.ofMinutes(1));
}
