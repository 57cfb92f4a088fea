package io.hark.frontend;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import io.hark.rest.RestRequest;
import io.hark.rest.RestResponse;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
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
/// upgrade or an event stream takes the socket over.
final class HttpHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpHandler.class);
    private static final int PIPELINED_MAX = 64;
    private static final int NO_CONTENT = 204;
    private static final Pattern NOT_IN_HEADERS = Pattern.compile("[^ -~]");

    private final HttpRoutes routes;
    private final boolean tlsInFront;
    private final boolean tls;
    private final ArrayDeque<HttpExchange> exchanges = new ArrayDeque<>(2);
    private ChannelHandlerContext context;
    private boolean closing;

    /// Who gets the socket once all that was asked for before is answered.
    private Optional<Taker> taker = Optional.empty();

    private boolean gone;

    /// Value: a request for the socket itself, retained.
    private record Taker(FullHttpRequest http, RestRequest request) {}

    /// @param tlsInFront whether a proxy's word on how the client came is believed
    /// @param tls        whether the socket itself is encrypted
    HttpHandler(HttpRoutes routes, boolean tlsInFront, boolean tls) {
        this.routes = routes;
        this.tlsInFront = tlsInFront;
        this.tls = tls;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext unused, FullHttpRequest http) {
        if (closing) {
            return;
        }
        boolean readable = http.decoderResult().isSuccess();
        RestRequest request = request(http);
        HttpExchange exchange = new HttpExchange(
                this,
                context,
                request,
                readable && HttpUtil.isKeepAlive(http),
                http.method().equals(HttpMethod.HEAD),
                exchanges.isEmpty() && http.protocolVersion().equals(HttpVersion.HTTP_1_1));
        Optional<ErrorInfo> refusal = readable
                ? routes.upgradeRefusal(http, request)
                : Optional.of(malformed(http.decoderResult().cause()));
        if (refusal.isEmpty() && routes.isForSocket(http, request)) {
            closing = true; // What follows on this socket is no HTTP request of ours any more.
            if (exchanges.isEmpty()) {
                routes.takeOver(context, http, request);
            } else {
                taker = Optional.of(new Taker(http.retain(), request));
            }
            return;
        }
        closing = !exchange.keepAlive();
        exchanges.add(exchange);
        if (refusal.isPresent()) {
            exchange.answer(routes.refused(request, refusal.get()));
        } else {
            readOrPause();
            routes.handle(exchange);
        }
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
        String forwarded = tlsInFront ? headers.get("x-forwarded-proto") : null;
        boolean secure = forwarded == null ? tls : isHttps(forwarded);
        String method = request.method().equals(HttpMethod.HEAD)
                ? "GET"
                : request.method().name();
        return RestRequest.of(method, request.uri(), headers, ByteBufUtil.getBytes(request.content()), secure);
    }

    /// Proxies in a row each add how they were reached; the first one was by the client.
    private static boolean isHttps(String forwarded) {
        int comma = forwarded.indexOf(',');
        return (comma < 0 ? forwarded : forwarded.substring(0, comma)).strip().equalsIgnoreCase("https");
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

    /// Sends what is complete and has nothing before it.
    void answerInTurn() {
        if (gone) {
            return;
        }
        while (!exchanges.isEmpty() && exchanges.peek().isComplete()) {
            write(exchanges.poll());
        }
        context.flush();
        if (exchanges.isEmpty() && taker.isPresent()) {
            Taker next = taker.get();
            taker = Optional.empty();
            routes.takeOver(context, next.http(), next.request());
            next.http().release();
        } else {
            readOrPause();
        }
    }

    /// A client that does not read its answers, or asks faster than they can be given, is not read itself.
    private void readOrPause() {
        boolean room = context.channel().isWritable() && exchanges.size() < PIPELINED_MAX;
        context.channel().config().setAutoRead(closing || room);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext unused) {
        readOrPause();
        if (context.channel().isWritable() && !exchanges.isEmpty()) {
            exchanges.peek().watcher().ifPresent(HttpExchange.Watcher::writable);
        }
        context.fireChannelWritabilityChanged();
    }

    private void write(HttpExchange exchange) {
        HttpObject last = exchange.response()
                .<HttpObject>map(response -> whole(exchange, response))
                .orElse(LastHttpContent.EMPTY_LAST_CONTENT);
        if (exchange.keepAlive() && exchange.watcher().isEmpty()) {
            context.write(last, context.voidPromise());
            return;
        }
        ChannelFuture written = context.write(last);
        exchange.watcher()
                .ifPresent(watcher -> written.addListener(done -> {
                    if (!done.isSuccess()) {
                        watcher.lost();
                    }
                }));
        if (!exchange.keepAlive()) {
            LingeringClose.after(written);
        }
    }

    private static FullHttpResponse whole(HttpExchange exchange, RestResponse response) {
        FullHttpResponse http = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                exchange.bodiless() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
        exchange.describe(response, http.headers());
        if (response.status() != NO_CONTENT) {
            http.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        }
        return http;
    }

    @Override
    public void channelInactive(ChannelHandlerContext unused) {
        gone = true;
        exchanges.forEach(exchange -> exchange.watcher().ifPresent(HttpExchange.Watcher::lost));
        exchanges.clear();
        taker.ifPresent(waiting -> waiting.http().release());
        taker = Optional.empty();
        context.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext unused, Object event) throws Exception {
        if (event instanceof IdleStateEvent && exchanges.isEmpty()) {
            context.close();
        } else {
            super.userEventTriggered(context, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext unused, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.debug("HTTP connection ends", cause);
        }
        context.close();
    }
}
