package io.hark.frontend;

import io.hark.rest.RestRequest;
import io.hark.rest.RestResponse;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Optional;

/// Handle: one HTTP request and what it is answered with, whole or in parts. Any thread, one at a time; what it
/// sends leaves in that order. The answer waits for those of the requests before it on the socket.
final class HttpExchange {
    /// Told, on the socket's loop, what becomes of an answer.
    interface Watcher {
        /// The socket takes more of an answer that is given in parts.
        void writable();

        /// The socket ended before all of the answer was out: the client may have read some of it, or none. Once
        /// at most.
        void lost();
    }

    private final HttpHandler handler;
    private final ChannelHandlerContext context;
    private final RestRequest request;
    private final boolean keepAlive;
    private final boolean bodiless;
    private final boolean canStream;
    private Optional<RestResponse> response = Optional.empty();
    private Optional<Watcher> watcher = Optional.empty();
    private boolean ended;

    /// @param bodiless  whether the client asked for the head of the answer only
    /// @param canStream whether the client understands an answer in parts, and nothing is due before it
    HttpExchange(
            HttpHandler handler,
            ChannelHandlerContext context,
            RestRequest request,
            boolean keepAlive,
            boolean bodiless,
            boolean canStream) {
        this.handler = handler;
        this.context = context;
        this.request = request;
        this.keepAlive = keepAlive;
        this.bodiless = bodiless;
        this.canStream = canStream;
    }

    RestRequest request() {
        return request;
    }

    /// The loop of the socket.
    EventLoop eventLoop() {
        return context.channel().eventLoop();
    }

    /// Whether the answer may be given in parts.
    boolean canStream() {
        return canStream;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    boolean bodiless() {
        return bodiless;
    }

    /// To be called while the request is being handled, on the socket's loop.
    void watch(Watcher newWatcher) {
        watcher = Optional.of(newWatcher);
    }

    Optional<Watcher> watcher() {
        return watcher;
    }

    /// Gives the whole answer.
    void answer(RestResponse whole) {
        onLoop(() -> {
            response = Optional.of(whole);
            handler.answerInTurn();
        });
    }

    /// Starts an answer in parts; only where [#canStream].
    ///
    /// @param start status and headers; its body is not looked at
    void begin(RestResponse start) {
        HttpResponse http = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(start.status()));
        describe(start, http.headers());
        http.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        context.writeAndFlush(http, context.voidPromise());
    }

    /// Sends the next part; the caller keeps to [#isWritable].
    void part(byte[] bytes) {
        context.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)), context.voidPromise());
    }

    /// Ends an answer in parts.
    void end() {
        onLoop(() -> {
            ended = true;
            handler.answerInTurn();
        });
    }

    boolean isWritable() {
        return context.channel().isWritable();
    }

    /// The whole answer, once there is one.
    Optional<RestResponse> response() {
        return response;
    }

    /// Whether nothing is to be added to the answer.
    boolean isComplete() {
        return ended || response.isPresent();
    }

    /// Writes what an answer's headers say of it.
    void describe(RestResponse answer, HttpHeaders headers) {
        answer.contentType().ifPresent(type -> headers.set(HttpHeaderNames.CONTENT_TYPE, type));
        answer.headers().forEach(header -> headers.add(header.name(), header.value()));
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }

    private void onLoop(Runnable action) {
        if (eventLoop().inEventLoop()) {
            action.run();
        } else {
            eventLoop().execute(action);
        }
    }
}
