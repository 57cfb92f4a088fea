package io.hark.frontend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateHandler;
import io.hark.protocol.ErrorCode;
import io.hark.rest.RestResponse;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;

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

    HttpPipeline(HttpRoutes routes, FrontendConfig config) {
        this.routes = routes;
        this.config = config;
    }

    @Override
    protected void initChannel(SocketChannel socket) {
        socket.pipeline()
                .addLast(IDLE, new IdleStateHandler(0, 0, IDLE_SECONDS))
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(HEAD_BYTES_MAX)
                        .setMaxHeaderSize(HEAD_BYTES_MAX)))
                .addLast(BODY, new JsonErrorAggregator(config.bodyBytesMax()))
                .addLast(HTTP, new HttpHandler(routes, config.tlsInFront()));
    }

    /// Leaves only what speaks WebSocket; the HTTP codec has left by itself.
    static void removeFrom(ChannelPipeline pipeline) {
        for (String name : new String[] {IDLE, BODY, HTTP}) {
            if (pipeline.get(name) != null) {
                pipeline.remove(name);
            }
        }
    }

    /// Says with an error of the protocol, not with an empty page, that a body is too large.
    private static final class JsonErrorAggregator extends HttpObjectAggregator {
        JsonErrorAggregator(int bodyBytesMax) {
            super(bodyBytesMax);
        }

        @Override
        protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
            RestResponse error = HttpHandler.error(ErrorCode.MESSAGE_TOO_LARGE.info(
                    "the body is larger than %d bytes; split it".formatted(maxContentLength())));
            FullHttpResponse response = new DefaultFullHttpResponse(
                    HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(error.status()),
                    Unpooled.wrappedBuffer(error.body()));
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, error.contentType().orElseThrow());
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, error.body().length);
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            error.headers().forEach(header -> response.headers().set(header.name(), header.value()));
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
