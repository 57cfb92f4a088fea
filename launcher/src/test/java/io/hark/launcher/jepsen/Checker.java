package io.hark.launcher.jepsen;

import io.hark.launcher.jepsen.Anomaly.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Confined to one call of [#check]: compares what clients saw with the final log, in two passes over the history. It
/// knows nothing of the server: ids, order and what clients were told decide.
final class Checker {
    private final boolean discontinuitiesAllowed;
    private final Map<String, Publish> publishes = new HashMap<>();
    private final Map<String, ChannelLog> logs = new LinkedHashMap<>();
    private final Map<String, OrderGraph> orders = new HashMap<>();
    private final Map<Reader, ReaderRun> runs = new LinkedHashMap<>();
    private final Map<String, String> channelSerials = new HashMap<>();
    private final List<Anomaly> anomalies = new ArrayList<>();
    private int accepted;
    private int refused;
    private int logged;
    private int delivered;
    private int attaches;
    private int resumed;
    private int discontinuities;

    private Checker(boolean discontinuitiesAllowed) {
        this.discontinuitiesAllowed = discontinuitiesAllowed;
    }

    /// @param history in the order in which it happened; its end is quiet: whatever was to be delivered has been
    /// @param discontinuitiesAllowed whether clients may be told that they missed something
    static Report check(List<Event> history, boolean discontinuitiesAllowed) {
        Checker checker = new Checker(discontinuitiesAllowed);
        checker.readPublishesAndLogs(history);
        checker.checkLogs();
        checker.readClients(history);
        return new Report(
                checker.publishes.size(),
                checker.accepted,
                checker.refused,
                checker.publishes.size() - checker.accepted - checker.refused,
                checker.logged,
                checker.delivered,
                checker.attaches,
                checker.resumed,
                checker.discontinuities,
                List.copyOf(checker.anomalies));
    }

    private record Reader(int client, String channel) {}

    /// What became of one message.
    private static final class Publish {
        private final Event.Invoked invoked;
        private final int at;
        private Optional<String> serial = Optional.empty();
        private boolean accepted;
        private boolean refused;

        Publish(Event.Invoked invoked, int at) {
            this.invoked = invoked;
            this.at = at;
        }
    }

    private void readPublishesAndLogs(List<Event> history) {
        for (int at = 0; at < history.size(); at++) {
            switch (history.get(at)) {
                case Event.Invoked invoked -> publishes.put(invoked.id(), new Publish(invoked, at));
                case Event.Accepted(String id, String serial) -> {
                    accepted++;
                    Publish publish = publishes.get(id);
                    publish.accepted = true;
                    serial(id, publish, serial);
                }
                case Event.Refused(String id, int code) -> {
                    refused++;
                    publishes.get(id).refused = true;
                }
                case Event.Logged entry -> log(entry);
                case Event.Attached attached -> log(attached.channel());
                case Event.Received received -> log(received.channel());
                case Event.Violated(int client, String rule) ->
                    found(Kind.PROTOCOL_VIOLATION, "client %d: %s".formatted(client, rule));
            }
        }
    }

    private ChannelLog log(String channel) {
        return logs.computeIfAbsent(channel, name -> new ChannelLog());
    }

    private void log(Event.Logged entry) {
        logged++;
        if (!log(entry.channel()).append(entry.id(), entry.serial())) {
            found(Kind.DUPLICATE_IN_LOG, "%s is twice in the log of %s".formatted(entry.id(), entry.channel()));
        }
    }

    private void checkLogs() {
        Map<Integer, Map<String, Integer>> lastOfPublisher = new HashMap<>();
        for (Map.Entry<String, ChannelLog> entry : logs.entrySet()) {
            String channel = entry.getKey();
            ChannelLog log = entry.getValue();
            String previousSerial = "";
            for (int index = 0; index < log.size(); index++) {
                String id = log.id(index);
                Publish publish = publishes.get(id);
                if (publish == null || !publish.invoked.channel().equals(channel)) {
                    found(Kind.PHANTOM, "%s in the log of %s was never published there".formatted(id, channel));
                    continue;
                }
                if (publish.refused) {
                    found(Kind.BAD_NACK, "%s was refused and is in the log of %s".formatted(id, channel));
                }
                String serial = log.serial(index);
                serial(id, publish, serial);
                if (serial.compareTo(previousSerial) <= 0) {
                    found(
                            Kind.POSITION_DISAGREEMENT,
                            "serial %s follows %s in the log of %s".formatted(serial, previousSerial, channel));
                }
                previousSerial = serial;
                Integer last = lastOfPublisher
                        .computeIfAbsent(publish.invoked.publisher(), number -> new HashMap<>())
                        .put(channel, publish.at);
                if (last != null && last > publish.at) {
                    found(
                            Kind.PUBLISHER_REORDERED,
                            "%s is in the log of %s after what its publisher sent later".formatted(id, channel));
                }
            }
        }
        publishes.forEach((id, publish) -> {
            ChannelLog log = log(publish.invoked.channel());
            log.index(id).ifPresent(index -> log.invoked(publish.at, index));
            if (publish.accepted && log.index(id).isEmpty()) {
                found(
                        Kind.LOST,
                        "%s was acknowledged and is not in the log of %s".formatted(id, publish.invoked.channel()));
            }
        });
        logs.values().forEach(ChannelLog::seal);
    }

    private void readClients(List<Event> history) {
        for (int at = 0; at < history.size(); at++) {
            switch (history.get(at)) {
                case Event.Attached attached -> attached(attached, at);
                case Event.Received received -> received(received);
                case Event.Invoked ignored -> {}
                case Event.Accepted ignored -> {}
                case Event.Refused ignored -> {}
                case Event.Logged ignored -> {}
                case Event.Violated ignored -> {}
            }
        }
        runs.forEach((reader, run) ->
                run.missingAtTheEnd().ifPresent(missing -> found(Kind.GAP, describe(reader, missing))));
        orders.forEach((channel, order) -> order.cycle()
                .ifPresent(id -> found(
                        Kind.ORDER_DIVERGENCE,
                        "clients of %s disagree on the order around %s".formatted(channel, id))));
    }

    private void attached(Event.Attached attached, int at) {
        attaches++;
        Reader reader = new Reader(attached.client(), attached.channel());
        if (attached.resumed()) {
            resumed++;
            if (!attached.sent().equals(Optional.of(attached.got()))) {
                found(
                        Kind.CURSOR_REGRESS,
                        "client %d resumed %s from %s and was given %s"
                                .formatted(attached.client(), attached.channel(), attached.sent(), attached.got()));
            }
            return;
        }
        if (attached.sent().isPresent()) {
            discontinuities++;
            if (!discontinuitiesAllowed) {
                found(
                        Kind.FALSE_DISCONTINUITY,
                        "client %d was told with %d that it missed messages of %s"
                                .formatted(attached.client(), attached.code(), attached.channel()));
            }
        }
        runs.put(reader, new ReaderRun(log(attached.channel()), at));
    }

    private void received(Event.Received received) {
        delivered++;
        Publish publish = publishes.get(received.id());
        if (publish == null || !publish.invoked.channel().equals(received.channel())) {
            found(
                    Kind.PHANTOM,
                    "client %d got %s on %s, which was never published there"
                            .formatted(received.client(), received.id(), received.channel()));
            return;
        }
        if (publish.refused) {
            found(Kind.BAD_NACK, "client %d got %s, which was refused".formatted(received.client(), received.id()));
        }
        serial(received.id(), publish, received.serial());
        String place = channelSerials.putIfAbsent(received.id(), received.channelSerial());
        if (place != null && !place.equals(received.channelSerial())) {
            found(
                    Kind.POSITION_DISAGREEMENT,
                    "%s has the channelSerials %s and %s".formatted(received.id(), place, received.channelSerial()));
        }
        Reader reader = new Reader(received.client(), received.channel());
        ReaderRun run = runs.get(reader);
        if (run == null) {
            found(
                    Kind.PROTOCOL_VIOLATION,
                    "client %d got %s before it was attached".formatted(received.client(), received.id()));
            return;
        }
        Optional<Integer> index = log(received.channel()).index(received.id());
        if (index.isEmpty()) {
            found(
                    Kind.NOT_LOGGED,
                    "client %d got %s, which is not in the log of %s"
                            .formatted(received.client(), received.id(), received.channel()));
            return;
        }
        run.lastId()
                .ifPresent(last -> orders.computeIfAbsent(received.channel(), name -> new OrderGraph())
                        .follows(last, received.id()));
        run.receive(index.get(), received.id())
                .ifPresent(anomaly -> found(anomaly.kind(), describe(reader, anomaly.what())));
    }

    private static String describe(Reader reader, String what) {
        return "client %d on %s: %s".formatted(reader.client(), reader.channel(), what);
    }

    private void serial(String id, Publish publish, String serial) {
        if (publish.serial.isEmpty()) {
            publish.serial = Optional.of(serial);
        } else if (!publish.serial.get().equals(serial)) {
            found(
                    Kind.POSITION_DISAGREEMENT,
                    "%s has the serials %s and %s".formatted(id, publish.serial.get(), serial));
        }
    }

    private void found(Kind kind, String what) {
        anomalies.add(new Anomaly(kind, what));
    }
}
