package io.hark.jepsen;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Handle: publishes to one node over HTTP, several times a second, each message once, and keeps the answers.
final class HttpProbes implements AutoCloseable {
    static final String CHANNEL = "persisted:probes";

    private static final int EVERY_MILLIS = 150;
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(15);
    private static final int CREATED = 201;
    private static final int UNAVAILABLE = 503;

    private final NodeApi api;
    private final int node;
    private final ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Probe> probes = new ArrayList<>();
    private final Set<String> notAccepted = new LinkedHashSet<>();
    private int asked;

    /// What became of one message.
    ///
    /// @param status 0 when there was no answer
    record Probe(String name, long askedNanos, long answeredNanos, int status, int code) {}

    HttpProbes(NodeApi api, int node) {
        this.api = api;
        this.node = node;
        var unused = pacer.scheduleAtFixedRate(this::ask, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void ask() {
        String name;
        synchronized (this) {
            name = "probe-" + asked++;
            notAccepted.add(name);
        }
        threads.execute(() -> {
            long askedNanos = System.nanoTime();
            NodeApi.Answer answer = publish(name);
            synchronized (this) {
                probes.add(new Probe(name, askedNanos, System.nanoTime(), answer.status(), answer.code()));
            }
        });
    }

    private NodeApi.Answer publish(String name) {
        try {
            NodeApi.Answer answer = api.publish(node, CHANNEL, name, name, "probe", ANSWERED_WITHIN);
            if (answer.status() == CREATED) {
                synchronized (this) {
                    notAccepted.remove(name);
                }
            }
            return answer;
        } catch (IOException e) {
            return new NodeApi.Answer(0, 0, "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new NodeApi.Answer(0, 0, "");
        }
    }

    synchronized int accepted() {
        return (int) probes.stream().filter(probe -> probe.status() == CREATED).count();
    }

    /// Answers that say that nothing was stored.
    synchronized int refused() {
        return (int)
                probes.stream().filter(probe -> probe.status() == UNAVAILABLE).count();
    }

    /// Publishes no more new messages.
    void stop() {
        pacer.shutdownNow();
    }

    /// Publishes what was not accepted once more, with the same ids.
    ///
    /// @return whether all are accepted now
    boolean repeatAll() {
        for (String name : names()) {
            boolean due;
            synchronized (this) {
                due = notAccepted.contains(name);
            }
            if (due && publish(name).status() != CREATED) {
                return false;
            }
        }
        return true;
    }

    synchronized List<String> names() {
        return IntStream.range(0, asked).mapToObj(number -> "probe-" + number).toList();
    }

    synchronized List<Probe> askedFrom(long nanos) {
        return probes.stream().filter(probe -> probe.askedNanos() >= nanos).toList();
    }

    @Override
    public void close() {
        pacer.shutdownNow();
        threads.shutdownNow();
    }
}
