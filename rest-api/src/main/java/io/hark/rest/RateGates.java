package io.hark.rest;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Handle: a gate for each of many. Those that are full are forgotten when room is needed, so that what is kept is
/// bounded by how many were used within the last second or so. Any thread.
public final class RateGates<K> {
    private static final int SWEEP_FROM = 1_024;

    /// While all are in use, a look at them all is not to be had by asking for one more.
    private static final long FULL_SWEEP_EVERY_NANOS = 100_000_000;

    private static final long NEVER = Long.MIN_VALUE;

    private final ConcurrentHashMap<K, RateGate> gates = new ConcurrentHashMap<>();
    private final AtomicInteger sweepAt;
    private final AtomicLong sweptNanos = new AtomicLong(NEVER);
    private final int max;

    /// @param max gates; where there is no room for another, there is none for what would go through it
    public RateGates(int max) {
        this.max = max;
        this.sweepAt = new AtomicInteger(Math.min(max, SWEEP_FROM));
    }

    /// @return empty when as many are in use as can be
    public Optional<RateGate> of(K key, long nowNanos) {
        RateGate known = gates.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        int at = sweepAt.get();
        if (gates.size() >= at && isTimely(at, nowNanos) && sweepAt.compareAndSet(at, max)) {
            sweptNanos.set(nowNanos);
            gates.values().removeIf(gate -> gate.isFull(nowNanos));
            // The next sweep only when as many have come as there are now: each costs those who came little.
            sweepAt.set(Math.min(max, Math.max(SWEEP_FROM, 2 * gates.size())));
        }
        return gates.size() >= max
                ? Optional.empty()
                : Optional.of(gates.computeIfAbsent(key, absent -> new RateGate(nowNanos)));
    }

    private boolean isTimely(int at, long nowNanos) {
        long swept = sweptNanos.get();
        return at < max || swept == NEVER || nowNanos - swept >= FULL_SWEEP_EVERY_NANOS;
    }

    int size() {
        return gates.size();
    }
}
