package io.hark.channel;

import java.time.Duration;

/// Value: how a channel's entries are kept, decided by its namespace.
///
/// @param retention how long entries can be read; at least the resume window
/// @param keepsLast whether the last publish is kept for a year beside that, see [LastPublish]
public record ChannelPolicy(Durability durability, Duration retention, boolean keepsLast) {
    public ChannelPolicy {
        if (!retention.isPositive()) {
            throw new IllegalArgumentException("retention must be positive, was " + retention);
        }
    }

    /// One by which nothing is kept longer than the rest.
    public ChannelPolicy(Durability durability, Duration retention) {
        this(durability, retention, false);
    }
}
