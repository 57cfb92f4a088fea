package io.hark.frontend;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.rest.LiveConnections;
import io.hark.rest.RestApi;
import io.hark.rest.RestRequest;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.util.Map;
import java.util.Optional;

/// Handle: opens realtime connections and event streams on sockets that asked for one.
final class Realtime implements LiveConnections {
    /// Times the outbound limit: room for one whole ring of a channel and the answers of a client that
    /// only reads slowly.
    static final int OVERFULL_FACTOR = 8;

    private final Frontend frontend;
    private final ConnectionRegistry<Connection> registry;
    private final Map<EventLoop, FrontendLoop> loops;
    private volatile Optional<ErrorInfo> refusal = Optional.empty();

    Realtime(Frontend frontend, ConnectionRegistry<Connection> registry, Map<EventLoop, FrontendLoop> loops) {
        this.frontend = frontend;
        this.registry = registry;
        this.loops = loops;
        checkRegion();
    }

    /// Why this node answers nobody at the moment but about itself, if so.
    Optional<ErrorInfo> refusal() {
        return refusal;
    }

    /// Looks whether the node is cut off from its region. Called several times a second, as what it asks is
    /// not so cheap that every request could.
    ///
    /// @return whether it is
    boolean checkRegion() {
        refusal = frontend.cutOff().get().map(why -> ErrorCode.OVERLOADED.info(why + "; try another node"));
        return refusal.isPresent();
    }

    /// Why a request that asks for a WebSocket cannot have one, as far as its headers tell.
    Optional<ErrorInfo> upgradeRefusal(FullHttpRequest request, RestRequest rest) {
        if (!isPlaceForWebSockets(rest)) {
            return Optional.empty();
        }
        Optional<ErrorInfo> cutOff = refusal;
        if (cutOff.isPresent()) {
            return cutOff;
        }
        HttpHeaders headers = request.headers();
        String version = headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "");
        if (!version.equals(WebSocketVersion.V13.toHttpHeaderValue())) {
            return Optional.of(ErrorCode.INVALID_HEADER.info(
                    "sec-websocket-version must be 13 (RFC 6455), was '%s'".formatted(version)));
        }
        boolean complete = headers.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
        return complete
                ? Optional.empty()
                : Optional.of(ErrorCode.INVALID_HEADER.info(
                        "a WebSocket needs the headers connection: upgrade and sec-websocket-key (RFC 6455)"));
    }

    static boolean isPlaceForWebSockets(RestRequest rest) {
        return rest.rawPath().equals("/") || isProbe(rest);
    }

    /// Some SDKs open and close a WebSocket here to find out whether they can.
    private static boolean isProbe(RestRequest rest) {
        return rest.rawPath().equals("/ws-up");
    }

    /// Opens a WebSocket for a request to which [#upgradeRefusal] has no objection, at a place for one.
    void upgrade(ChannelHandlerContext context, FullHttpRequest request, RestRequest rest) {
        WebSocketServerHandshaker handshaker = new WebSocketServerHandshaker13(
                "ws://hark/",
                null,
                WebSocketDecoderConfig.newBuilder()
                        .maxFramePayloadLength(frontend.config().frameBytesMax())
                        .allowExtensions(frontend.config().deflate())
                        // A violation is answered with a code of our protocol and close code
                        // 1000.
                        .closeOnProtocolViolation(false)
                        .withUTF8Validator(false)
                        .build());
        Channel socket = context.channel();
        OpenRequest open = OpenRequest.of(rest.header("authorization"), rest.query(), rest.secure());
        handshaker.handshake(socket, request).addListener(done -> {
            if (!done.isSuccess()) {
                context.close();
            } else if (isProbe(rest)) {
                socket.close();
            } else {
                opened(context, open);
            }
        });
    }

    private void opened(ChannelHandlerContext context, OpenRequest open) {
        Channel socket = context.channel();
        FrontendLoop loop = loops.get(socket.eventLoop());
        int outbound = frontend.config().outboundBytesMax();
        socket.config().setWriteBufferWaterMark(new WriteBufferWaterMark(outbound / 2, outbound));
        boolean compressed = context.pipeline().names().stream().anyMatch(name -> name.contains("Deflate"));
        WebSocketTransport transport = new WebSocketTransport(
                socket, open.format(), loop.scratch(), compressed, (long) outbound * OVERFULL_FACTOR);
        Connection connection = new Connection(frontend, loop, registry, transport, open);
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addLast(new WebSocketFrameAggregator(frontend.config().frameBytesMax()));
        pipeline.addLast(new WebSocketHandler(connection, open.format()));
        HttpPipeline.removeFrom(pipeline);
        connection.open();
    }

    /// The realtime connections that need no WebSocket.
    Comet comet(RestApi rest) {
        return new Comet(frontend, registry, loops, this::refusal, rest);
    }

    void stream(ChannelHandlerContext context, RestRequest request) {
        FrontendLoop loop = loops.get(context.channel().eventLoop());
        int outbound = frontend.config().outboundBytesMax();
        context.channel().config().setWriteBufferWaterMark(new WriteBufferWaterMark(outbound / 2, outbound));
        EventStream stream = new EventStream(frontend, loop, context.channel(), request);
        context.pipeline().addLast(new EventStreamHandler(stream));
        stream.open();
    }

    @Override
    public Optional<Publisher> withKey(String appId, String connectionKey) {
        return frontend.keys()
                .decode(connectionKey)
                .filter(key -> key.appId().equals(appId))
                .filter(key -> registry.live(key.connectionId()).isPresent())
                .map(key -> new Publisher(key.connectionId(), key.clientId()));
    }

    /// Why a node that has lost its region ends its transports.
    static ErrorInfo cutOffReason(String why) {
        return ErrorCode.DISCONNECTED.info(why + "; the connection can be resumed at another node");
    }

    /// Why a node that shuts down ends its transports.
    static ErrorInfo drainReason() {
        return ErrorCode.DISCONNECTED.info("the node shuts down; the connection can be resumed");
    }
}
