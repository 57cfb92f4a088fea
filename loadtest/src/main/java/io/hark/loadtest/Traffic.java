package io.hark.loadtest;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Blocking, but for what its connections do on their lanes: publishers and subscribers by a plan,
/// and the account of what they sent and got.
final class Traffic implements Subscriber.Watcher, Publisher.Watcher, AutoCloseable {
    private enum Phase {
        CONNECTING,
        RUNNING,
        CLOSING
    }

    private final TrafficPlan plan;
    private final Sockets sockets;
    private final Dialer dialer;
    private final Measurements measured;
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();
    private volatile Phase phase = Phase.CONNECTING;

    Traffic(Setting setting, TrafficPlan plan, Sockets sockets, Dialer dialer) {
        this.plan = plan;
        this.sockets = sockets;
        this.dialer = dialer;
        this.measured = new Measurements(sockets.lanes().size());
        for (int i = 0; i < plan.subscribers(); i++) {
            subscribers.add(new Subscriber(sockets, setting, plan, i, measured, this));
        }
        for (int i = 0; i < plan.publishers(); i++) {
            publishers.add(new Publisher(sockets, setting, plan, i, measured, this));
        }
    }

    TrafficPlan plan() {
        return plan;
    }

    Measurements measured() {
        return measured;
    }

    List<Subscriber> subscribers() {
        return subscribers;
    }

    void connectSubscribers() throws InterruptedException {
        dialer.dial(subscribers.stream().map(Subscriber::connection).toList());
    }

    void connectPublishers() throws InterruptedException {
        dialer.dial(publishers.stream().map(Publisher::connection).toList());
    }

    void begin(Timetable timetable) {
        phase = Phase.RUNNING;
        subscribers.forEach(
                subscriber -> subscriber.connection().lane().loop().execute(() -> subscriber.follow(timetable)));
        sockets.awaitTasks();
        publishers.forEach(publisher -> publisher.connection().lane().loop().execute(() -> publisher.begin(timetable)));
    }

    @Override
    public void ready(Subscriber subscriber, boolean continuous) {
        dialer.ready();
    }

    @Override
    public void ready(Publisher publisher) {
        dialer.ready();
    }

    @Override
    public void ended(Subscriber subscriber, String why) {
        ended("a subscriber", why);
    }

    @Override
    public void ended(Publisher publisher, String why) {
        ended("a publisher", why);
    }

    private void ended(String who, String why) {
        switch (phase) {
            case CONNECTING -> dialer.failed(why);
            case RUNNING -> measured.problem("the connection of %s ended: %s".formatted(who, why));
            case CLOSING -> {}
        }
    }

    @Override
    public boolean isFull() {
        return undelivered() >= (long) plan.window() * plan.publishers() * plan.subscribersPerChannel();
    }

    /// Deliveries that are to come.
    long undelivered() {
        return (measured.published.sum() - measured.refused.sum()) * plan.subscribersPerChannel()
                - measured.delivered.sum();
    }

    /// Whether all that was due is sent, answered and delivered.
    boolean isSettled() {
        return undelivered() <= 0
                && publishers.stream()
                        .allMatch(publisher -> CompletableFuture.supplyAsync(
                                        publisher::isDone,
                                        publisher.connection().lane().loop())
                                .completeOnTimeout(false, 5, TimeUnit.SECONDS)
                                .join());
    }

    @Override
    public void close() {
        phase = Phase.CLOSING;
        subscribers.forEach(subscriber -> cut(subscriber.connection()));
        publishers.forEach(publisher -> cut(publisher.connection()));
        sockets.awaitTasks();
    }

    private static void cut(LoadConnection connection) {
        connection.lane().loop().execute(() -> connection.cut("the run is over"));
    }

    /// What was due and was not sent, as it waited for answers.
    long unsent() {
        return publishers.stream().mapToLong(Publisher::unsent).sum();
    }

    /// The account; after [#close].
    Verdict verdict() {
        long[] counts = new long[plan.streams()];
        long[] refused = new long[plan.streams()];
        long unanswered = 0;
        for (Publisher publisher : publishers) {
            unanswered += publisher.unanswered();
            publisher.eachStream(sent -> {
                counts[sent.stream()] = sent.count();
                refused[sent.stream()] = sent.refused();
            });
        }
        if (unanswered > 0) {
            measured.problem("%,d publishes were not answered".formatted(unanswered));
        }
        long lost = 0;
        for (Subscriber subscriber : subscribers) {
            for (int stream = subscriber.channel(); stream < plan.streams(); stream += plan.channels()) {
                lost += Math.max(0, subscriber.lost(stream, counts[stream]) - refused[stream]);
            }
        }
        return new Verdict(
                measured.published.sum(),
                measured.acknowledged.sum(),
                measured.delivered.sum(),
                lost,
                measured.doubled.sum(),
                measured.reordered.sum(),
                measured.misrouted.sum(),
                measured.problems());
    }
}
