package io.hark.frontend;

import java.util.function.LongSupplier;

/// Confined: how much of some work a loop may do, so that it has time for everything else: so much at
/// once, and so much a second. It fills up as time goes by, without a timer.
final class WorkBudget {
    private final long most;
    private final long perSecond;
    private final LongSupplier clock;
    private long left;
    private long filledMillis;

    /// @param clock milliseconds that only go forward
    WorkBudget(long most, long perSecond, LongSupplier clock) {
        this.most = most;
        this.perSecond = perSecond;
        this.clock = clock;
        this.left = most;
        this.filledMillis = clock.getAsLong();
    }

    long left() {
        long now = clock.getAsLong();
        long passed = Math.min(now - filledMillis, 1_000);
        filledMillis = now;
        left = Math.min(most, left + passed * perSecond / 1_000);
        return Math.max(0, left);
    }

    /// What was begun may cost more than was left.
    void spend(long amount) {
        left -= amount;
    }
}
