package io.hark.launcher.jepsen;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.HdrHistogram.Histogram;

/// Handle: what happened, in order. Any thread.
final class History {
    private static final int HAS_RESUMED = 4;

    private final List<Event> events = new ArrayList<>();

    /// Every serial arrives at many clients; one copy of each is kept.
    private final Map<String, String> texts = new HashMap<>();

    private final Map<Integer, Map<String, String>> lastReceived = new HashMap<>();
    private final Map<Integer, Set<Integer>> disconnected = new HashMap<>();
    private final Set<Integer> attached = new HashSet<>();
    private final Histogram attachMillis = new Histogram(3);
    private int answered;
    private int failedResumes;
    private int resumes;
    private long lastAcceptedNanos;
    private long longestSilenceNanos;

    synchronized void invoked(int publisher, String channel, String id) {
        events.add(new Event.Invoked(publisher, channel, id));
    }

    synchronized void logged(String channel, String id, String serial) {
        events.add(new Event.Logged(channel, text(id), text(serial)));
    }

    private synchronized void add(Event event) {
        events.add(event);
    }

    private String text(String value) {
        String known = texts.putIfAbsent(value, value);
        return known == null ? value : known;
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    /// Publishes that were accepted or refused.
    synchronized int answered() {
        return answered;
    }

    /// Connections that came back as themselves, and those that could not.
    synchronized int resumes() {
        return resumes;
    }

    synchronized int failedResumes() {
        return failedResumes;
    }

    /// How many clients were disconnected with `code`, at least once each.
    synchronized int disconnects(int code) {
        return disconnected.getOrDefault(code, Set.of()).size();
    }

    /// How many clients are attached at the moment.
    synchronized int attached() {
        return attached.size();
    }

    /// The longest time between two acknowledgements.
    synchronized long longestSilenceNanos() {
        return longestSilenceNanos;
    }

    /// From CONNECTED to ATTACHED.
    synchronized String attachTimes() {
        return "attachMillis p50=%d p99=%d max=%d"
                .formatted(
                        attachMillis.getValueAtPercentile(50),
                        attachMillis.getValueAtPercentile(99),
                        attachMillis.getMaxValue());
    }

    /// The id of the last message that a client got of a channel.
    synchronized Optional<String> lastReceived(int client, String channel) {
        return Optional.ofNullable(lastReceived.getOrDefault(client, Map.of()).get(channel));
    }

    /// Listens for client number `client`. The message's name is its id.
    ClientListener recorder(int client) {
        return new Recorder(client);
    }

    private final class Recorder implements ClientListener {
        private final int client;
        private boolean before;
        private long connectedNanos;

        Recorder(int client) {
            this.client = client;
        }

        @Override
        public void connected(ServerMessage.Connected connected, boolean resumed) {
            synchronized (History.this) {
                resumes += before && resumed ? 1 : 0;
                failedResumes += resumed ? 0 : 1;
            }
            before = true;
            connectedNanos = System.nanoTime();
        }

        @Override
        public void disconnected(ErrorInfo reason) {
            synchronized (History.this) {
                disconnected
                        .computeIfAbsent(reason.code(), code -> new HashSet<>())
                        .add(client);
            }
        }

        @Override
        public void attached(ServerMessage.Attached attached, Optional<String> sent) {
            boolean resumed = (attached.flags() & HAS_RESUMED) != 0;
            int code = attached.error().map(ErrorInfo::code).orElse(0);
            synchronized (History.this) {
                History.this.attached.add(client);
                attachMillis.recordValue((System.nanoTime() - connectedNanos) / 1_000_000);
                events.add(
                        new Event.Attached(client, attached.channel(), resumed, sent, attached.channelSerial(), code));
            }
        }

        @Override
        public void socketClosed() {
            synchronized (History.this) {
                attached.remove(client);
            }
        }

        @Override
        public void received(ServerMessage.Messages frame) {
            synchronized (History.this) {
                for (Message message : frame.messages()) {
                    String id = text(message.name().orElse(""));
                    events.add(new Event.Received(
                            client,
                            text(frame.channel()),
                            id,
                            text(message.serial().orElse("")),
                            text(frame.channelSerial())));
                    lastReceived
                            .computeIfAbsent(client, number -> new HashMap<>())
                            .put(frame.channel(), id);
                }
            }
        }

        @Override
        public void accepted(Publication publication, List<String> serials) {
            synchronized (History.this) {
                long now = System.nanoTime();
                if (lastAcceptedNanos != 0) {
                    longestSilenceNanos = Math.max(longestSilenceNanos, now - lastAcceptedNanos);
                }
                lastAcceptedNanos = now;
                answered++;
                for (int i = 0; i < publication.messages().size(); i++) {
                    String id = publication.messages().get(i).name().orElseThrow();
                    String serial = i < serials.size() ? serials.get(i) : "";
                    events.add(new Event.Accepted(id, text(serial)));
                }
            }
        }

        @Override
        public void refused(Publication publication, ErrorInfo error) {
            synchronized (History.this) {
                answered++;
                publication
                        .messages()
                        .forEach(message ->
                                events.add(new Event.Refused(message.name().orElseThrow(), error.code())));
            }
        }

        @Override
        public void failed(Optional<String> channel, ErrorInfo error) {
            add(new Event.Violated(client, "%s failed: %s".formatted(channel.orElse("the connection"), error)));
        }

        @Override
        public void violated(String rule) {
            add(new Event.Violated(client, rule));
        }
    }
}
