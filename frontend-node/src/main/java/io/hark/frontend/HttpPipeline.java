package io.hark.frontend;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketServerCompressionHandler;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The handlers of a socket as it begins: HTTP/1.1, or HTTP/2 for clients that ask for it. A WebSocket, which is
/// HTTP/1.1 at first, takes them out again.
final class HttpPipeline extends ChannelInitializer<SocketChannel> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpPipeline.class);
    private static final String IDLE = "idle";
    private static final String BODY = "body";
    private static final String HTTP = "http";
    private static final int IDLE_SECONDS = 75;

    /// Request line and headers each: tokens with long capabilities travel there.
    private static final int HEAD_BYTES_MAX = 64 << 10;

    /// Requests at once on one connection of HTTP/2; more are refused, and clients try again.
    private static final int STREAMS_MAX = 100;

    /// Requests that a client may take back within a while; with more it is an attack, and the connection ends.
    private static final int RESETS_MAX = 200;

    private static final int RESETS_SECONDS = 30;

    private final HttpRoutes routes;
    private final FrontendConfig config;
    private final Optional<ServerCertificate> certificate;

    /// @param certificate for sockets that speak TLS
    HttpPipeline(HttpRoutes routes, FrontendConfig config, Optional<ServerCertificate> certificate) {
        this.routes = routes;
        this.config = config;
        this.certificate = certificate;
    }

    @Override
    protected void initChannel(SocketChannel socket) {
        ChannelPipeline pipeline = socket.pipeline();
        pipeline.addLast(IDLE, new IdleStateHandler(0, 0, IDLE_SECONDS));
        if (certificate.isPresent()) {
            pipeline.addLast(certificate.get().context().newHandler(socket.alloc()));
            pipeline.addLast(new Negotiated());
        } else {
            pipeline.addLast(new FirstBytes(() -> addHttp1(pipeline), () -> addHttp2(pipeline)));
        }
    }

    private void addHttp1(ChannelPipeline pipeline) {
        pipeline.addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(HEAD_BYTES_MAX)
                        .setMaxHeaderSize(HEAD_BYTES_MAX)))
                .addLast(BODY, new JsonErrorAggregator(config.bodyBytesMax()));
        if (config.deflate()) {
            // It must see the request for the upgrade to know what the client offers. A frame may not
            // inflate to more than an uncompressed one may have.
            pipeline.addLast(new WebSocketServerCompressionHandler(config.frameBytesMax()));
        }
        pipeline.addLast(HTTP, handler());
    }

    private HttpHandler handler() {
        return new HttpHandler(routes, config.tlsInFront(), certificate.isPresent());
    }

    private void addHttp2(ChannelPipeline pipeline) {
        Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(STREAMS_MAX)
                        .maxHeaderListSize(HEAD_BYTES_MAX))
                .decoderEnforceMaxRstFramesPerWindow(RESETS_MAX, RESETS_SECONDS)
                .build();
        pipeline.addLast(codec, new Http2MultiplexHandler(new Streams()), new Http2Handler(codec));
    }

    /// By TLS client and node agree on a protocol before the first byte.
    private final class Negotiated extends ApplicationProtocolNegotiationHandler {
        Negotiated() {
            super(ApplicationProtocolNames.HTTP_1_1);
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext context, String protocol) {
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                addHttp2(context.pipeline());
            } else {
                addHttp1(context.pipeline());
            }
        }

        @Override
        protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("no TLS with a client", cause);
            context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("no TLS with a client", cause);
            context.close();
        }
    }

    /// The handlers of one stream of HTTP/2, which looks like a connection of HTTP/1.1 with one request.
    private final class Streams extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel stream) {
            stream.pipeline()
                    .addLast(
                            new Http2StreamFrameToHttpObjectCodec(true),
                            new JsonErrorAggregator(config.bodyBytesMax()),
                            handler());
        }
    }

    /// Leaves only what speaks WebSocket; the HTTP codec has left by itself.
    static void removeFrom(ChannelPipeline pipeline) {
        for (String name : new String[] {IDLE, BODY, HTTP}) {
            if (pipeline.get(name) != null) {
                pipeline.remove(name);
            }
        }
    }

    /// Hands a body that is too large on as a request that failed, so that it is answered with an error of the
    /// protocol and after the requests before it.
    private static final class JsonErrorAggregator extends HttpObjectAggregator {
        JsonErrorAggregator(int bodyBytesMax) {
            super(bodyBytesMax);
        }

        @Override
        protected Object newContinueResponse(HttpMessage start, int bodyBytesMax, ChannelPipeline pipeline) {
            // Other expectations than this one are passed over, as RFC 9110 allows.
            return HttpUtil.is100ContinueExpected(start) && !isContentLengthInvalid(start, bodyBytesMax)
                    ? new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER)
                    : null;
        }

        @Override
        protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
            HttpRequest head = (HttpRequest) oversized;
            FullHttpRequest failed = new DefaultFullHttpRequest(head.protocolVersion(), head.method(), head.uri());
            failed.headers().set(head.headers()); // They say who asks, and in which format.
            failed.setDecoderResult(DecoderResult.failure(new TooLongHttpContentException(
                    "the body is larger than %d bytes; split it".formatted(maxContentLength()))));
            context.fireChannelRead(failed);
        }
    }
}
