package io.hark.rest;

/// Handle: how often something may happen in an hour. Any thread.
final class HourlyLimit {
    private static final long HOUR_MILLIS = 3_600_000;

    private final int max;
    private long hour;
    private int taken;

    HourlyLimit(int max) {
        this.max = max;
    }

    /// @return whether it may happen; if not, nothing is taken
    synchronized boolean take(long nowMillis) {
        long current = nowMillis / HOUR_MILLIS;
        if (current != hour) {
            hour = current;
            taken = 0;
        }
        if (taken >= max) {
            return false;
        }
        taken++;
        return true;
    }
}
