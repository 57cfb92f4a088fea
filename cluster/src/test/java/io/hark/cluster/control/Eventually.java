package io.hark.cluster.control;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.Assertions;

/// Waits for what is to become true.
final class Eventually {
    private Eventually() {}

    static void eventually(String what, Duration max, BooleanSupplier condition) {
        long deadline = System.nanoTime() + max.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                Assertions.fail("not within %s: %s".formatted(max, what));
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
