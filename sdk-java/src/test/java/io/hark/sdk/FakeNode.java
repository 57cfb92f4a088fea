package io.hark.sdk;

import io.hark.protocol.AttachFlag;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ConnectionDetails;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ServerMessage;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// A server as the client sees one, in memory: a log for each channel, members, connections that can be
/// resumed, and whatever goes wrong when a test says so.
final class FakeNode {
    private static final ErrorInfo EXPIRED = new ErrorInfo(90003, 404, "the position is older than what is kept");

    private final VirtualEnvironment environment;
    private final Map<String, Log> logs = new HashMap<>();
    private final Map<String, Map<String, PresenceMessage>> members = new HashMap<>();
    private final List<FakeTransport> transports = new ArrayList<>();
    private final List<URI> opened = new ArrayList<>();
    private final List<ClientMessage> received = new ArrayList<>();
    private final Map<String, Integer> performed = new HashMap<>();
    private int connections;
    private long clock = 1;

    /// Hosts that do not answer; `*` is all of them.
    private Set<String> unreachable = Set.of();

    private Function<Map<String, String>, Optional<ServerMessage>> greeting = query -> Optional.empty();
    private Function<ClientMessage, Optional<ServerMessage>> special = frame -> Optional.empty();
    private boolean silent;
    private boolean forgetsConnections;
    private int acksToLose;
    private Function<HttpRequest, HttpResponse<byte[]>> http = request -> {
        throw new IllegalStateException("no answer was prepared for " + request);
    };

    FakeNode(VirtualEnvironment environment) {
        this.environment = environment;
    }

    /// What was published on a channel; an entry's place is its index from the start of time.
    private static final class Log {
        private final List<ServerMessage.Messages> entries = new ArrayList<>();
        private final TreeMap<String, Integer> byId = new TreeMap<>();
        private int kept;
    }

    void unreachable(String... hosts) {
        unreachable = Set.of(hosts);
        cut();
    }

    /// What a transport is told first, instead of CONNECTED.
    void greets(Function<Map<String, String>, Optional<ServerMessage>> with) {
        greeting = with;
    }

    /// What is answered to a frame, instead of performing it.
    void answers(Function<ClientMessage, Optional<ServerMessage>> with) {
        special = with;
    }

    void answersHttp(Function<HttpRequest, HttpResponse<byte[]>> with) {
        http = with;
    }

    /// From now on frames get no answer.
    void falls(boolean silentNow) {
        silent = silentNow;
    }

    /// The next publishes are stored and not acknowledged: their transport is cut instead.
    void losesAcks(int count) {
        acksToLose = count;
    }

    void forgetsConnections() {
        forgetsConnections = true;
    }

    /// What is published until now is kept no longer.
    void trims(String channel) {
        Log log = log(channel);
        log.kept = log.entries.size();
    }

    void cut() {
        List.copyOf(transports).forEach(FakeTransport::cut);
    }

    void tells(ServerMessage frame) {
        transports.forEach(transport -> transport.tell(frame));
    }

    List<URI> opened() {
        return opened;
    }

    List<ClientMessage> received() {
        return received;
    }

    <F extends ClientMessage> List<F> received(Class<F> kind) {
        return received.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    int attachments() {
        return transports.stream()
                .mapToInt(transport -> transport.attached.size())
                .sum();
    }

    /// Publishes as somebody else.
    void publishes(String channel, String... texts) {
        for (String text : texts) {
            append(channel, List.of(Message.of(Optional.of("event"), io.hark.protocol.Payload.text(text))), "other");
        }
    }

    /// Publishes several messages as one, as somebody else.
    void publishesTogether(String channel, List<Message> messages) {
        append(channel, messages, "other");
    }

    void becomesPresent(String channel, String clientId, String text) {
        change(channel, event(PresenceAction.ENTER, clientId, text));
    }

    void leaves(String channel, String clientId) {
        change(channel, event(PresenceAction.LEAVE, clientId, ""));
    }

    /// Somebody is gone, and nobody is told.
    void forgets(String channel, String clientId) {
        members(channel).remove("other:" + clientId);
    }

    Map<String, PresenceMessage> members(String channel) {
        return members.computeIfAbsent(channel, name -> new LinkedHashMap<>());
    }

    private PresenceMessage event(PresenceAction action, String clientId, String text) {
        return new PresenceMessage(
                action,
                Optional.of("other:" + clock++ + ":0"),
                Optional.of(clientId),
                Optional.of("other"),
                environment.wallMillis(),
                io.hark.protocol.Payload.text(text),
                Optional.empty(),
                Map.of());
    }

    List<Object> stored(String channel) {
        List<Object> stored = new ArrayList<>();
        for (ServerMessage.Messages entry : log(channel).entries) {
            entry.messages().forEach(message -> stored.add(((io.hark.protocol.Payload.Text) message.data()).value()));
        }
        return stored;
    }

    private Log log(String channel) {
        return logs.computeIfAbsent(channel, name -> new Log());
    }

    Transport open(URI uri, Transport.Listener listener) {
        opened.add(uri);
        FakeTransport transport = new FakeTransport(query(uri), listener);
        environment.threads().execute(() -> transport.opened(uri.getHost()));
        return transport;
    }

    CompletableFuture<HttpResponse<byte[]>> answer(HttpRequest request) {
        String host = request.uri().getHost();
        return unreachable.contains(host) || unreachable.contains("*")
                ? CompletableFuture.failedFuture(new IOException(host + " does not answer"))
                : CompletableFuture.completedFuture(http.apply(request));
    }

    static Map<String, String> query(URI uri) {
        Map<String, String> query = new HashMap<>();
        for (String param : uri.getRawQuery().split("&")) {
            String[] parts = param.split("=", 2);
            query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private static String base(String wireName) {
        return wireName.substring(wireName.indexOf(']') + 1);
    }

    private int append(String channel, List<Message> messages, String connectionId) {
        Log log = log(channel);
        String id = messages.getFirst().id().orElse("");
        Integer known = id.isEmpty() ? null : log.byId.get(id);
        if (known != null) {
            return known;
        }
        int at = log.entries.size();
        ServerMessage.Messages entry = new ServerMessage.Messages(
                channel,
                "n" + (at + 1),
                connectionId + ":" + at,
                Optional.of(connectionId),
                environment.wallMillis(),
                messages);
        log.entries.add(entry);
        log.byId.put(id, at);
        transports.forEach(transport -> transport.deliver(channel));
        return at;
    }

    private void change(String channel, PresenceMessage event) {
        String key = event.connectionId().orElse("") + ":" + event.clientId().orElse("");
        boolean was = event.action() == PresenceAction.LEAVE
                ? members(channel).remove(key) != null
                : members(channel).put(key, event.withAction(PresenceAction.PRESENT)) != null;
        PresenceAction told = event.action() == PresenceAction.LEAVE
                ? PresenceAction.LEAVE
                : was ? PresenceAction.UPDATE : PresenceAction.ENTER;
        for (FakeTransport transport : transports) {
            transport.attached.forEach((wireName, place) -> {
                if (base(wireName).equals(channel) && place.has(ChannelMode.PRESENCE_SUBSCRIBE)) {
                    transport.tell(new ServerMessage.Presence(
                            wireName,
                            "n" + log(channel).entries.size(),
                            event.id().orElseThrow(),
                            event.connectionId(),
                            event.timestamp(),
                            List.of(event.withAction(told))));
                }
            });
        }
    }

    /// Where an attachment is.
    private static final class Place {
        private final int flags;
        private int at;

        Place(int flags, int at) {
            this.flags = flags;
            this.at = at;
        }

        boolean has(ChannelMode mode) {
            return (flags & mode.flag()) != 0;
        }
    }

    private final class FakeTransport implements Transport {
        private final Map<String, String> query;
        private final Listener listener;
        private final Map<String, Place> attached = new LinkedHashMap<>();
        private String connectionId = "";
        private boolean over;

        FakeTransport(Map<String, String> query, Listener listener) {
            this.query = query;
            this.listener = listener;
        }

        void opened(String host) {
            if (over) {
                return;
            }
            if (unreachable.contains(host) || unreachable.contains("*")) {
                over = true;
                listener.ended(host + " does not answer");
                return;
            }
            transports.add(this);
            greeting.apply(query).ifPresentOrElse(this::tell, this::connect);
        }

        private void connect() {
            String key = query.getOrDefault("resume", query.getOrDefault("recover", ""));
            boolean resumed = !key.isEmpty() && !forgetsConnections;
            connectionId = resumed ? key.substring(0, key.indexOf('-')) : "c" + ++connections;
            forgetsConnections = false;
            connected(
                    key.isEmpty() || resumed
                            ? Optional.empty()
                            : Optional.of(new ErrorInfo(80008, 400, "the connection's state is gone")));
        }

        private void connected(Optional<ErrorInfo> error) {
            tell(new ServerMessage.Connected(
                    connectionId,
                    new ConnectionDetails(
                            Optional.ofNullable(query.get("clientId")),
                            connectionId + "-" + clock++,
                            65_536,
                            524_288,
                            0,
                            120_000,
                            15_000,
                            "fake",
                            "",
                            0),
                    error));
        }

        void cut() {
            over = true;
            transports.remove(this);
            environment.threads().execute(() -> listener.ended("it was cut"));
        }

        void tell(ServerMessage frame) {
            environment.threads().execute(() -> {
                if (!over && !silent) {
                    listener.frame(frame);
                }
            });
        }

        void deliver(String channel) {
            attached.forEach((wireName, place) -> {
                if (base(wireName).equals(channel) && place.has(ChannelMode.SUBSCRIBE)) {
                    List<ServerMessage.Messages> entries = log(channel).entries;
                    while (place.at < entries.size()) {
                        ServerMessage.Messages entry = entries.get(place.at++);
                        tell(new ServerMessage.Messages(
                                wireName,
                                entry.channelSerial(),
                                entry.id(),
                                entry.connectionId(),
                                entry.timestamp(),
                                entry.messages()));
                    }
                }
            });
        }

        @Override
        public void send(ClientMessage frame) {
            environment.threads().execute(() -> {
                if (!over && transports.contains(this)) {
                    received.add(frame);
                    special.apply(frame).ifPresentOrElse(this::tell, () -> perform(frame));
                }
            });
        }

        private void perform(ClientMessage frame) {
            switch (frame) {
                case ClientMessage.Attach attach -> attach(attach);
                case ClientMessage.Detach(String channel) -> {
                    attached.remove(channel);
                    members(base(channel)).keySet().removeIf(key -> key.startsWith(connectionId + ":"));
                    tell(new ServerMessage.Detached(channel, Optional.empty()));
                }
                case ClientMessage.Publish publish -> publish(publish);
                case ClientMessage.Presence presence -> {
                    for (PresenceMessage entry : presence.presence()) {
                        change(
                                base(presence.channel()),
                                entry.identified(
                                        entry.id().orElse(connectionId + ":" + presence.msgSerial() + ":0"),
                                        connectionId,
                                        environment.wallMillis()));
                    }
                    tell(new ServerMessage.Ack(presence.msgSerial(), 1, List.of()));
                }
                case ClientMessage.Heartbeat(var id) -> tell(new ServerMessage.Heartbeat(id));
                case ClientMessage.Auth auth -> connected(Optional.empty());
                case ClientMessage.Close() -> {
                    tell(new ServerMessage.Closed());
                    environment.threads().execute(() -> transports.remove(this));
                }
                default -> throw new IllegalStateException("the client sends " + frame);
            }
        }

        private void publish(ClientMessage.Publish publish) {
            // As the server does, by what the connection sent before.
            String sending = connectionId + ":" + publish.msgSerial() + publish.messages();
            Integer known = performed.get(sending);
            int at = known != null ? known : append(base(publish.channel()), publish.messages(), connectionId);
            performed.put(sending, at);
            if (acksToLose > 0) {
                acksToLose--;
                cut();
            } else {
                tell(new ServerMessage.Ack(publish.msgSerial(), 1, List.of(List.of("serial-" + at))));
            }
        }

        private void attach(ClientMessage.Attach attach) {
            String channel = base(attach.channel());
            Log log = log(channel);
            int end = log.entries.size();
            Optional<Integer> wanted = attach.channelSerial().map(serial -> Integer.parseInt(serial.substring(1)));
            boolean resumed = wanted.filter(at -> at >= log.kept).isPresent();
            int rewind = Integer.parseInt(attach.params().getOrDefault("rewind", "0"));
            int at = resumed ? wanted.get() : wanted.isPresent() ? log.kept : Math.max(log.kept, end - rewind);
            Place place = new Place(attach.flags(), at);
            attached.put(attach.channel(), place);
            boolean present = place.has(ChannelMode.PRESENCE_SUBSCRIBE)
                    && !members(channel).isEmpty();
            tell(new ServerMessage.Attached(
                    attach.channel(),
                    "n" + at,
                    attach.flags() | (resumed ? AttachFlag.RESUMED : 0) | (present ? AttachFlag.HAS_PRESENCE : 0),
                    Map.of(),
                    wanted.isPresent() && !resumed ? Optional.of(EXPIRED) : Optional.empty()));
            if (present) {
                tell(new ServerMessage.Sync(
                        attach.channel(),
                        "s" + clock++ + ":",
                        List.copyOf(members(channel).values())));
            }
            deliver(channel);
        }

        @Override
        public void dealtWith() {}

        @Override
        public void close() {
            over = true;
            transports.remove(this);
        }
    }
}
