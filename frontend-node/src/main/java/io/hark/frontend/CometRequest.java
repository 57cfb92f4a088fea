package io.hark.frontend;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.rest.RestApi;
import io.hark.rest.RestResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Confined to the loop of its connection: one request of a comet client, and how it is answered.
final class CometRequest {
    private static final byte[] NOTHING = {};

    private final HttpExchange exchange;
    private final RestApi rest;
    private boolean begun;
    private boolean carried;

    CometRequest(HttpExchange exchange, RestApi rest) {
        this.exchange = exchange;
        this.rest = rest;
    }

    /// What SDKs in browsers give each request of its own. One that comes again with the same is one that a browser
    /// repeats by itself, as it does when a socket ends before the answer.
    Optional<String> nonce() {
        return exchange.request().param("rnd");
    }

    boolean canStream() {
        return exchange.canStream();
    }

    boolean isWritable() {
        return exchange.isWritable();
    }

    /// Whether messages are in its answer, so that they are lost with it.
    boolean hasCarried() {
        return carried;
    }

    /// Whether its answer is being given in parts.
    boolean hasBegun() {
        return begun;
    }

    /// Done, and nothing to say.
    void done() {
        exchange.answer(rest.answer(exchange.request(), 204, Optional.empty(), NOTHING));
    }

    void refuse(ErrorInfo error) {
        exchange.answer(rest.refuse(exchange.request(), error));
    }

    /// Answers with an array of frames.
    ///
    /// @param carries whether there are any in it
    void frames(int status, Format format, byte[] array, boolean carries) {
        carried = carries;
        exchange.answer(rest.answer(exchange.request(), status, Optional.of(format.mediaType()), array));
    }

    /// Starts an answer in parts. Clients want to see its head at once.
    void begin(Format format) {
        RestResponse plain = rest.answer(exchange.request(), 200, Optional.of(format.mediaType()), NOTHING);
        List<RestResponse.Header> headers = new ArrayList<>(plain.headers());
        // Else some proxies keep parts to themselves until there are more.
        headers.add(new RestResponse.Header("X-Accel-Buffering", "no"));
        begun = true;
        exchange.begin(new RestResponse(plain.status(), plain.contentType(), NOTHING, headers));
    }

    void part(byte[] line) {
        carried = true;
        exchange.part(line);
    }

    void end() {
        exchange.end();
    }
}
