package io.hark.jepsen;

import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Handle: clients of all nodes under a steady rate, and the history of what they saw.
final class Workload implements AutoCloseable {
    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(5);
    private static final long TICK_MILLIS = 10;
    private static final int UNANSWERED_SECONDS_MAX = 60;
    private static final String PADDING = "x".repeat(100);
    private static final int PRESENCE_PAUSE_TICKS = 100;

    private final Load load;
    private final History.Recorder history;
    private final SplittableRandom random;
    private final ClientGroup group;
    private final NodeApi api;
    private final int nodes;
    private final RestPublisher rest;
    private final Progress progress;
    private final List<ProtocolClient> subscribers = new ArrayList<>();
    private final List<ProtocolClient> publishers = new ArrayList<>();
    private final List<ProtocolClient> presenceClients = new ArrayList<>();
    private final boolean[] present;
    private final int[] published;
    private final AtomicInteger invoked = new AtomicInteger();
    private final AtomicInteger shed = new AtomicInteger();
    private final ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("hark-jepsen-pacer").factory());
    private volatile long lastTickNanos;
    private double due;

    /// @param startWith nodes that run when the clients connect; later they find the others too
    Workload(Load load, Cluster cluster, NodeApi api, int startWith, History.Recorder history, long seed) {
        this.load = load;
        this.history = history;
        this.random = new SplittableRandom(seed);
        this.nodes = cluster.spec().nodes();
        this.group = new ClientGroup(
                IntStream.range(0, nodes).mapToObj(cluster::address).toList(), seed);
        this.api = api;
        this.progress = new Progress(load.clients());
        this.rest =
                new RestPublisher(api, nodes, history, progress, Duration.ofSeconds(UNANSWERED_SECONDS_MAX), seed + 1);
        this.published = new int[load.publishers() + 1];
        this.present = new boolean[load.presenceClients()];
        connect(subscribers, load.subscribers(), 0, startWith, client -> client % load.channels());
        connect(publishers, load.publishers(), load.subscribers(), startWith, client -> -1);
        connect(
                presenceClients,
                load.presenceClients(),
                load.subscribers() + load.publishers(),
                startWith,
                client -> load.channels() + client % load.presenceChannels());
    }

    private void connect(
            List<ProtocolClient> clients, int count, int firstNumber, int startWith, IntFunction<Integer> channel) {
        for (int i = 0; i < count; i++) {
            ProtocolClient client = group.client(
                    new ProtocolClient.Options(ClusterSpec.KEY, i % 2 == 0 ? Format.JSON : Format.MSGPACK),
                    i % startWith,
                    new RecordingListener(firstNumber + i, load, history, progress));
            if (channel.apply(i) >= 0) {
                client.attach(load.channel(channel.apply(i)));
            }
            client.connect();
            clients.add(client);
        }
    }

    /// Begins to publish and to enter, at the load's rate.
    void start() {
        lastTickNanos = System.nanoTime();
        var unused = pacer.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            // A machine that slept owes what it did not send meanwhile, but not all of it at once.
            long now = System.nanoTime();
            due += Math.min(TimeUnit.SECONDS.toNanos(1), now - lastTickNanos) * (load.perSecond() / 1e9);
            lastTickNanos = now;
            for (; due >= 1; due--) {
                publishOne();
            }
            for (int i = 0; i < presenceClients.size(); i++) {
                if (random.nextInt(PRESENCE_PAUSE_TICKS) == 0) {
                    changePresence(i);
                }
            }
        } catch (RuntimeException e) {
            history.record(
                    micros -> new Event.Violated(micros, Event.Violated.OPERATOR, "the workload itself failed: " + e));
            throw e;
        }
    }

    private void publishOne() {
        if (invoked.get() - progress.allAnswered() > load.perSecond() * UNANSWERED_SECONDS_MAX) {
            shed.incrementAndGet();
            return;
        }
        boolean overRest = random.nextDouble() < load.restShare();
        if (overRest && !rest.tryAcquire()) {
            shed.incrementAndGet();
            return;
        }
        int publisher = overRest ? load.publishers() : random.nextInt(load.publishers());
        int channel = random.nextInt(load.channels());
        long key = MessageKey.of(publisher, published[publisher]++);
        invoked.incrementAndGet();
        history.record(micros -> new Event.Invoked(micros, channel, key, !overRest));
        if (overRest) {
            rest.publish(load.channel(channel), key, PADDING);
        } else {
            Message message = Message.of(Optional.of(MessageKey.text(key)), Payload.text(PADDING));
            publishers.get(publisher).publish(new Outgoing.OfMessage(load.channel(channel), message));
        }
    }

    private void changePresence(int client) {
        PresenceAction action;
        if (!present[client]) {
            action = PresenceAction.ENTER;
        } else {
            action = random.nextInt(3) == 0 ? PresenceAction.LEAVE : PresenceAction.UPDATE;
        }
        present[client] = action != PresenceAction.LEAVE;
        presenceClients
                .get(client)
                .presence(presenceChannel(client), "member-" + client, action, "v" + random.nextInt(1_000));
    }

    private String presenceChannel(int client) {
        return load.channel(load.channels() + client % load.presenceChannels());
    }

    int answered() {
        return progress.allAnswered();
    }

    /// Publishes that were due and not made, as too many were unanswered.
    int shed() {
        return shed.get();
    }

    boolean allAreAttached() {
        return progress.allAttached() == load.subscribers() + load.presenceClients();
    }

    /// Loses some client's socket.
    void dropSomeSocket(SplittableRandom nemesis) {
        int index = nemesis.nextInt(load.clients());
        if (index < load.subscribers()) {
            subscribers.get(index).dropSocket();
        } else if (index < load.subscribers() + load.publishers()) {
            publishers.get(index - load.subscribers()).dropSocket();
        } else {
            presenceClients.get(index - load.subscribers() - load.publishers()).dropSocket();
        }
    }

    void stopPublishing() throws InterruptedException {
        pacer.shutdown();
        pacer.awaitTermination(10, TimeUnit.SECONDS);
    }

    /// Stops publishing, waits until every publish is answered, every subscriber has the end of its channel
    /// and all agree on who is present, and adds the final logs and presence sets of `live` nodes to the
    /// history.
    void finish(List<Integer> live, Duration within) throws InterruptedException {
        stopPublishing();
        if (!eventually(within, () -> progress.allAnswered() >= invoked.get())) {
            endPublishers(within);
            awaitNothingWaits(live);
        }
        FinalLogs logs = new FinalLogs(api, load, history);
        logs.read(live, within);
        eventually(
                within,
                () -> IntStream.range(0, load.subscribers())
                        .allMatch(client -> logs.isEnd(client % load.channels(), progress.lastReceived(client))));
        Map<Integer, List<String>> truth = truth();
        List<String> unread = new ArrayList<>();
        List<Event.Present> views = views(live, unread);
        long deadline = System.nanoTime() + within.toNanos();
        while (!(unread.isEmpty()
                        && views.stream().allMatch(view -> view.members().equals(truth.get(view.channel()))))
                && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(500);
            unread.clear();
            views = views(live, unread);
        }
        for (String what : unread) {
            history.record(micros -> new Event.Violated(micros, Event.Violated.OPERATOR, what));
        }
        truth.forEach((channel, members) ->
                history.record(micros -> new Event.Present(micros, Event.Present.TRUTH, channel, members)));
        for (Event.Present view : views) {
            history.record(micros -> new Event.Present(micros, view.viewer(), view.channel(), view.members()));
        }
    }

    private Map<Integer, List<String>> truth() {
        Map<Integer, List<String>> truth = new HashMap<>();
        for (int i = 0; i < load.presenceChannels(); i++) {
            truth.put(load.channels() + i, new ArrayList<>());
        }
        for (int i = 0; i < presenceClients.size(); i++) {
            String channel = presenceChannel(i);
            truth.get(load.channelNumber(channel))
                    .addAll(presenceClients.get(i).ownMembers(channel).join());
        }
        truth.values().forEach(members -> members.sort(null));
        return truth;
    }

    /// @param unread takes what cannot be read
    private List<Event.Present> views(List<Integer> live, List<String> unread) throws InterruptedException {
        List<Event.Present> views = new ArrayList<>();
        for (int channel = load.channels(); channel < load.allChannels(); channel++) {
            for (int node : live) {
                try {
                    List<String> members = api.presence(node, load.channel(channel)).stream()
                            .map(PresenceView::describe)
                            .sorted()
                            .toList();
                    views.add(new Event.Present(0, ClusterSpec.name(node), channel, members));
                } catch (IOException e) {
                    unread.add("%s does not tell who is present on channel %d: %s"
                            .formatted(ClusterSpec.name(node), channel, e.getMessage()));
                }
            }
        }
        for (int i = 0; i < presenceClients.size(); i++) {
            String channel = presenceChannel(i);
            views.add(new Event.Present(
                    0,
                    "client " + (load.subscribers() + load.publishers() + i),
                    load.channelNumber(channel),
                    presenceClients.get(i).members(channel).join()));
        }
        return views;
    }

    /// Waits, but fails nothing: what is missing in the end is the checker's to tell.
    /// What is acknowledged after a log was read would be missed in it.
    private void endPublishers(Duration waited) {
        history.record(micros -> new Event.Violated(
                micros, Event.Violated.OPERATOR, "not all publishes were answered within " + waited));
        rest.close();
        publishers.forEach(ProtocolClient::close);
        group.awaitTasks();
    }

    /// What publishers have given up is stored all the same, perhaps, and logs that are read meanwhile differ.
    private void awaitNothingWaits(List<Integer> live) throws InterruptedException {
        for (int node : live) {
            boolean settled = eventually(SETTLED_WITHIN, () -> {
                try {
                    return api.state(node).waiting() == 0;
                } catch (IOException e) {
                    return false;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return true;
                }
            });
            if (!settled) {
                history.record(micros -> new Event.Violated(
                        micros,
                        Event.Violated.OPERATOR,
                        "%s still waits for owners after %s: logs may differ by that"
                                .formatted(ClusterSpec.name(node), SETTLED_WITHIN)));
            }
        }
    }

    /// @return whether the condition holds in the end
    private static boolean eventually(Duration within, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        boolean holds = condition.getAsBoolean();
        while (!holds && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
            holds = condition.getAsBoolean();
        }
        return holds;
    }

    @Override
    public void close() {
        pacer.shutdownNow();
        rest.close();
        subscribers.forEach(ProtocolClient::close);
        publishers.forEach(ProtocolClient::close);
        presenceClients.forEach(ProtocolClient::close);
        group.close();
    }
}
