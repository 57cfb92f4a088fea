package io.hark.jepsen;

import io.hark.protocol.AttachFlag;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Handle: a realtime client that keeps the protocol as the SDKs do: it counts what it sends, sends the
/// unanswered again after a resume with their numbers (RTN19a2) and after a failed one with new ones
/// (RTN15c7), attaches again from the last channelSerial after each reconnect (RTL4c1), enters its members
/// again when continuity was lost (RTP17i), and comes back at once when its socket goes: to the same node, or
/// to another one when that one does not answer. Any thread; everything happens on its loop.
final class ProtocolClient implements AutoCloseable {
    private static final int RECONNECT_MILLIS_MAX = 100;
    private static final int BACKOFF_DOUBLINGS_MAX = 4;
    private static final int IDLE_GRACE_MILLIS = 3_000;
    private static final int CONNECTED_WITHIN_MILLIS = 6_000;
    private static final int ATTACHED_WITHIN_SECONDS = 10;

    /// How it connects.
    record Options(String key, Format format) {}

    private final ClientGroup group;
    private final EventLoop loop;
    private final Options options;
    private final ClientListener listener;
    private final ProtocolCodec codec;
    private final SplittableRandom random;
    private final ArrayDeque<Sent> unanswered = new ArrayDeque<>(0);
    private final ArrayDeque<Outgoing> queued = new ArrayDeque<>(0);
    private final Map<String, Place> channels = new LinkedHashMap<>(2);
    private int node;
    private int failures;
    private Optional<Channel> socket = Optional.empty();
    private Optional<String> connectionId = Optional.empty();
    private Optional<String> connectionKey = Optional.empty();
    private Optional<ErrorInfo> farewell = Optional.empty();
    private boolean connected;
    private boolean ended;
    private long nextMsgSerial;

    /// What was sent and waits for its answer.
    private record Sent(long msgSerial, Outgoing outgoing) {}

    /// Where the client is on a channel.
    private static final class Place {
        private final PresenceView presence = new PresenceView();

        /// Own members by clientId, as they shall be.
        private final Map<String, PresenceMessage> own = new LinkedHashMap<>(0);

        private Optional<String> channelSerial = Optional.empty();
        private Optional<String> sentWithAttach = Optional.empty();
        private boolean attached;
        private int attaches;
    }

    ProtocolClient(ClientGroup group, EventLoop loop, Options options, int node, ClientListener listener, long seed) {
        this.group = group;
        this.loop = loop;
        this.options = options;
        this.node = node;
        this.listener = listener;
        this.codec = ProtocolCodec.of(options.format());
        this.random = new SplittableRandom(seed);
    }

    void connect() {
        loop.execute(this::open);
    }

    void attach(String channel) {
        loop.execute(() -> {
            Place place = channels.computeIfAbsent(channel, name -> new Place());
            if (connected) {
                sendAttach(channel, place);
            }
        });
    }

    void publish(Outgoing outgoing) {
        loop.execute(() -> sendOrQueue(outgoing));
    }

    /// Enters, updates or leaves as `clientId` on a channel to which it is attached or will be.
    void presence(String channel, String clientId, PresenceAction action, String data) {
        loop.execute(() -> {
            PresenceMessage message = new PresenceMessage(
                    action,
                    Optional.empty(),
                    Optional.of(clientId),
                    Optional.empty(),
                    0,
                    Payload.text(data),
                    Optional.empty(),
                    Map.of());
            Place place = channels.get(channel);
            if (action == PresenceAction.LEAVE) {
                place.own.remove(clientId);
            } else {
                place.own.put(clientId, message.withAction(PresenceAction.ENTER));
            }
            sendOrQueue(new Outgoing.OfPresence(channel, message));
        });
    }

    private void sendOrQueue(Outgoing outgoing) {
        if (connected) {
            send(new Sent(nextMsgSerial++, outgoing));
            flush();
        } else {
            queued.add(outgoing);
        }
    }

    /// Who is present on a channel, as this client sees it; see [PresenceView#describe].
    CompletableFuture<List<String>> members(String channel) {
        return CompletableFuture.supplyAsync(
                () -> channels.get(channel).presence.members(), loop);
    }

    /// The members that this client has entered.
    CompletableFuture<List<String>> ownMembers(String channel) {
        return CompletableFuture.supplyAsync(
                () -> channels.get(channel).own.values().stream()
                        .map(PresenceView::describe)
                        .toList(),
                loop);
    }

    /// Loses the socket as a network does, without a word.
    void dropSocket() {
        loop.execute(() -> socket.ifPresent(Channel::close));
    }

    @Override
    public void close() {
        loop.execute(() -> {
            ended = true;
            socket.ifPresent(Channel::close);
        });
    }

    private void open() {
        if (ended) {
            return;
        }
        StringBuilder uri = new StringBuilder("/?v=6&format=")
                .append(options.format() == Format.JSON ? "json" : "msgpack")
                .append("&key=")
                .append(encoded(options.key()));
        connectionKey.ifPresent(key -> uri.append("&resume=").append(encoded(key)));
        group.open(loop, node, uri.toString(), new Handler()).addListener(done -> {
            if (!done.isSuccess()) {
                openAgain();
            }
        });
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void openAgain() {
        if (ended) {
            return;
        }
        if (failures > 0) {
            node = (node + 1 + random.nextInt(Math.max(1, group.nodes() - 1))) % group.nodes();
        }
        int millis = RECONNECT_MILLIS_MAX << Math.min(failures, BACKOFF_DOUBLINGS_MAX);
        failures++;
        loop.schedule(this::open, 1 + random.nextInt(millis), TimeUnit.MILLISECONDS);
    }

    private void received(ServerMessage message) {
        switch (message) {
            case ServerMessage.Connected frame -> connected(frame);
            case ServerMessage.Disconnected(var reason) -> {
                farewell = Optional.of(reason);
                socket.ifPresent(Channel::close);
            }
            case ServerMessage.Error(var channel, var error) -> {
                listener.failed(channel, error);
                channel.ifPresentOrElse(channels::remove, () -> socket.ifPresent(Channel::close));
            }
            case ServerMessage.Attached frame -> attached(frame);
            case ServerMessage.Detached(var channel, var error) -> {
                error.ifPresent(reason -> listener.failed(Optional.of(channel), reason));
                Optional.ofNullable(channels.get(channel)).ifPresent(place -> sendAttach(channel, place));
            }
            case ServerMessage.Messages frame -> {
                if (passed(frame.channel(), frame.channelSerial())) {
                    listener.received(frame);
                }
            }
            case ServerMessage.Presence frame -> {
                if (passed(frame.channel(), frame.channelSerial())) {
                    presence(frame);
                }
            }
            case ServerMessage.Annotations frame -> passed(frame.channel(), frame.channelSerial());
            case ServerMessage.Sync(var channel, var channelSerial, var members) ->
                Optional.ofNullable(channels.get(channel))
                        .ifPresent(place -> place.presence.synced(channelSerial, members));
            case ServerMessage.Ack(long msgSerial, int count, List<List<String>> res) -> {
                for (int i = 0; i < count; i++) {
                    List<String> serials = i < res.size() ? res.get(i) : List.of();
                    answered(msgSerial + i).ifPresent(sent -> listener.accepted(sent.outgoing(), serials));
                }
            }
            case ServerMessage.Nack(long msgSerial, int count, var error) -> {
                for (int i = 0; i < count; i++) {
                    answered(msgSerial + i).ifPresent(sent -> listener.refused(sent.outgoing(), error));
                }
            }
            case ServerMessage.Heartbeat ignored -> {}
            case ServerMessage.Closed ignored -> {}
            case ServerMessage.AuthRequest ignored -> {}
            // None of its attachments asks for them.
            case ServerMessage.Objects ignored -> {}
            case ServerMessage.ObjectSync ignored -> {}
            case ServerMessage.Unknown ignored -> {}
        }
    }

    private void connected(ServerMessage.Connected frame) {
        boolean first = connectionId.isEmpty();
        boolean same = connectionId.equals(Optional.of(frame.connectionId()));
        connectionId = Optional.of(frame.connectionId());
        connectionKey = Optional.of(frame.details().connectionKey());
        connected = true;
        failures = 0;
        expectFramesWithin(frame.details().maxIdleInterval() + IDLE_GRACE_MILLIS);
        listener.connected(node, first, same);
        List<Sent> again = List.copyOf(unanswered);
        unanswered.clear();
        if (!same) {
            nextMsgSerial = 0;
        }
        channels.forEach(this::sendAttach);
        for (Sent sent : again) {
            if (!same) {
                listener.reissued(sent.outgoing());
            }
            send(same ? sent : new Sent(nextMsgSerial++, sent.outgoing()));
        }
        while (!queued.isEmpty()) {
            send(new Sent(nextMsgSerial++, queued.poll()));
        }
        flush();
    }

    private void expectFramesWithin(long millis) {
        socket.ifPresent(open -> open.pipeline()
                .replace(IdleStateHandler.class, null, new IdleStateHandler(millis, 0, 0, TimeUnit.MILLISECONDS)));
    }

    private void send(Sent sent) {
        unanswered.add(sent);
        send(sent.outgoing().frame(sent.msgSerial()));
    }

    private void sendAttach(String channel, Place place) {
        place.attached = false;
        place.sentWithAttach = place.channelSerial;
        int attach = ++place.attaches;
        send(new ClientMessage.Attach(channel, Map.of(), 0, place.channelSerial));
        flush();
        loop.schedule(
                () -> {
                    if (connected && !place.attached && place.attaches == attach) {
                        failures++;
                        socket.ifPresent(Channel::close);
                    }
                },
                ATTACHED_WITHIN_SECONDS,
                TimeUnit.SECONDS);
    }

    private void attached(ServerMessage.Attached frame) {
        Place place = channels.get(frame.channel());
        if (place == null) {
            listener.violated("ATTACHED of channel %s, which was not asked for".formatted(frame.channel()));
            return;
        }
        boolean resumed = (frame.flags() & AttachFlag.RESUMED) != 0;
        // An ATTACHED that was not asked for tells of something that changed on an attached channel (RTL12).
        Optional<String> sent = place.attached ? place.channelSerial : place.sentWithAttach;
        if (resumed && sent.isEmpty()) {
            listener.violated(
                    "ATTACHED says RESUMED on channel %s, but nothing was resumed".formatted(frame.channel()));
        }
        place.attached = true;
        place.channelSerial = Optional.of(frame.channelSerial());
        listener.attached(frame, sent);
        place.presence.attached((frame.flags() & AttachFlag.HAS_PRESENCE) != 0);
        if (!resumed && sent.isPresent()) {
            place.own.values().forEach(member -> sendOrQueue(new Outgoing.OfPresence(frame.channel(), member)));
        }
    }

    private void presence(ServerMessage.Presence frame) {
        PresenceView view = channels.get(frame.channel()).presence;
        for (int i = 0; i < frame.presence().size(); i++) {
            PresenceMessage message = frame.presence().get(i);
            String id = message.id().orElse(frame.id() + ":" + i);
            String connection = message.connectionId().or(frame::connectionId).orElse("");
            view.happened(message.identified(
                    id, connection, message.timestamp() != 0 ? message.timestamp() : frame.timestamp()));
        }
    }

    private boolean passed(String channel, String channelSerial) {
        Place place = channels.get(channel);
        if (place == null || !place.attached) {
            listener.violated("a message of channel %s came before its ATTACHED".formatted(channel));
            return false;
        }
        place.channelSerial = Optional.of(channelSerial);
        return true;
    }

    /// Clients count answers from their oldest unanswered frame on, so an answer to any other is a wrong one.
    private Optional<Sent> answered(long msgSerial) {
        Sent oldest = unanswered.peek();
        if (oldest == null || oldest.msgSerial() != msgSerial) {
            listener.violated("msgSerial %d was answered while the oldest unanswered is %s"
                    .formatted(msgSerial, oldest == null ? "none" : oldest.msgSerial()));
            return Optional.empty();
        }
        return Optional.of(unanswered.poll());
    }

    private void send(ClientMessage message) {
        ByteBuf bytes = Unpooled.wrappedBuffer(codec.encode(message));
        WebSocketFrame frame =
                options.format() == Format.JSON ? new TextWebSocketFrame(bytes) : new BinaryWebSocketFrame(bytes);
        socket.ifPresentOrElse(open -> open.write(frame), frame::release);
    }

    private void flush() {
        socket.ifPresent(Channel::flush);
    }

    /// Confined: one socket.
    private final class Handler extends SimpleChannelInboundHandler<WebSocketFrame> {
        private boolean opened;

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.pipeline().addFirst(new IdleStateHandler(CONNECTED_WITHIN_MILLIS, 0, 0, TimeUnit.MILLISECONDS));
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                socket = Optional.of(context.channel());
                opened = true;
                if (ended) {
                    context.close();
                }
            } else if (event == ClientHandshakeStateEvent.HANDSHAKE_TIMEOUT || event instanceof IdleStateEvent) {
                failures++;
                context.close();
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            if (frame instanceof CloseWebSocketFrame) {
                context.close();
                return;
            }
            ByteBuf content = frame.content();
            byte[] bytes = ByteBufUtil.getBytes(content);
            try {
                ProtocolClient.this.received(codec.decodeServer(bytes, 0, bytes.length));
            } catch (MalformedFrame malformed) {
                listener.violated("a frame of the server cannot be read: " + malformed.getMessage());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (opened) {
                socket = Optional.empty();
                channels.values().forEach(place -> place.attached = false);
            }
            if (connected) {
                connected = false;
                listener.disconnected(farewell);
                farewell = Optional.empty();
            }
            openAgain();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // Resets and refused handshakes are what happens when a node is killed or ends; channelInactive follows.
            context.close();
        }
    }
}
