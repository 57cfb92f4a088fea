package io.hark.launcher.interop;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/// Value: a request, over TLS as far as a node behind a proxy can tell.
record Call(String method, String path, String body, Map<String, String> headers) {
    static final String MSGPACK = "application/x-msgpack";

    Call(String method, String path, String body) {
        this(method, path, body, Map.of("x-forwarded-proto", "https", "x-ably-version", "6"));
    }

    Call header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Call(method, path, body, more);
    }

    Call basic(String key) {
        return header("authorization", "Basic " + base64(key));
    }

    Call bearer(String token) {
        return header("authorization", "Bearer " + token);
    }

    Call anonymous() {
        Map<String, String> fewer = new LinkedHashMap<>(headers);
        fewer.remove("authorization");
        return new Call(method, path, body, fewer);
    }

    /// The same, to be answered in MessagePack.
    Call inMsgpack() {
        return header("accept", MSGPACK);
    }

    Call inTheClear() {
        return header("x-forwarded-proto", "http");
    }

    HttpRequest to(int port) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        if (!body.isEmpty()) {
            request.header("content-type", "application/json");
        }
        return request.build();
    }

    /// @return the answer as text, as JSON where it is MessagePack
    HttpResponse<String> send(HttpClient http, int port) throws IOException, InterruptedException {
        return http.send(
                to(port),
                answer -> HttpResponse.BodySubscribers.mapping(
                        HttpResponse.BodySubscribers.ofByteArray(),
                        isMsgpack(answer.headers()) ? Call::json : Call::text));
    }

    static boolean isMsgpack(HttpHeaders headers) {
        return headers.firstValue("content-type").filter(MSGPACK::equals).isPresent();
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    private static String json(byte[] packed) {
        try {
            Object tree = ProtocolCodec.of(Format.MSGPACK).decodeValue(packed);
            return text(ProtocolCodec.of(Format.JSON).encodeValue(tree));
        } catch (MalformedFrame e) {
            throw new AssertionError("the answer is not the MessagePack that it says it is", e);
        }
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
