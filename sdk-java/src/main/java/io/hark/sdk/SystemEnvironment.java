package io.hark.sdk;

import io.hark.protocol.Format;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Handle: this machine's clock, threads and network. Any thread.
///
/// All clients of the process share two threads: one for timers, and the HTTP client's own for sockets.
/// Everything else runs on virtual threads.
final class SystemEnvironment implements Environment {
    private final HttpClient http;
    private final SecureRandom random = new SecureRandom();

    SystemEnvironment(Optional<HttpClient> http) {
        this.http = http.orElseGet(() -> Shared.HTTP);
    }

    /// What is made once it is needed, and then for the process's life.
    private static final class Shared {
        private static final Executor THREADS = Executors.newVirtualThreadPerTaskExecutor();

        // HTTP/2 would be asked for by an upgrade on every plain request, for connections that are few anyway.
        private static final HttpClient HTTP = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(THREADS)
                .build();
        private static final ScheduledThreadPoolExecutor TIMERS = timers();

        private static ScheduledThreadPoolExecutor timers() {
            ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().name("hark-sdk-timers").daemon().factory());
            timers.setRemoveOnCancelPolicy(true);
            return timers;
        }
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Executor threads() {
        return Shared.THREADS;
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        ScheduledFuture<?> timer = Shared.TIMERS.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    @Override
    public Transport open(URI uri, Format format, int frameBytesMax, Transport.Listener listener) {
        return WebSocketTransport.open(http, uri, format, frameBytesMax, listener);
    }

    @Override
    public CompletableFuture<HttpResponse<byte[]>> send(HttpRequest request, int bytesMax) {
        return http.sendAsync(request, answer -> new LimitedBody(bytesMax));
    }
}
