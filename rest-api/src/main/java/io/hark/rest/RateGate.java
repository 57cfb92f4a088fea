package io.hark.rest;

import java.util.concurrent.atomic.AtomicLong;

/// Handle: a token bucket in one number and without a timer: how far ahead of the clock what went through it
/// reaches. Any thread.
///
/// It holds what one second allows. Something larger goes through when it is full, and keeps it shut for as long
/// as that takes.
public final class RateGate {
    private static final long SECOND_NANOS = 1_000_000_000;

    private final AtomicLong reachNanos;

    public RateGate(long nowNanos) {
        reachNanos = new AtomicLong(nowNanos);
    }

    /// @param perSecond more than 0
    /// @return whether it goes through; if not, nothing is taken
    public boolean take(double amount, double perSecond, long nowNanos) {
        long cost = cost(amount, perSecond);
        while (true) {
            long reach = reachNanos.get();
            long ahead = Math.max(0, reach - nowNanos);
            if (ahead + Math.min(cost, SECOND_NANOS) > SECOND_NANOS) {
                return false;
            }
            if (reachNanos.compareAndSet(reach, nowNanos + ahead + cost)) {
                return true;
            }
        }
    }

    /// Takes it whether or not it is there: of something that cannot be refused.
    public void force(double amount, double perSecond, long nowNanos) {
        long cost = cost(amount, perSecond);
        reachNanos.updateAndGet(reach -> nowNanos + Math.min(Math.max(0, reach - nowNanos) + cost, 2 * SECOND_NANOS));
    }

    /// Gives back what was taken for something that was then refused elsewhere.
    public void giveBack(double amount, double perSecond) {
        reachNanos.addAndGet(-cost(amount, perSecond));
    }

    /// Whether it is as good as a new one.
    boolean isFull(long nowNanos) {
        return reachNanos.get() - nowNanos <= 0;
    }

    private static long cost(double amount, double perSecond) {
        // An hour, so that no sum can overflow.
        return (long) Math.min(amount / perSecond * SECOND_NANOS, 3_600.0 * SECOND_NANOS);
    }
}
