package io.hark.stats;

import java.util.concurrent.atomic.AtomicInteger;

/// Handle: how many there are of something now, and were since that was last looked at. Any thread.
public final class LiveGauge {
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger low = new AtomicInteger();
    private final AtomicInteger high = new AtomicInteger();

    LiveGauge() {}

    public void add(int change) {
        int level = now.addAndGet(change);
        if (change > 0) {
            high.accumulateAndGet(level, Math::max);
        } else {
            low.accumulateAndGet(level, Math::min);
        }
    }

    int now() {
        return now.get();
    }

    /// Between what it was since the last call.
    Levels.Band take() {
        int level = now.get();
        int lowest = Math.min(low.getAndSet(level), level);
        int highest = Math.max(high.getAndSet(level), level);
        return new Levels.Band(Math.max(0, lowest), highest);
    }
}
