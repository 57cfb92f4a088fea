package io.hark.frontend;

import io.netty.buffer.Unpooled;
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
import io.netty.handler.timeout.IdleStateHandler;
import java.util.Optional;

/// The handlers of a socket as it begins: HTTP/1.1. A WebSocket takes them out again.
final class HttpPipeline extends ChannelInitializer<SocketChannel> {
    private static final String IDLE = "idle";
    private static final String BODY = "body";
    private static final String HTTP = "http";
    private static final int IDLE_SECONDS = 75;

    /// Request line and headers each: tokens with long capabilities travel there.
    private static final int HEAD_BYTES_MAX = 64 << 10;

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
        certificate.ifPresent(shown -> pipeline.addLast(shown.context().newHandler(socket.alloc())));
        pipeline.addLast(IDLE, new IdleStateHandler(0, 0, IDLE_SECONDS))
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(HEAD_BYTES_MAX)
                        .setMaxHeaderSize(HEAD_BYTES_MAX)))
                .addLast(BODY, new JsonErrorAggregator(config.bodyBytesMax()));
        if (config.deflate()) {
            // It must see the request for the upgrade to know what the client offers. A frame may not
            // inflate to more than an uncompressed one may have.
            pipeline.addLast(new WebSocketServerCompressionHandler(config.frameBytesMax()));
        }
        pipeline.addLast(HTTP, new HttpHandler(routes, config.tlsInFront(), certificate.isPresent()));
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
            failed.setDecoderResult(DecoderResult.failure(new TooLongHttpContentException(
                    "the body is larger than %d bytes; split it".formatted(maxContentLength()))));
            context.fireChannelRead(failed);
        }
    }
}
