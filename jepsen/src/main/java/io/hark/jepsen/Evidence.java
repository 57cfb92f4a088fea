package io.hark.jepsen;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Confined to one call of [#of]: the events around each anomaly, out of the history.
final class Evidence {
    private static final int ANOMALIES_MAX = 40;
    private static final int LINES_MAX = 80;
    private static final int NEIGHBOURS = 5;
    private static final long ORDINARY = -3;

    private final Map<Long, List<Case>> byMessage = new HashMap<>();
    private final Map<Long, List<Case>> byReader = new HashMap<>();
    private final Map<Anomaly, Case> cases = new LinkedHashMap<>();

    /// What is collected for one anomaly.
    private static final class Case {
        private final Anomaly anomaly;
        private final List<String> lines = new ArrayList<>();

        /// What the client saw last, until the event in question comes.
        private final ArrayDeque<String> before = new ArrayDeque<>();

        private int after;

        Case(Anomaly anomaly) {
            this.anomaly = anomaly;
        }

        void add(String line) {
            if (lines.size() < LINES_MAX && !lines.contains(line)) {
                lines.add(line);
            }
        }
    }

    private Evidence() {}

    static Map<Anomaly, List<String>> of(History history, List<Anomaly> anomalies) {
        Evidence evidence = new Evidence();
        anomalies.stream().limit(ANOMALIES_MAX).forEach(evidence::watch);
        if (!evidence.cases.isEmpty()) {
            history.forEach(evidence::see);
        }
        Map<Anomaly, List<String>> found = new LinkedHashMap<>();
        evidence.cases.forEach((anomaly, collected) -> found.put(anomaly, List.copyOf(collected.lines)));
        return found;
    }

    private void watch(Anomaly anomaly) {
        Case opened = new Case(anomaly);
        cases.put(anomaly, opened);
        Anomaly.About about = anomaly.about();
        if (about.message() != Anomaly.About.NO_MESSAGE) {
            byMessage.computeIfAbsent(about.message(), key -> new ArrayList<>()).add(opened);
        }
        if (about.client() >= 0 && about.channel() >= 0) {
            byReader.computeIfAbsent(reader(about.client(), about.channel()), key -> new ArrayList<>())
                    .add(opened);
        }
    }

    private static long reader(int client, int channel) {
        return (long) client << 32 | channel;
    }

    private void see(Event event) {
        switch (event) {
            case Event.Invoked(long micros, int channel, long message, boolean ordered) ->
                about(message, micros, "published on channel %d%s".formatted(channel, ordered ? "" : " over REST"));
            case Event.Reissued(long micros, long message) ->
                about(message, micros, "sent again on a new connection that could not resume the old one");
            case Event.Accepted(long micros, long message, long serial) ->
                about(message, micros, "acknowledged, serial #%016x".formatted(serial));
            case Event.Refused(long micros, long message, int code) -> about(message, micros, "refused with " + code);
            case Event.Logged(long micros, int node, int channel, long message, String serial) ->
                about(
                        message,
                        micros,
                        "in the log of channel %d as %s tells it, serial %s"
                                .formatted(channel, ClusterSpec.name(node), serial));
            case Event.Received received -> {
                String what = "client %d got %s on channel %d, channelSerial #%016x"
                        .formatted(
                                received.client(),
                                MessageKey.text(received.message()),
                                received.channel(),
                                received.place());
                about(received.message(), received.micros(), what);
                seenByClient(received.client(), received.channel(), line(received.micros(), what), received.message());
            }
            case Event.Attached attached ->
                seenByClient(
                        attached.client(),
                        attached.channel(),
                        line(
                                attached.micros(),
                                "client %d attached to channel %d, resumed=%s code=%d, from #%016x at #%016x"
                                        .formatted(
                                                attached.client(),
                                                attached.channel(),
                                                attached.resumed(),
                                                attached.code(),
                                                attached.sent(),
                                                attached.got())),
                        attached.resumed() || attached.sent() == Event.NONE ? ORDINARY : Anomaly.About.NO_MESSAGE);
            case Event.Faulted(long micros, boolean begins, String fault) -> {
                String line = line(micros, (begins ? "FAULT BEGINS " : "FAULT ENDS ") + fault);
                byReader.values().forEach(all -> all.forEach(open -> remember(open, line)));
            }
            case Event.Ended(long micros, int node, int exitCode) -> {
                String line = line(micros, "%s ENDED BY ITSELF with %d".formatted(ClusterSpec.name(node), exitCode));
                byReader.values().forEach(all -> all.forEach(open -> remember(open, line)));
            }
            case Event.Unread ignored -> {}
            case Event.Connected ignored -> {}
            case Event.Disconnected ignored -> {}
            case Event.Present ignored -> {}
            case Event.Violated ignored -> {}
        }
    }

    private static String line(long micros, String what) {
        return String.format(Locale.ROOT, "%12.6f %s", micros / 1e6, what);
    }

    private void about(long message, long micros, String what) {
        List<Case> open = byMessage.get(message);
        if (open != null) {
            String line = line(micros, MessageKey.text(message) + " " + what);
            open.forEach(collected -> collected.add(line));
        }
    }

    /// @param message what an anomaly about it is about
    private void seenByClient(int client, int channel, String line, long message) {
        for (Case open : byReader.getOrDefault(reader(client, channel), List.of())) {
            if (message == open.anomaly.about().message()) {
                open.before.forEach(open::add);
                open.before.clear();
                open.add(line);
                open.after = NEIGHBOURS;
            } else if (open.after > 0) {
                open.add(line);
                open.after--;
            } else {
                remember(open, line);
            }
        }
    }

    private static void remember(Case open, String line) {
        open.before.add(line);
        if (open.before.size() > NEIGHBOURS) {
            open.before.poll();
        }
    }
}
