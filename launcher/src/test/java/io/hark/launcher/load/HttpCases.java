package io.hark.launcher.load;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;

/// Makes hostile HTTP traffic: several requests in a row, each valid, damaged in its words or damaged in its
/// bytes.
final class HttpCases {
    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "DELETE", "OPTIONS", "get", "", "G\0T", "PATCH");
    private static final List<String> TARGETS = List.of(
            "/time",
            "/channels/c/messages",
            "/channels/persisted:c/history?limit=2",
            "/channels/c",
            "/channels/c/presence",
            "/channels",
            "/messages",
            "/keys/a.b/requestToken",
            "/health/live",
            "/metrics",
            "/",
            "/index.html",
            "/..%2f..%2fetc/passwd",
            "//",
            "*",
            "http://localhost/time",
            "time",
            "/%",
            "/channels/%ff/messages",
            "/sse?channels=c",
            "/sse?channels=a%0d%0ab",
            "/sse",
            "/event-stream?channels=%5Bx",
            "/ws-up",
            "/comet/connect?v=6&heartbeatInterval=5000",
            "/comet/connect?v=1&stream=false&key=a.b:c",
            "/comet/connect?v=6&format=msgpack&heartbeatInterval=5000&access_token=x",
            "/comet/x/recv?rnd=1",
            "/comet/x/send",
            "/comet//close",
            "/comet/x/y/z",
            "/?v=6",
            "/is-the-internet-up.txt",
            "/dev/config.json",
            "/channels/c/messages?limit=-1&direction=up");
    private static final List<String> HEADERS = List.of(
            "Content-Type: application/json",
            "Content-Type: application/x-msgpack",
            "Content-Type: \u00ff",
            "Accept: application/x-msgpack",
            "Accept: text/event-stream",
            "Origin: https://site",
            "Expect: 100-continue",
            "Expect: 200-ok",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Connection: keep-alive",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Version: 8",
            "Sec-WebSocket-Version: 0",
            "Sec-WebSocket-Key: x",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: gzip",
            "Content-Encoding: gzip",
            "X-Ably-Version: 6",
            "Last-Event-ID: a~b",
            "Cookie: a=b",
            "no colon here",
            ": no name",
            "X-Long: " + "x".repeat(9_000),
            "X-Forwarded-Proto: https",
            "Authorization: Basic !");
    private static final List<String> BODIES = List.of(
            "",
            "{}",
            "{\"name\":\"a\",\"data\":\"b\"}",
            "[",
            "null",
            "\u0000",
            "{\"data\":1e999}",
            "[".repeat(200),
            "5\r\nhello\r\n0\r\n\r\n",
            "zz\r\n",
            "-1\r\n\r\n");

    private final SplittableRandom random;
    private final String authorization;

    HttpCases(String key, long seed) {
        random = new SplittableRandom(seed);
        authorization =
                "Authorization: Basic " + Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Some requests, to be followed by one that is right.
    byte[] next() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = random.nextInt(4); i >= 0; i--) {
            out.writeBytes(request());
        }
        byte[] bytes = out.toByteArray();
        if (random.nextInt(3) == 0) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
        }
        return bytes;
    }

    private byte[] request() {
        String method = random.nextInt(3) == 0 ? pick(METHODS) : random.nextBoolean() ? "GET" : "POST";
        String target = random.nextInt(200) == 0 ? "/" + "x".repeat(5_000) : pick(TARGETS);
        String body = method.equals("GET") ? "" : pick(BODIES);
        StringBuilder request = new StringBuilder(method).append(' ').append(target);
        request.append(random.nextInt(30) == 0 ? " HTTP/9.9" : " HTTP/1.1").append("\r\nHost: localhost\r\n");
        if (random.nextInt(4) != 0) {
            request.append(authorization).append("\r\n");
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            request.append(pick(HEADERS)).append("\r\n");
        }
        if (!body.isEmpty() && random.nextInt(10) != 0) {
            int wrong = random.nextInt(20) == 0 ? random.nextInt(-5, 5) : 0;
            long length = random.nextInt(100) == 0 ? 5_000_000_000L : body.length() + wrong;
            request.append("Content-Length: ").append(length).append("\r\n");
        }
        return request.append("\r\n").append(body).toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private String pick(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }
}
