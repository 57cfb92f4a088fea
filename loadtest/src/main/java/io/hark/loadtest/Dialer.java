package io.hark.loadtest;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Blocking: opens connections, so many at one time, until all are there.
final class Dialer {
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 200;

    private final int concurrency;
    private final Semaphore free;
    private final Progress progress;
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicReference<Optional<String>> failure = new AtomicReference<>(Optional.empty());

    Dialer(int concurrency, Progress progress) {
        this.concurrency = concurrency;
        this.free = new Semaphore(concurrency);
        this.progress = progress;
    }

    /// One of them is there. Any thread.
    void ready() {
        ready.incrementAndGet();
        free.release();
    }

    /// One of them will not be there, so the rest is not opened. Any thread.
    void failed(String why) {
        failure.compareAndSet(Optional.empty(), Optional.of(why));
        free.release();
    }

    /// Opens all, and returns when they are there.
    ///
    /// @throws LoadFailure when one fails, or none has come for half a minute
    void dial(List<LoadConnection> connections) throws InterruptedException {
        for (LoadConnection connection : connections) {
            acquire(1, connections.size());
            connection.open();
        }
        acquire(concurrency, connections.size());
        free.release(concurrency);
    }

    private void acquire(int permits, int all) throws InterruptedException {
        int before = ready.get();
        long deadline = System.nanoTime() + SILENCE_MAX.toNanos();
        while (!free.tryAcquire(permits, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            failure.get().ifPresent(why -> {
                throw new LoadFailure("a connection cannot be made: " + why);
            });
            int now = ready.get();
            progress.show(String.format(Locale.ROOT, "connecting: %,d of %,d are there", now, all));
            if (now != before) {
                before = now;
                deadline = System.nanoTime() + SILENCE_MAX.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new LoadFailure(
                        "%,d of %,d connections are there and no other came for %d s; is the server overloaded?"
                                .formatted(now, all, SILENCE_MAX.toSeconds()));
            }
        }
        failure.get().ifPresent(why -> {
            throw new LoadFailure("a connection cannot be made: " + why);
        });
    }
}
