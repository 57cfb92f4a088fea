package io.hark.frontend;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.rest.RestApi;
import io.hark.rest.RestRequest;
import io.hark.rest.RestResponse;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: which part of the node answers an HTTP request.
final class HttpRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRoutes.class);

    private final RestApi rest;
    private final Function<RestRequest, Optional<CompletionStage<RestResponse>>> nodePages;
    private final Realtime realtime;
    private final Comet comet;

    /// @param nodePages answers for the node itself: health, metrics, the quickstart page
    HttpRoutes(
            RestApi rest, Function<RestRequest, Optional<CompletionStage<RestResponse>>> nodePages, Realtime realtime) {
        this.rest = rest;
        this.nodePages = nodePages;
        this.realtime = realtime;
        this.comet = realtime.comet(rest);
    }

    /// Why a request for a WebSocket cannot have one; empty also when it is none.
    Optional<ErrorInfo> upgradeRefusal(FullHttpRequest request, RestRequest rest) {
        return isUpgrade(request, rest) ? realtime.upgradeRefusal(request, rest) : Optional.empty();
    }

    private static boolean isUpgrade(FullHttpRequest request, RestRequest rest) {
        return request.method().equals(HttpMethod.GET)
                && request.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    /// Whether a WebSocket or an event stream is to have the socket.
    boolean isForSocket(FullHttpRequest request, RestRequest rest) {
        if (isUpgrade(request, rest)) {
            return Realtime.isPlaceForWebSockets(rest);
        }
        return realtime.refusal().isEmpty() && request.method().equals(HttpMethod.GET) && isPlaceForStreams(rest);
    }

    /// Lets it have the socket, on which nothing is due any more.
    void takeOver(ChannelHandlerContext context, FullHttpRequest request, RestRequest rest) {
        if (isUpgrade(request, rest)) {
            realtime.upgrade(context, request, rest);
        } else {
            realtime.stream(context, rest);
        }
    }

    private static boolean isPlaceForStreams(RestRequest request) {
        return request.rawPath().equals("/sse") || request.rawPath().equals("/event-stream");
    }

    /// The answer to a request that gets no further than its socket.
    RestResponse refused(RestRequest request, ErrorInfo error) {
        return rest.refuse(request, error);
    }

    /// Has the request answered, now or later.
    void handle(HttpExchange exchange) {
        RestRequest request = exchange.request();
        Optional<CompletionStage<RestResponse>> page = nodePages.apply(request);
        if (page.isEmpty() && Comet.isPlaceFor(request)) {
            comet.handle(exchange);
            return;
        }
        if (page.isEmpty() && isBesideStreams(exchange)) {
            exchange.answer(besideStream(request));
            return;
        }
        page.orElseGet(() -> answer(request)).whenComplete((response, failure) -> {
            if (failure != null) {
                exchange.answer(failed(request, failure));
            } else if (!exchange.bodiless() && Gzip.suits(request, response)) {
                // Not here: the thread may be that of a channel's owner, or an event loop.
                Thread.startVirtualThread(() -> exchange.answer(Gzip.packed(response)));
            } else {
                exchange.answer(response);
            }
        });
    }

    /// Whether it is for the place of streams, and opens none.
    private static boolean isBesideStreams(HttpExchange exchange) {
        boolean opens = exchange.request().method().equals("GET") && !exchange.bodiless();
        return isPlaceForStreams(exchange.request()) && !opens;
    }

    /// Browsers ask before they open a stream with credentials in a header.
    private RestResponse besideStream(RestRequest request) {
        return request.method().equals("OPTIONS")
                ? rest.preflight(request)
                : rest.refuse(
                        request,
                        ErrorCode.METHOD_NOT_ALLOWED.info("an event stream is opened by GET, on " + request.rawPath()));
    }

    private CompletionStage<RestResponse> answer(RestRequest request) {
        return realtime.refusal()
                .<CompletionStage<RestResponse>>map(
                        error -> CompletableFuture.completedStage(rest.refuse(request, error)))
                .orElseGet(() -> rest.handle(request));
    }

    private static RestResponse failed(RestRequest request, Throwable failure) {
        LOG.error("{} failed", request, failure);
        return HttpHandler.error(ErrorCode.INTERNAL.info());
    }
}
