package io.hark.channel;

/// Value: one row of a channel's state.
public record StateRow(StateKind kind, String key, Lifetime lifetime, StateValue value) {
    public StateRow {
        if (kind.isLasting() != lifetime.isLasting()) {
            throw new IllegalArgumentException("a row of kind %s is not kept for %s".formatted(kind, lifetime));
        }
    }
}
