package io.hark.channel;

import java.time.Duration;

/// Value: how a channel's entries are kept, decided by its namespace.
///
/// @param retention how long entries can be read; at least the resume window
public record ChannelPolicy(Durability durability, Duration retention) {
    public ChannelPolicy {
        if (!retention.isPositive()) {
            throw new IllegalArgumentException("retention must be positive, was " + retention);
        }
    }
}
