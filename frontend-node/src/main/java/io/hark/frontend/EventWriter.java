package io.hark.frontend;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import io.hark.rest.RestRequest;
import io.hark.rest.RestResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Confined: writes events to a chunked HTTP response, framed as Server-Sent Events or as JSON lines.
final class EventWriter {
    /// How events are told apart.
    enum Framing {
        SSE("text/event-stream"),
        JSON_LINES("application/json");

        private final String mediaType;

        Framing(String mediaType) {
            this.mediaType = mediaType;
        }

        static Framing of(RestRequest request) {
            boolean asked =
                    request.header("accept").orElse("").toLowerCase(Locale.ROOT).contains(SSE.mediaType);
            return request.rawPath().equals("/sse") || asked ? SSE : JSON_LINES;
        }
    }

    private static final byte NEWLINE = '\n';

    private final Channel socket;
    private final Framing framing;

    EventWriter(Channel socket, Framing framing) {
        this.socket = socket;
        this.framing = framing;
    }

    void start(RestRequest request) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, framing.mediaType);
        headers.set(HttpHeaderNames.CACHE_CONTROL, "no-cache, no-store, no-transform");
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        headers.set("X-Accel-Buffering", "no");
        allowOrigin(headers, request);
        socket.writeAndFlush(response, socket.voidPromise());
    }

    void refuse(ErrorInfo error, RestRequest request) {
        RestResponse response = HttpHandler.error(error);
        DefaultFullHttpResponse http = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                Unpooled.wrappedBuffer(response.body()));
        http.headers().set(HttpHeaderNames.CONTENT_TYPE, Format.JSON.mediaType());
        http.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
        http.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        response.headers().forEach(header -> http.headers().set(header.name(), header.value()));
        allowOrigin(http.headers(), request);
        LingeringClose.after(socket.writeAndFlush(http));
    }

    private static void allowOrigin(HttpHeaders headers, RestRequest request) {
        request.header("origin").ifPresent(origin -> {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
            headers.set(HttpHeaderNames.VARY, "Origin");
        });
    }

    /// @param json one JSON value, which holds no raw line breaks
    void event(String event, String id, byte[] json) {
        ByteBuf out = socket.alloc().buffer(json.length + id.length() + 64);
        if (framing == Framing.SSE) {
            text(out, "id: " + id + "\nevent: " + event + "\ndata: ");
            out.writeBytes(json);
            text(out, "\n\n");
        } else {
            text(out, "{\"event\":\"" + event + "\",\"id\":\"" + id + "\",\"data\":");
            out.writeBytes(json);
            text(out, "}\n");
        }
        write(out);
    }

    /// @param payload bytes of any kind, given as they are
    void payload(String event, String id, byte[] payload) {
        if (framing == Framing.JSON_LINES) {
            String data = new String(payload, StandardCharsets.UTF_8);
            event(event, id, ProtocolCodec.of(Format.JSON).encodeValue(data));
            return;
        }
        ByteBuf out = socket.alloc().buffer(payload.length + id.length() + 64);
        text(out, "id: " + id + "\nevent: " + event + "\n");
        for (String line : new String(payload, StandardCharsets.UTF_8).split("\r\n|\r|\n", -1)) {
            text(out, "data: " + line + '\n');
        }
        out.writeByte(NEWLINE);
        write(out);
    }

    void error(ErrorInfo error) {
        // The bare error, without the `error` member around it.
        byte[] json = ProtocolCodec.of(Format.JSON).encodeValue(EventWriter.tree(error));
        ByteBuf out = socket.alloc().buffer(json.length + 64);
        text(out, framing == Framing.SSE ? "event: error\ndata: " : "{\"event\":\"error\",\"data\":");
        out.writeBytes(json);
        text(out, framing == Framing.SSE ? "\n\n" : "}\n");
        write(out);
    }

    private static Map<String, Object> tree(ErrorInfo error) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("message", error.message());
        tree.put("code", (long) error.code());
        tree.put("statusCode", (long) error.statusCode());
        tree.put("href", error.href());
        return tree;
    }

    void keepalive(boolean visible) {
        String sse = visible ? "event: heartbeat\ndata: \n\n" : ":keepalive\n\n";
        String line = visible ? "{\"event\":\"heartbeat\"}\n" : "\n";
        ByteBuf out = socket.alloc().buffer(32);
        text(out, framing == Framing.SSE ? sse : line);
        write(out);
    }

    private static void text(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.UTF_8);
    }

    private void write(ByteBuf out) {
        socket.write(new DefaultHttpContent(out), socket.voidPromise());
    }

    void flush() {
        socket.flush();
    }

    boolean isWritable() {
        return socket.isWritable();
    }

    void end() {
        LingeringClose.after(socket.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    }
}
