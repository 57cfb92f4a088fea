package io.hark.channel;

import java.util.Optional;

/// Value: a change of one row of a channel's state, with what was there before, so that a replica can take it back.
///
/// @param key    of the row among those of its kind and channel
/// @param before empty when there was no row
/// @param after  empty when there is none from then on
public record StateChange(
        StateKind kind, String key, Lifetime lifetime, Optional<StateValue> before, Optional<StateValue> after) {
    public StateChange {
        if (kind.isLasting() != lifetime.isLasting()) {
            throw new IllegalArgumentException("a row of kind %s is not kept for %s".formatted(kind, lifetime));
        }
        if (before.isEmpty() && after.isEmpty()) {
            throw new IllegalArgumentException("a change of a row has neither before nor after");
        }
    }

    /// A change of a row that stays until it is removed.
    public static StateChange lasting(
            StateKind kind, String key, Optional<StateValue> before, Optional<StateValue> after) {
        return new StateChange(kind, key, Lifetime.LASTING, before, after);
    }
}
