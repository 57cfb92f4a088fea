package io.hark.frontend;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import io.hark.rest.RestRequest;
import io.hark.rest.RestResponse;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined: one HTTP/1.1 connection. Pipelined requests run at once and are answered in their order; an
/// upgrade or an
/// event
/// stream takes the socket over.
final class HttpHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpHandler.class);
    private static final int PIPELINED_MAX = 64;
    private static final Pattern NOT_IN_HEADERS = Pattern.compile("[^ -~]");

    private final HttpRoutes routes;
    private final boolean tlsInFront;
    private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>(2);
    private boolean closing;

    HttpHandler(HttpRoutes routes, boolean tlsInFront) {
        this.routes = routes;
        this.tlsInFront = tlsInFront;
    }

    /// One request and, once it is there, its answer.
    private static final class Exchange {
        private final boolean keepAlive;
        private final boolean head;
        private Optional<RestResponse> response = Optional.empty();

        Exchange(boolean keepAlive, boolean head) {
            this.keepAlive = keepAlive;
            this.head = head;
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (closing) {
            return;
        }
        boolean keepAlive =
                HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        Exchange exchange = new Exchange(keepAlive, request.method().equals(HttpMethod.HEAD));
        if (!request.decoderResult().isSuccess()) {
            closing = true;
            exchanges.add(exchange);
            answer(context, exchange, error(malformed(request.decoderResult().cause())));
            return;
        }
        RestRequest rest = request(request);
        Optional<ErrorInfo> refusal = routes.upgradeRefusal(request, rest);
        if (refusal.isPresent()) {
            closing = !keepAlive;
            exchanges.add(exchange);
            answer(context, exchange, error(refusal.get()));
            return;
        }
        if (exchanges.isEmpty() && routes.takeOver(context, request, rest)) {
            closing = true; // What follows on this socket is no HTTP request of ours any more.
            return;
        }
        closing = !keepAlive;
        exchanges.add(exchange);
        readOrPause(context);
        routes.handle(rest)
                .whenComplete((response, failure) -> context.executor()
                        .execute(() -> answer(context, exchange, failure == null ? response : failed(rest, failure))));
    }

    private static ErrorInfo malformed(Throwable cause) {
        return cause instanceof TooLongHttpContentException
                ? ErrorCode.MESSAGE_TOO_LARGE.info(cause.getMessage())
                : ErrorCode.BAD_REQUEST.info("not a valid HTTP request");
    }

    private RestRequest request(FullHttpRequest request) {
        Map<String, String> headers = new HashMap<>();
        request.headers()
                .forEach(header -> headers.merge(
                        header.getKey().toLowerCase(Locale.ROOT),
                        header.getValue(),
                        (first, next) -> first + "," + next));
        boolean secure = tlsInFront && "https".equals(headers.get("x-forwarded-proto"));
        String method = request.method().equals(HttpMethod.HEAD)
                ? "GET"
                : request.method().name();
        return RestRequest.of(method, request.uri(), headers, ByteBufUtil.getBytes(request.content()), secure);
    }

    private static RestResponse failed(RestRequest request, Throwable failure) {
        LOG.error("{} failed", request, failure);
        return error(ErrorCode.INTERNAL.info());
    }

    static RestResponse error(ErrorInfo error) {
        return new RestResponse(
                error.statusCode(),
                Optional.of(Format.JSON.mediaType()),
                ProtocolCodec.of(Format.JSON).encodeError(error),
                List.of(
                        new RestResponse.Header("X-Ably-Errorcode", Integer.toString(error.code())),
                        new RestResponse.Header("X-Ably-Errormessage", headerText(error.message()))));
    }

    /// The text may quote the client, who must not write headers of its own.
    private static String headerText(String text) {
        return NOT_IN_HEADERS.matcher(text).replaceAll("?");
    }

    private void answer(ChannelHandlerContext context, Exchange exchange, RestResponse response) {
        exchange.response = Optional.of(response);
        while (!exchanges.isEmpty() && exchanges.peek().response.isPresent()) {
            Exchange next = exchanges.poll();
            write(context, next, next.response.get());
        }
        context.flush();
        readOrPause(context);
    }

    /// A client that does not read its answers, or asks faster than they can be given, is not read itself.
    private void readOrPause(ChannelHandlerContext context) {
        boolean room = context.channel().isWritable() && exchanges.size() < PIPELINED_MAX;
        context.channel().config().setAutoRead(closing || room);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        readOrPause(context);
        context.fireChannelWritabilityChanged();
    }

    private static void write(ChannelHandlerContext context, Exchange exchange, RestResponse response) {
        FullHttpResponse http = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                exchange.head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
        response.contentType().ifPresent(type -> http.headers().set(HttpHeaderNames.CONTENT_TYPE, type));
        response.headers().forEach(header -> http.headers().add(header.name(), header.value()));
        http.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        if (!exchange.keepAlive) {
            http.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            LingeringClose.after(context.write(http));
        } else {
            context.write(http, context.voidPromise());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof IdleStateEvent && exchanges.isEmpty()) {
            context.close();
        } else {
            super.userEventTriggered(context, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.debug("HTTP connection ends", cause);
        }
        context.close();
    }
}
