package io.hark.loadtest;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Handle: clients that lose their sockets and come back as the SDKs do, at once and then after
/// growing pauses; and how long it took each of them from the beginning of what made them lose it.
final class Returns implements Subscriber.Watcher {
    private static final int PAUSE_MILLIS = 100;
    private static final int DOUBLINGS_MAX = 5;

    private final List<Subscriber> clients;
    private final Latencies away;
    private final Measurements measured;
    private final AtomicInteger back = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger gaps = new AtomicInteger();
    private final AtomicLong lastBackNanos = new AtomicLong();

    /// By client; each is touched on its client's lane.
    private final int[] failures;

    private final boolean[] home;
    private volatile long begunNanos;
    private volatile boolean over;

    /// @param lanes of the generator
    Returns(List<Subscriber> clients, Measurements measured, int lanes) {
        this.clients = List.copyOf(clients);
        this.measured = measured;
        this.away = new Latencies(lanes);
        this.failures = new int[clients.size()];
        this.home = new boolean[clients.size()];
    }

    /// Does something to all of them, and lets them come back from now on.
    void begin(Consumer<Subscriber> what) {
        begunNanos = System.nanoTime();
        each(client -> {
            client.watch(this);
            what.accept(client);
        });
    }

    /// On the clients' lanes.
    void each(Consumer<Subscriber> what) {
        clients.forEach(client -> client.connection().lane().loop().execute(() -> what.accept(client)));
    }

    /// Nobody comes back any more.
    void end() {
        over = true;
    }

    @Override
    public void ready(Subscriber client, boolean continuous) {
        long now = System.nanoTime();
        failures[client.number()] = 0;
        if (!home[client.number()]) {
            home[client.number()] = true;
            away.record(client.connection().lane(), (now - begunNanos) / 1_000);
            lastBackNanos.accumulateAndGet(now, Math::max);
            back.incrementAndGet();
        }
        if (!continuous) {
            gaps.incrementAndGet();
            measured.problem("the server said that continuity was lost");
        }
    }

    @Override
    public void ended(Subscriber client, String why) {
        if (over) {
            return;
        }
        if (home[client.number()]) {
            measured.problem("a client that was back lost its connection again: " + why);
        }
        int failed = failures[client.number()]++;
        if (failed == 0) {
            client.connection().open();
            return;
        }
        refusals.incrementAndGet();
        int pause = PAUSE_MILLIS << Math.min(failed, DOUBLINGS_MAX);
        client.connection()
                .lane()
                .loop()
                .schedule(
                        () -> {
                            if (!over) {
                                client.connection().open();
                            }
                        },
                        ThreadLocalRandom.current().nextInt(pause / 2, pause),
                        TimeUnit.MILLISECONDS);
    }

    /// Adds what came of it when all were cut.
    void tell(Session session) {
        boolean complete = back.get() == clients.size();
        away.collect();
        if (!complete) {
            measured.problem(
                    "%d of %d clients were not back at the end".formatted(clients.size() - back.get(), clients.size()));
        }
        session.add("backMillis", "cut until back", Percentiles.of(away.all()));
        session.add(
                "allBackMillis",
                "cut until all were back",
                "ms",
                complete ? (lastBackNanos.get() - begunNanos) / 1e6 : 0);
        tellCounts(session);
    }

    /// Adds how many came back, and how.
    void tellCounts(Session session) {
        session.add("clientsBack", "clients that came back", "", back.get());
        session.add("refusedReturns", "attempts that failed", "", refusals.get());
        session.add("lostContinuity", "came back without continuity", "", gaps.get());
    }
}
