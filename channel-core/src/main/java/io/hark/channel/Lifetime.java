package io.hark.channel;

import java.time.Duration;

/// Value: how long a row of state is kept: as long as an entry of that time and retention, or until it is removed.
/// It belongs to the row's identity: all changes of a row give the same.
///
/// @param millis what the retention counts from, since the epoch
public record Lifetime(long millis, Duration retention) {
    /// Until it is removed.
    public static final Lifetime LASTING = new Lifetime(0, Duration.ZERO);

    public Lifetime {
        if (millis < 0 || retention.isNegative()) {
            throw new IllegalArgumentException("no lifetime begins at %d and lasts %s".formatted(millis, retention));
        }
    }

    public boolean isLasting() {
        return retention.isZero();
    }
}
