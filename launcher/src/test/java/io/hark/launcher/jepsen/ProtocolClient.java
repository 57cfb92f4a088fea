package io.hark.launcher.jepsen;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// Handle: a realtime client that keeps the protocol as the SDKs do: it counts its publishes, sends the
/// unanswered ones again after a resume with their numbers (RTN19a2) and after a failed one with new
/// ones (RTN15c7), attaches again from the last channelSerial after each reconnect (RTL4c1), and comes
/// back at once when its socket goes. Any thread; everything happens on its loop.
public final class ProtocolClient implements AutoCloseable {
    private static final int RECONNECT_MILLIS_MAX = 100;
    private static final int ATTACH_RESUMED = 4;

    /// How it connects.
    ///
    /// @param query further params of the URL, encoded, each with an `&` before it
    public record Options(String key, Format format, String query, Optional<String> localAddress) {
        public static Options of(String key, Format format) {
            return new Options(key, format, "", Optional.empty());
        }
    }

    private final ClientGroup group;
    private final EventLoop loop;
    private final Options options;
    private final ClientListener listener;
    private final ProtocolCodec codec;
    private final SplittableRandom random;
    private final ArrayDeque<Sent> unanswered = new ArrayDeque<>(0);
    private final ArrayDeque<Publication> queued = new ArrayDeque<>(0);
    private final Map<String, Place> channels = new LinkedHashMap<>(2);
    private Optional<Channel> socket = Optional.empty();
    private Optional<String> connectionId = Optional.empty();
    private Optional<String> connectionKey = Optional.empty();
    private boolean connected;
    private boolean reading = true;
    private boolean ended;
    private long nextMsgSerial;

    /// A publish that was sent and waits for its answer.
    private record Sent(long msgSerial, Publication publication) {}

    /// Where the client is on a channel.
    private static final class Place {
        private Optional<String> channelSerial = Optional.empty();
        private Optional<String> sentWithAttach = Optional.empty();
        private boolean attached;
    }

    ProtocolClient(ClientGroup group, EventLoop loop, Options options, ClientListener listener, long seed) {
        this.group = group;
        this.loop = loop;
        this.options = options;
        this.listener = listener;
        this.codec = ProtocolCodec.of(options.format());
        this.random = new SplittableRandom(seed);
    }

    public void connect() {
        loop.execute(this::open);
    }

    public void attach(String channel) {
        loop.execute(() -> {
            Place place = channels.computeIfAbsent(channel, name -> new Place());
            if (connected) {
                sendAttach(channel, place);
            }
        });
    }

    public void publish(Publication publication) {
        loop.execute(() -> {
            if (connected) {
                sendPublish(new Sent(nextMsgSerial++, publication));
                flush();
            } else {
                queued.add(publication);
            }
        });
    }

    /// Sends a ping, which the server answers.
    public void heartbeat() {
        loop.execute(() -> {
            if (connected) {
                send(new ClientMessage.Heartbeat(Optional.of("ping")));
                flush();
            }
        });
    }

    /// Stops reading the socket, or goes on; the server finds out by the socket's buffers.
    public void reading(boolean enabled) {
        loop.execute(() -> {
            reading = enabled;
            socket.ifPresent(open -> open.config().setAutoRead(enabled));
        });
    }

    /// Loses the socket as a network does, without a word.
    public void dropSocket() {
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
                .append(encoded(options.key()))
                .append(options.query());
        connectionKey.ifPresent(key -> uri.append("&resume=").append(encoded(key)));
        group.open(loop, uri.toString(), options.localAddress(), new Handler()).addListener(done -> {
            if (!done.isSuccess()) {
                openAgain();
            }
        });
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void openAgain() {
        if (!ended) {
            loop.schedule(this::open, 1 + random.nextInt(RECONNECT_MILLIS_MAX), TimeUnit.MILLISECONDS);
        }
    }

    private void received(ServerMessage message) {
        switch (message) {
            case ServerMessage.Connected frame -> connected(frame);
            case ServerMessage.Disconnected(var reason) -> {
                listener.disconnected(reason);
                socket.ifPresent(Channel::close);
            }
            case ServerMessage.Error(var channel, var error) -> {
                listener.failed(channel, error);
                channel.ifPresent(channels::remove);
            }
            case ServerMessage.Attached frame -> attached(frame);
            case ServerMessage.Detached(var channel, var error) -> {
                error.ifPresent(reason -> listener.failed(Optional.of(channel), reason));
                Optional.ofNullable(channels.get(channel)).ifPresent(place -> sendAttach(channel, place));
            }
            case ServerMessage.Messages frame -> messages(frame);
            case ServerMessage.Presence frame -> passed(frame.channel(), frame.channelSerial());
            case ServerMessage.Annotations frame -> passed(frame.channel(), frame.channelSerial());
            case ServerMessage.Objects frame -> passed(frame.channel(), frame.channelSerial());
            case ServerMessage.Ack(long msgSerial, int count, List<List<String>> res) -> {
                for (int i = 0; i < count; i++) {
                    List<String> serials = i < res.size() ? res.get(i) : List.of();
                    answered(msgSerial + i).ifPresent(sent -> listener.accepted(sent.publication(), serials));
                }
            }
            case ServerMessage.Nack(long msgSerial, int count, var error) -> {
                for (int i = 0; i < count; i++) {
                    answered(msgSerial + i).ifPresent(sent -> listener.refused(sent.publication(), error));
                }
            }
            case ServerMessage.Heartbeat ignored -> {}
            case ServerMessage.Closed ignored -> {}
            case ServerMessage.Sync frame -> listener.synced(frame);
            case ServerMessage.ObjectSync ignored -> {}
            case ServerMessage.AuthRequest ignored -> {}
            case ServerMessage.Unknown ignored -> {}
        }
    }

    private void connected(ServerMessage.Connected frame) {
        boolean same = connectionId.isEmpty() || connectionId.get().equals(frame.connectionId());
        connectionId = Optional.of(frame.connectionId());
        connectionKey = Optional.of(frame.details().connectionKey());
        connected = true;
        listener.connected(frame, same);
        List<Sent> again = List.copyOf(unanswered);
        unanswered.clear();
        if (!same) {
            nextMsgSerial = 0;
        }
        for (Sent sent : again) {
            sendPublish(same ? sent : new Sent(nextMsgSerial++, sent.publication()));
        }
        while (!queued.isEmpty()) {
            sendPublish(new Sent(nextMsgSerial++, queued.poll()));
        }
        channels.forEach(this::sendAttach);
        flush();
    }

    private void sendPublish(Sent sent) {
        unanswered.add(sent);
        Publication publication = sent.publication();
        send(new ClientMessage.Publish(publication.channel(), sent.msgSerial(), publication.messages(), Map.of()));
    }

    private void sendAttach(String channel, Place place) {
        place.attached = false;
        place.sentWithAttach = place.channelSerial;
        send(new ClientMessage.Attach(channel, Map.of(), 0, place.channelSerial));
        flush();
    }

    private void attached(ServerMessage.Attached frame) {
        Place place = channels.get(frame.channel());
        if (place == null) {
            listener.violated("ATTACHED of channel %s, which was not asked for".formatted(frame.channel()));
            return;
        }
        boolean resumed = (frame.flags() & ATTACH_RESUMED) != 0;
        if (resumed && place.sentWithAttach.isEmpty()) {
            listener.violated(
                    "ATTACHED says RESUMED on channel %s, but nothing was resumed".formatted(frame.channel()));
        }
        place.attached = true;
        place.channelSerial = Optional.of(frame.channelSerial());
        listener.attached(frame, place.sentWithAttach);
    }

    private void messages(ServerMessage.Messages frame) {
        if (passed(frame.channel(), frame.channelSerial())) {
            listener.received(frame);
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

    /// Clients count answers from their oldest unanswered publish on, so an answer to any other is a wrong one.
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
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                socket = Optional.of(context.channel());
                context.channel().config().setAutoRead(reading);
                if (ended) {
                    context.close();
                }
            } else if (event == ClientHandshakeStateEvent.HANDSHAKE_TIMEOUT) {
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
            connected = false;
            socket = Optional.empty();
            channels.values().forEach(place -> place.attached = false);
            listener.socketClosed();
            openAgain();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // Resets are what happens when a node is killed; channelInactive follows.
            context.close();
        }
    }
}
