package io.hark.channel.sim;

import io.hark.channel.AttachFrom;
import io.hark.channel.AttachOutcome;
import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.PublishResult;
import io.hark.presence.Member;
import io.hark.protocol.Position;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A client as the SDKs are: it publishes, enters and subscribes, loses its transport, resumes its
/// connection with what is unanswered and its channels with the position of the last thing that it got.
final class SimClient {
    private static final int HEARTBEAT_MICROS = 1_000_000;
    private static final List<String> CLIENT_IDS = List.of("u1", "u2");

    private final Simulation simulation;
    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final int number;
    private final Map<ChannelId, ClientChannel> channels = new LinkedHashMap<>();
    private final Map<Long, Pending> pending = new TreeMap<>();
    private final ArrayDeque<ToClient> unread = new ArrayDeque<>();
    private int connections;
    private String connection = "";
    private int generation;
    private long serial;
    private int token;
    private Optional<Link> link = Optional.empty();
    private boolean connected;
    private boolean paused;

    SimClient(Simulation simulation, int number) {
        this.simulation = simulation;
        this.scheduler = simulation.scheduler();
        this.config = simulation.config();
        this.history = simulation.history();
        this.number = number;
        config.channels().forEach(channel -> channels.put(channel, new ClientChannel(channel)));
        newConnection();
    }

    /// What waits for its answer.
    private record Pending(ToServer frame, String op, int sent) {
        Pending sentAgain() {
            return new Pending(frame, op, sent + 1);
        }
    }

    private enum Phase {
        DETACHED,
        ATTACHING,
        ATTACHED
    }

    private static final class ClientChannel {
        private final ChannelId id;
        private Phase phase = Phase.DETACHED;
        private boolean wanted;
        private boolean detaching;
        private boolean wantsPresence;
        private AttachFrom first = new AttachFrom.Now();
        private Optional<Place> position = Optional.empty();
        private int token;
        private final Map<String, String> view = new TreeMap<>();
        private final Map<String, String> syncing = new TreeMap<>();
        private final Map<String, String> own = new LinkedHashMap<>();

        /// Messages that it has, by serial, with all that it was handed of them.
        private final Map<String, String> texts = new TreeMap<>();

        private ClientChannel(ChannelId id) {
            this.id = id;
        }
    }

    String name() {
        return "client" + number;
    }

    void connect() {
        if (link.isPresent()) {
            return;
        }
        List<SimNode> nodes = simulation.cluster().serving();
        if (nodes.isEmpty()) {
            scheduler.after(scheduler.between(1_000, 30_000), this::connect);
            return;
        }
        SimNode node = scheduler.pick(nodes);
        Link opened = new Link(scheduler, config, this);
        link = Optional.of(opened);
        opened.open(
                node,
                new ServerTransport(
                        node, opened, connection, number * 1_000L + connections, generation, generation > 0));
        generation++;
        scheduler.after(HEARTBEAT_MICROS, () -> requireHeartbeat(opened, node));
    }

    /// A transport over which nothing comes for too long is given up.
    private void requireHeartbeat(Link watched, SimNode node) {
        if (link.equals(Optional.of(watched))) {
            if (!connected || scheduler.nowMicros() - node.aliveAt() > HEARTBEAT_MICROS) {
                lose();
            } else {
                scheduler.after(HEARTBEAT_MICROS, () -> requireHeartbeat(watched, node));
            }
        }
    }

    /// One thing that a user or the network does.
    void act() {
        if (scheduler.fault(config.clientFaults())) {
            switch (scheduler.between(0, 9)) {
                case 0, 1, 2, 3, 4 -> lose();
                case 5, 6 -> paused = true;
                case 7 -> newConnection();
                case 8 -> {
                    newConnection();
                    channels.values().forEach(this::forget);
                }
                default -> channels.values().forEach(this::forgetIfIdle);
            }
            return;
        }
        if (paused && scheduler.chance(0.1)) {
            readOn();
        }
        ClientChannel channel = scheduler.pick(List.copyOf(channels.values()));
        int what = scheduler.between(0, 99);
        if (channel.detaching) {
            return;
        }
        if (!channel.wanted) {
            want(channel);
        } else if (what < 60) {
            publish(channel.id, what < 6);
        } else if (what < 85) {
            presence(channel);
        } else if (what < 88) {
            detach(channel);
        }
    }

    private void want(ClientChannel channel) {
        channel.wanted = true;
        channel.wantsPresence = scheduler.chance(0.7);
        channel.first = switch (scheduler.between(0, 5)) {
            case 0 -> new AttachFrom.LastMessages(scheduler.between(1, 8));
            case 1 ->
                new AttachFrom.LastInterval(Duration.ofMillis(scheduler.between(10, 500)), scheduler.between(1, 30));
            default -> new AttachFrom.Now();
        };
        if (connected) {
            attach(channel);
        }
    }

    private void attach(ClientChannel channel) {
        channel.phase = Phase.ATTACHING;
        channel.token = ++token;
        AttachFrom from = channel.position
                .<AttachFrom>map(
                        at -> new AttachFrom.After(new Position(SimConfig.REGION, at.lineage(), at.lsn(), List.of())))
                .orElse(channel.first);
        send(new ToServer.Attach(token, channel.id, from, channel.wantsPresence));
    }

    private void detach(ClientChannel channel) {
        channel.wanted = false;
        channel.phase = Phase.DETACHED;
        channel.token = 0;
        history.add(new Event.LeftByDetach(connection, channel.id.name()));
        channel.own.clear();
        pending.values()
                .removeIf(waiting -> waiting.frame() instanceof ToServer.Presence presence
                        && presence.channel().equals(channel.id));
        forget(channel);
        channel.detaching = true;
        if (connected) {
            send(new ToServer.Detach(channel.id));
        }
    }

    private void forgetIfIdle(ClientChannel channel) {
        if (channel.phase == Phase.DETACHED) {
            forget(channel);
        }
    }

    private void forget(ClientChannel channel) {
        channel.position = Optional.empty();
        history.add(new Event.Forgot(name(), channel.id.name()));
    }

    void publish(ChannelId channel, boolean ephemeral) {
        String op = connection + ':' + serial;
        history.add(new Event.Invoked(op, connection, serial, channel.name(), ephemeral, Optional.empty()));
        Optional<ToServer.Change> change =
                ephemeral ? Optional.empty() : simulation.messages().change(channel);
        submit(op, new ToServer.Publish(op, serial, channel, scheduler.between(1, 3), ephemeral, change));
    }

    private void presence(ClientChannel channel) {
        if (channel.phase != Phase.ATTACHED) {
            return;
        }
        String clientId = scheduler.pick(CLIENT_IDS);
        if (!channel.own.containsKey(clientId)) {
            presence(channel, clientId, PresenceAction.ENTER);
        } else {
            presence(channel, clientId, scheduler.chance(0.5) ? PresenceAction.UPDATE : PresenceAction.LEAVE);
        }
    }

    private void presence(ClientChannel channel, String clientId, PresenceAction action) {
        String op = connection + ':' + serial;
        boolean present = action != PresenceAction.LEAVE;
        history.add(new Event.Invoked(
                op, connection, serial, channel.id.name(), false, Optional.of(new Event.MemberOp(clientId, present))));
        if (present) {
            channel.own.put(clientId, op);
        } else {
            channel.own.remove(clientId);
        }
        submit(op, new ToServer.Presence(op, serial, channel.id, clientId, action));
    }

    private void submit(String op, ToServer frame) {
        pending.put(serial++, new Pending(frame, op, connected ? 1 : 0));
        if (connected) {
            send(frame);
        }
    }

    private void send(ToServer frame) {
        link.orElseThrow().toServer(frame);
    }

    /// The client loses its transport.
    private void lose() {
        link.ifPresent(Link::clientLost);
        transportLost();
    }

    void transportLost() {
        link = Optional.empty();
        connected = false;
        paused = false;
        unread.clear();
        channels.values().forEach(channel -> {
            channel.phase = Phase.DETACHED;
            channel.token = 0;
        });
        scheduler.after(scheduler.between(100, scheduler.chance(0.2) ? 300_000 : 20_000), this::connect);
    }

    /// The connection is given up without a word; what it had unanswered stays unknown.
    private void newConnection() {
        if (connections > 0) {
            history.add(new Event.Ended(connection));
            lose();
        }
        connections++;
        connection = "c%dx%d".formatted(number, connections);
        generation = 0;
        serial = 0;
        pending.clear();
        channels.values().forEach(channel -> {
            channel.own.clear();
            channel.detaching = false;
        });
    }

    void arrived(ToClient frame) {
        if (paused) {
            unread.add(frame);
        } else {
            take(frame);
        }
    }

    void readOn() {
        paused = false;
        while (!unread.isEmpty()) {
            take(unread.poll());
        }
    }

    private void take(ToClient frame) {
        link.ifPresent(Link::taken);
        switch (frame) {
            case ToClient.Connected() -> connected();
            case ToClient.Attached(int answered, AttachOutcome outcome) ->
                channel(answered).ifPresent(channel -> attached(channel, outcome));
            case ToClient.Sync(int answered, List<Member> members, boolean last) ->
                channel(answered).ifPresent(channel -> sync(channel, members, last));
            case ToClient.Entries(int answered, List<Entry> entries) ->
                channel(answered).ifPresent(channel -> entries.forEach(entry -> received(channel, entry)));
            case ToClient.Detached(int answered) -> channel(answered).ifPresent(this::detachedByServer);
            case ToClient.DetachDone(var channel) -> channels.get(channel).detaching = false;
            case ToClient.Result(long answered, PublishResult result) -> answered(answered, result);
        }
    }

    private Optional<ClientChannel> channel(int answered) {
        return channels.values().stream()
                .filter(channel -> channel.token == answered)
                .findFirst();
    }

    private void connected() {
        connected = true;
        channels.values().stream()
                .filter(channel -> channel.detaching)
                .forEach(channel -> send(new ToServer.Detach(channel.id)));
        boolean publishesFirst = scheduler.chance(0.5);
        if (publishesFirst) {
            sendPending();
        }
        channels.values().stream().filter(channel -> channel.wanted).forEach(this::attach);
        if (!publishesFirst) {
            sendPending();
        }
    }

    private void sendPending() {
        pending.replaceAll((key, waiting) -> waiting.sentAgain());
        pending.values().forEach(waiting -> send(waiting.frame()));
    }

    private void attached(ClientChannel channel, AttachOutcome outcome) {
        channel.phase = Phase.ATTACHED;
        int slot = channel.id.key().slot();
        Place from = outcome.resumed() && channel.position.isPresent()
                ? channel.position.get()
                : new Place(slot, outcome.subscribed().origin().lineage(), outcome.startLsn());
        history.add(new Event.Attached(
                name(),
                channel.id.name(),
                channel.position,
                channel.position.isEmpty() && !(channel.first instanceof AttachFrom.Now),
                from,
                outcome.subscribed().committedLsn(),
                outcome.resumed()));
        channel.position = Optional.of(from);
        channel.syncing.clear();
        if (!outcome.hasPresence()) {
            channel.view.clear();
        }
        if (!outcome.resumed()) {
            channel.texts.clear();
            Map.copyOf(channel.own).keySet().stream()
                    .sorted()
                    .forEach(clientId -> presence(channel, clientId, PresenceAction.ENTER));
        }
    }

    private void sync(ClientChannel channel, List<Member> members, boolean last) {
        members.forEach(member -> channel.syncing.put(member.key(), MemberTexts.data(member.event())));
        if (last) {
            channel.view.clear();
            channel.view.putAll(channel.syncing);
        }
    }

    private void received(ClientChannel channel, Entry entry) {
        Place place = Place.of(entry);
        history.add(new Event.Received(
                name(),
                channel.id.name(),
                place,
                History.op(entry.body()),
                entry.kind(),
                !ServerTransport.isEphemeral(entry)));
        channel.position = Optional.of(place);
        SimMessages.join(entry, channel.texts);
        if (entry.body() instanceof EntryBody.Presence(var batch)) {
            for (PresenceMessage event : batch.presence()) {
                String key = Member.key(
                        event.connectionId().orElseThrow(), event.clientId().orElseThrow());
                if (event.action() == PresenceAction.LEAVE) {
                    channel.view.remove(key);
                } else {
                    channel.view.put(key, MemberTexts.data(event));
                }
            }
        }
    }

    private void detachedByServer(ClientChannel channel) {
        channel.phase = Phase.DETACHED;
        channel.token = 0;
        scheduler.after(scheduler.between(1_000, 50_000), () -> {
            if (connected && channel.wanted && channel.phase == Phase.DETACHED) {
                attach(channel);
            }
        });
    }

    private void answered(long answeredSerial, PublishResult result) {
        Pending done = pending.remove(answeredSerial);
        if (done == null) {
            return;
        }
        switch (result) {
            case PublishResult.Stored(var receipt) -> {
                history.add(new Event.Acked(done.op(), receipt.lsn()));
                if (done.frame() instanceof ToServer.Publish publish) {
                    simulation.messages().stored(publish, receipt);
                }
            }
            case PublishResult.Accepted(var serials) -> history.add(new Event.Acked(done.op(), 0));
            case PublishResult.Refused(var error) -> {
                // A presence event or a change sent again is weighed against what came after it the first
                // time.
                boolean isNew = done.frame() instanceof ToServer.Publish publish
                        && publish.change().isEmpty();
                boolean certain = done.sent() == 1 || isNew;
                history.add(new Event.Refused(done.op(), certain));
                if (done.frame() instanceof ToServer.Presence presence) {
                    takeBack(channels.get(presence.channel()), presence);
                }
            }
        }
    }

    private static void takeBack(ClientChannel channel, ToServer.Presence refused) {
        if (refused.action() == PresenceAction.ENTER) {
            channel.own.remove(refused.clientId(), refused.op());
        } else if (refused.action() == PresenceAction.LEAVE) {
            channel.own.putIfAbsent(refused.clientId(), refused.op());
        }
    }

    /// What the client knows once nothing moves any more, and what is left undone.
    List<Event> atRest() {
        List<Event> events = new ArrayList<>();
        pending.values().forEach(waiting -> events.add(new Event.Stuck(name() + " has no answer to " + waiting.op())));
        for (ClientChannel channel : channels.values()) {
            if (channel.wanted && channel.phase != Phase.ATTACHED) {
                events.add(new Event.Stuck(name() + " is not attached to " + channel.id.name()));
            } else if (channel.wanted) {
                Optional<List<String>> members =
                        channel.wantsPresence ? Optional.of(MemberTexts.texts(channel.view)) : Optional.empty();
                events.add(new Event.Quiet(name(), channel.id.name(), channel.position.orElseThrow(), members));
                channel.texts.forEach(
                        (serial, text) -> events.add(new Event.ClientText(name(), channel.id.name(), serial, text)));
            }
        }
        return events;
    }
}
