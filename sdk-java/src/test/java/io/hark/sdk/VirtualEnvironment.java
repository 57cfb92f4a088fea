package io.hark.sdk;

import io.hark.protocol.Format;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// A world of one thread, in which time passes when the test says so and everything happens in one
/// order.
final class VirtualEnvironment implements Environment {
    private static final long WALL_START_MILLIS = 1_700_000_000_000L;

    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::number));
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Random random;
    private final FakeNode node;
    private long nanos;
    private long timersMade;

    private record Due(long nanos, long number, Runnable task) {}

    VirtualEnvironment(long seed) {
        random = new Random(seed);
        node = new FakeNode(this);
    }

    FakeNode node() {
        return node;
    }

    /// Does all that can be done now.
    VirtualEnvironment settle() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        return this;
    }

    VirtualEnvironment advance(Duration duration) {
        settle();
        long until = nanos + duration.toNanos();
        while (!timers.isEmpty() && timers.element().nanos() <= until) {
            Due due = timers.remove();
            nanos = Math.max(nanos, due.nanos());
            due.task().run();
            settle();
        }
        nanos = until;
        return this;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long wallMillis() {
        return WALL_START_MILLIS + Duration.ofNanos(nanos).toMillis();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Executor threads() {
        return tasks::add;
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        Due due = new Due(nanos + delay.toNanos(), timersMade++, task);
        timers.add(due);
        return () -> timers.remove(due);
    }

    @Override
    public Transport open(URI uri, Format format, int frameBytesMax, Transport.Listener listener) {
        return node.open(uri, listener);
    }

    @Override
    public CompletableFuture<HttpResponse<byte[]>> send(HttpRequest request, int bytesMax) {
        return node.answer(request);
    }
}
