package io.hark.launcher.interop;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// Waits for what is real.
final class Awaiting {
    private static final Duration WITHIN = Duration.ofSeconds(20);

    private Awaiting() {}

    static void eventually(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + WITHIN.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within %s: %s".formatted(WITHIN, what));
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
