package io.hark.jepsen;

import io.hark.jepsen.Anomaly.About;
import io.hark.jepsen.Anomaly.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Confined to one call of [#check]: compares what clients saw with the final log, in two passes over the
/// history. It knows nothing of the server: ids, order and what clients were told decide.
final class Checker {
    private final Rules rules;
    private final Findings findings = new Findings();
    private final Messages messages = new Messages();
    private final Map<Integer, ChannelLog> logs = new TreeMap<>();
    private final LogComparison comparison = new LogComparison(findings);
    private final Map<Reader, ReaderRun> runs = new LinkedHashMap<>();
    private final Map<Integer, OrderGraph> orders = new TreeMap<>();

    /// Channels whose logs no node told.
    private final Set<Integer> unknown = new HashSet<>();

    private final PresenceCheck presence = new PresenceCheck(findings);
    private int accepted;
    private int refused;
    private int reissued;
    private int logged;
    private int delivered;
    private int attaches;
    private int resumed;
    private int discontinuities;
    private int failedResumes;

    /// In the second pass, how many messages were handed to clients so far.
    private int invoked;

    private record Reader(int client, int channel) {}

    private Checker(Rules rules) {
        this.rules = rules;
    }

    /// @param history its end is quiet: whatever was to be delivered has been
    static Verdict check(History history, Rules rules) {
        Checker checker = new Checker(rules);
        history.forEach(checker::readPublishesAndLogs);
        checker.checkLogs();
        history.forEach(checker::readClients);
        return checker.verdict();
    }

    private void readPublishesAndLogs(Event event) {
        switch (event) {
            case Event.Invoked publish -> {
                if (!messages.add(publish)) {
                    throw new IllegalArgumentException(
                            MessageKey.text(publish.message()) + " was invoked twice: the history is not one");
                }
            }
            case Event.Reissued(long micros, long message) -> {
                reissued++;
                messages.reissued(messages.row(message));
            }
            case Event.Accepted answer -> accepted(answer);
            case Event.Refused(long micros, long message, int code) -> {
                refused++;
                int row = messages.row(message);
                if (row == Messages.UNKNOWN) {
                    findings.add(
                            Kind.PROTOCOL_VIOLATION,
                            About.message(message),
                            "%s was refused with %d and never invoked",
                            MessageKey.text(message),
                            code);
                } else {
                    messages.refused(row);
                }
            }
            case Event.Logged entry -> logged(entry);
            case Event.Attached attached -> log(attached.channel());
            case Event.Received received -> log(received.channel());
            case Event.Connected connected -> failedResumes += connected.first() || connected.resumed() ? 0 : 1;
            case Event.Disconnected ignored -> {}
            case Event.Present view -> presence.add(view);
            case Event.Faulted ignored -> {}
            case Event.Violated(long micros, int client, String rule) ->
                findings.add(
                        client == Event.Violated.OPERATOR ? Kind.UNHEALTHY : Kind.PROTOCOL_VIOLATION,
                        About.reader(client, -1),
                        "%s: %s",
                        client == Event.Violated.OPERATOR ? "operator" : "client " + client,
                        rule);
            case Event.Ended(long micros, int node, int exitCode) ->
                findings.add(
                        Kind.ENDED_BY_ITSELF,
                        About.NOTHING,
                        "%s ended by itself with %d after %.1f s",
                        ClusterSpec.name(node),
                        exitCode,
                        micros / 1e6);
            case Event.Unread unread -> unread(unread);
        }
    }

    private void unread(Event.Unread unread) {
        if (unread.node() == Event.Unread.NOBODY) {
            unknown.add(unread.channel());
            findings.add(
                    Kind.UNHEALTHY,
                    About.channel(unread.channel()),
                    "no node tells the log of channel %d",
                    unread.channel());
        } else {
            comparison.unread(unread.node(), unread.channel());
        }
    }

    private ChannelLog log(int channel) {
        return logs.computeIfAbsent(channel, number -> new ChannelLog());
    }

    private void accepted(Event.Accepted answer) {
        accepted++;
        int row = messages.row(answer.message());
        messages.accepted(row);
        checkSerial(row, answer.serial());
        long waited = (answer.micros() - messages.invokedMicros(row)) / 1_000;
        if (waited > rules.answerWithin().toMillis()) {
            findings.add(
                    Kind.UNAVAILABLE,
                    About.message(answer.message()),
                    "%s was acknowledged after %d ms",
                    messages.text(row),
                    waited);
        }
    }

    private void checkSerial(int row, long serial) {
        // What was published under two identities has two serials.
        if (serial != Event.NONE && !messages.isReissued(row) && !messages.agreesOnSerial(row, serial)) {
            findings.add(
                    Kind.POSITION_DISAGREEMENT,
                    About.message(messages.key(row)),
                    "%s has two serials",
                    messages.text(row));
        }
    }

    private void logged(Event.Logged entry) {
        if (!comparison.isReference(entry)) {
            return;
        }
        logged++;
        int channel = entry.channel();
        ChannelLog log = log(channel);
        int row = messages.row(entry.message());
        if (row == Messages.UNKNOWN || messages.channel(row) != channel) {
            log.makeOptional(log.append(Messages.UNKNOWN));
            findings.add(
                    Kind.PHANTOM,
                    About.channel(channel),
                    "%s in the log of channel %d was never published there",
                    MessageKey.text(entry.message()),
                    channel);
            return;
        }
        int index = log.append(row);
        int before = messages.logIndex(row);
        if (before == Messages.UNKNOWN) {
            messages.logged(row, index);
        } else {
            log.makeOptional(before);
            log.makeOptional(index);
            if (!messages.isReissued(row)) {
                findings.add(
                        Kind.DUPLICATE_IN_LOG,
                        About.message(entry.message()),
                        "%s is twice in the log of channel %d, with serial %s the second time",
                        messages.text(row),
                        channel,
                        entry.serial());
            }
            return;
        }
        if (messages.isRefused(row)) {
            findings.add(
                    Kind.BAD_NACK,
                    About.message(entry.message()),
                    "%s was refused and is in the log of channel %d",
                    messages.text(row),
                    channel);
        }
        checkSerial(row, MessageKey.hash(entry.serial()));
        messages.serialInLog(row, MessageKey.hash(entry.serial()));
    }

    private void checkLogs() {
        Map<Long, Integer> lastOfPublisher = new HashMap<>();
        logs.forEach((channel, log) -> {
            log.seal(messages);
            for (int index = 0; index < log.size(); index++) {
                int row = log.row(index);
                if (row == Messages.UNKNOWN || log.isOptional(index) || !messages.isOrdered(row)) {
                    continue;
                }
                int publisher = MessageKey.publisher(messages.key(row));
                Integer last = lastOfPublisher.put((long) publisher << 32 | channel, row);
                if (last != null && last > row) {
                    findings.add(
                            Kind.PUBLISHER_REORDERED,
                            About.message(messages.key(row)),
                            "%s is in the log of channel %d after %s, which its publisher sent later",
                            messages.text(row),
                            channel,
                            messages.text(last));
                }
            }
        });
        for (int row = 0; row < messages.count(); row++) {
            if (messages.isAccepted(row)
                    && messages.logIndex(row) == Messages.UNKNOWN
                    && !unknown.contains(messages.channel(row))) {
                findings.add(
                        Kind.LOST,
                        About.message(messages.key(row)),
                        "%s was acknowledged and is not in the log of channel %d",
                        messages.text(row),
                        messages.channel(row));
            }
            if (!messages.isAccepted(row) && !messages.isRefused(row)) {
                findings.add(
                        Kind.UNAVAILABLE,
                        About.message(messages.key(row)),
                        "%s never got an answer",
                        messages.text(row));
            }
        }
        comparison.finish();
        presence.finish();
    }

    private void readClients(Event event) {
        switch (event) {
            case Event.Invoked ignored -> invoked++;
            case Event.Attached attached -> attached(attached);
            case Event.Received received -> received(received);
            case Event.Reissued ignored -> {}
            case Event.Accepted ignored -> {}
            case Event.Refused ignored -> {}
            case Event.Logged ignored -> {}
            case Event.Connected ignored -> {}
            case Event.Disconnected ignored -> {}
            case Event.Present ignored -> {}
            case Event.Faulted ignored -> {}
            case Event.Violated ignored -> {}
            case Event.Ended ignored -> {}
            case Event.Unread ignored -> {}
        }
    }

    private void attached(Event.Attached attached) {
        attaches++;
        Reader reader = new Reader(attached.client(), attached.channel());
        if (attached.resumed()) {
            resumed++;
            if (attached.sent() != attached.got()) {
                findings.add(
                        Kind.CURSOR_REGRESS,
                        About.reader(attached.client(), attached.channel()),
                        "client %d resumed channel %d and was given another position than it asked for",
                        attached.client(),
                        attached.channel());
            }
            return;
        }
        if (attached.sent() != Event.NONE) {
            discontinuities++;
            if (!rules.discontinuitiesAllowed()) {
                findings.add(
                        Kind.FALSE_DISCONTINUITY,
                        About.reader(attached.client(), attached.channel()),
                        "client %d was told with %d that it missed messages of channel %d",
                        attached.client(),
                        attached.code(),
                        attached.channel());
            }
        }
        ReaderRun before = runs.put(reader, new ReaderRun(log(attached.channel()), invoked));
        if (before != null && attached.sent() == Event.NONE) {
            throw new IllegalArgumentException(reader + " attached anew in the middle: the history is not one");
        }
    }

    private void received(Event.Received received) {
        delivered++;
        int row = messages.row(received.message());
        About about = new About(received.message(), received.client(), received.channel());
        if (row == Messages.UNKNOWN || messages.channel(row) != received.channel()) {
            findings.add(
                    Kind.PHANTOM,
                    about,
                    "client %d got %s on channel %d, which was never published there",
                    received.client(),
                    MessageKey.text(received.message()),
                    received.channel());
            return;
        }
        if (messages.isRefused(row)) {
            findings.add(
                    Kind.BAD_NACK, about, "client %d got %s, which was refused", received.client(), messages.text(row));
        }
        checkSerialReceived(row, received, about);
        if (!messages.isReissued(row) && !messages.agreesOnPlace(row, received.place())) {
            findings.add(Kind.POSITION_DISAGREEMENT, about, "%s has two channelSerials", messages.text(row));
        }
        Reader reader = new Reader(received.client(), received.channel());
        ReaderRun run = runs.get(reader);
        if (run == null) {
            findings.add(
                    Kind.PROTOCOL_VIOLATION,
                    about,
                    "client %d got %s before it was attached",
                    received.client(),
                    messages.text(row));
            return;
        }
        ChannelLog log = log(received.channel());
        int index = messages.logIndex(row);
        if (index == Messages.UNKNOWN && unknown.contains(received.channel())) {
            return;
        }
        if (index == Messages.UNKNOWN) {
            findings.add(
                    Kind.NOT_LOGGED,
                    about,
                    "client %d got %s, which is not in the log of channel %d",
                    received.client(),
                    messages.text(row),
                    received.channel());
            return;
        }
        int last = run.last();
        if (last >= 0 && !log.isOptional(index)) {
            orders.computeIfAbsent(received.channel(), channel -> new OrderGraph())
                    .follows(last, index);
        }
        int due = run.due();
        run.receive(index).ifPresent(kind -> findings.add(kind, about, "%s", describe(kind, reader, log, index, due)));
    }

    /// A message that its publisher sent again is in the log for the second time only, if the first had no
    /// right to be delivered.
    private void checkSerialReceived(int row, Event.Received received, About about) {
        int index = messages.logIndex(row);
        if (index == Messages.UNKNOWN || log(received.channel()).isOptional(index)) {
            checkSerial(row, received.serial());
        } else if (received.serial() != Event.NONE
                && !messages.isReissued(row)
                && !messages.agreesOnSerial(row, received.serial())) {
            findings.add(
                    Kind.NOT_LOGGED,
                    about,
                    "client %d got %s with a serial that it has not in the log of channel %d",
                    received.client(),
                    messages.text(row),
                    received.channel());
        }
    }

    private String describe(Kind kind, Reader reader, ChannelLog log, int index, int due) {
        String what = "client %d on channel %d got %s"
                .formatted(reader.client(), reader.channel(), messages.text(log.row(index)));
        return switch (kind) {
            case DUPLICATE_AT_CLIENT -> what + " again";
            case REORDERED_AT_CLIENT -> what + " after what follows it in the log";
            default ->
                what + " having missed %d messages from %s on".formatted(index - due, messages.text(log.row(due)));
        };
    }

    private Verdict verdict() {
        runs.forEach((reader, run) -> {
            ChannelLog log = log(reader.channel());
            int due = run.due();
            if (due < log.size()) {
                findings.add(
                        Kind.GAP,
                        new About(messages.key(log.row(due)), reader.client(), reader.channel()),
                        "client %d on channel %d never got the last %d messages from %s on",
                        reader.client(),
                        reader.channel(),
                        log.size() - due,
                        messages.text(log.row(due)));
            }
        });
        orders.forEach((channel, order) -> order.cycle()
                .ifPresent(index -> findings.add(
                        Kind.ORDER_DIVERGENCE,
                        About.channel(channel),
                        "clients of channel %d disagree on the order around %s",
                        channel,
                        messages.text(log(channel).row(index)))));
        checkThatPositionsAreDistinct(messages.twoInOnePlace(), "channelSerial");
        checkThatPositionsAreDistinct(messages.twoWithOneSerial(), "serial");
        int answered = accepted + refused;
        return new Verdict(
                messages.count(),
                accepted,
                refused,
                messages.count() - answered,
                reissued,
                logged,
                comparison.compared(),
                delivered,
                attaches,
                resumed,
                discontinuities,
                failedResumes,
                presence.views(),
                findings.counts(),
                evidenceFirst(findings.kept()));
    }

    private void checkThatPositionsAreDistinct(int[] rows, String position) {
        if (rows.length > 0) {
            findings.add(
                    Kind.POSITION_DISAGREEMENT,
                    About.message(messages.key(rows[0])),
                    "%s and %s have the same %s",
                    messages.text(rows[0]),
                    messages.text(rows[1]),
                    position);
        }
    }

    private static List<Anomaly> evidenceFirst(List<Anomaly> anomalies) {
        List<Anomaly> sorted = new ArrayList<>(anomalies);
        sorted.sort((one, other) -> Boolean.compare(other.isFailure(), one.isFailure()));
        return sorted;
    }
}
