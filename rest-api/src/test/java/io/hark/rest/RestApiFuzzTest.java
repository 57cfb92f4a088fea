package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Whatever comes in, what goes out is a response that clients can read, and never a fault of our own.
class RestApiFuzzTest {
    private static final int CASES = 20_000;
    private static final long SEED = 20261122L;

    private static final List<String> SEGMENTS = List.of(
            "channels",
            "messages",
            "history",
            "presence",
            "keys",
            "requestToken",
            "apps",
            "time",
            "c",
            "persisted:c",
            "%5Bmeta%5Dlog",
            "%5B",
            "a%2Fb",
            "%",
            "%ff",
            "",
            "is-the-internet-up.txt",
            "[?rewind=1]c",
            "%00",
            "é");
    private static final List<String> METHODS = List.of("DELETE", "OPTIONS", "PUT", "get", "");
    private static final List<String> ROUTES = List.of(
            "GET /time",
            "GET /channels/c/messages",
            "GET /channels/persisted:c/history",
            "GET /channels/c/presence",
            "GET /channels/c/presence/history",
            "GET /channels/c",
            "GET /channels",
            "GET /presence?channels=c,d",
            "POST /channels/c/messages",
            "POST /channels/persisted:c/messages",
            "POST /messages",
            "GET /chat/v4/rooms/r/messages",
            "GET /chat/v3/rooms/r/messages/01700000000000-000@eu.1.1:000",
            "POST /chat/v4/rooms/r/messages",
            "PUT /chat/v4/rooms/r/messages/01700000000000-000@eu.1.1:000",
            "POST /chat/v2/rooms/r/messages/01700000000000-000@eu.1.1:000/delete",
            "POST /chat/v4/rooms/r/messages/01700000000000-000@eu.1.1:000/reactions",
            "DELETE /chat/v4/rooms/r/messages/01700000000000-000@eu.1.1:000/reactions?type=distinct",
            "POST /apps",
            "POST /keys/a.b/requestToken");
    private static final List<String> PARAMS = List.of(
            "limit",
            "start",
            "end",
            "direction",
            "cursor",
            "from_serial",
            "fromSerial",
            "by",
            "prefix",
            "clientId",
            "connectionId",
            "channels",
            "separator",
            "format",
            "envelope",
            "v",
            "enveloped",
            "ephemeral",
            "name",
            "messageId",
            "encoding",
            "connectionKey",
            "orderBy",
            "idempotencyKey",
            "forClientId",
            "_forceNack",
            "key",
            "accessToken");
    private static final List<String> VALUES = List.of(
            "",
            "0",
            "1",
            "2",
            "1000",
            "1001",
            "-1",
            "99999999999999999999",
            "forwards",
            "backwards",
            "id",
            "value",
            "json",
            "msgpack",
            "html",
            "false",
            "true",
            "a,b,[c",
            "1-0",
            "3-1",
            "YQ",
            "MTpjOjA6MA",
            "%",
            "%0d%0a",
            "\uD83D\uDE00",
            "%ed%a0%80",
            "01700000000000-000@eu.1.1:000",
            "x");
    private static final List<String> TYPES = List.of(
            "application/json",
            "application/json; charset=utf-8",
            "application/x-msgpack",
            "text/plain",
            "application/octet-stream",
            "application/x-www-form-urlencoded",
            "image/png",
            ";",
            "");
    private static final List<String> HEADERS = List.of(
            "x-ably-version",
            "x-ably-clientid",
            "x-ably-messageid",
            "x-ably-name",
            "x-ably-encoding",
            "x-ably-connectionkey",
            "accept",
            "origin",
            "access-control-request-headers",
            "authorization");
    private static final List<String> HEADER_VALUES = List.of(
            "",
            "1",
            "6",
            "2",
            "1.2",
            "x",
            "YW5u",
            "?",
            "*/*",
            "application/x-msgpack",
            "application/json;q=0.5,*/*",
            "application/x-msgpack;q=NaN",
            ",;=",
            "https://site",
            "a\r\nb: c",
            "\u20ac",
            "Basic",
            "Basic !",
            "Bearer a.b.c");
    private static final List<String> FIELDS = List.of(
            "id",
            "name",
            "data",
            "encoding",
            "clientId",
            "connectionKey",
            "extras",
            "action",
            "serial",
            "version",
            "timestamp",
            "annotations",
            "channels",
            "messages",
            "text",
            "metadata",
            "headers",
            "message",
            "type",
            "count",
            "keyName",
            "capability",
            "mac",
            "keys",
            "namespaces");
    private static final List<String> BODIES = List.of(
            "",
            "{",
            "[",
            "null",
            "3",
            "\"x\"",
            "{}",
            "[]",
            "[{}]",
            "{\"data\":\"x\"}",
            "{\"id\":\"a\"}",
            "[{\"id\":\"b:0\"},{\"id\":\"b:1\"}]",
            "{\"data\":{\"a\":[1,null,1.5]}}",
            "{\"channels\":[\"a\",\"b\"],\"messages\":{}}",
            "[{\"channels\":\"a\",\"messages\":[{\"data\":\"\\ud800\"}]}]",
            "{\"text\":\"x\",\"metadata\":{\"a\":[{}]},\"headers\":{\"h\":null}}",
            "{\"message\":{\"text\":\"\ud800\"},\"metadata\":{\"k\":\"v\"}}",
            "{\"type\":\"multiple\",\"name\":\"x\",\"count\":1e3}",
            "{\"keys\":[{}]}",
            "{\"data\":1e999}",
            "a=b&data=%7B%7D",
            "{\"extras\":{\"headers\":{\"a\":1e400}}}",
            "[".repeat(40) + "]".repeat(40));

    private final Random random = new Random(SEED);
    private final Map<Integer, Integer> answersByStatus = new TreeMap<>();
    private TestServer server = new TestServer();

    @Test
    void everyAnswerIsWellFormedAndNoneIsOurFault() {
        for (int i = 0; i < CASES; i++) {
            if (i % 1_000 == 0) {
                server = new TestServer();
                server.enter("c", "conn", "ann", "bob");
            }
            RestRequest request = request();
            TestResponse response = TestResponse.of(server.api.handle(request));
            answersByStatus.merge(response.status(), 1, Integer::sum);
            try {
                check(request, response);
            } catch (AssertionError e) {
                throw new AssertionError(
                        "seed %d, case %d: %s %s %s %s -> %s"
                                .formatted(
                                        SEED,
                                        i,
                                        request,
                                        request.query(),
                                        request.headers(),
                                        new String(request.body(), StandardCharsets.UTF_8),
                                        response),
                        e);
            }
            server.now += random.nextInt(50);
        }
        // Cases that reach nothing would show nothing.
        assertThat(answersByStatus.keySet()).contains(200, 201, 204, 400, 401, 404, 405);
        assertThat(answersByStatus.get(200) + answersByStatus.get(201)).isGreaterThan(CASES / 10);
    }

    private void check(RestRequest request, TestResponse response) {
        assertThat(response.status()).isBetween(200, 499);
        response.raw().headers().forEach(header -> {
            assertThat(header.name()).matches("[A-Za-z-]+");
            assertThat(header.value()).matches("[ -~]*");
        });
        response.headers("Link").forEach(link -> assertThat(link).matches("<\\./\\w+\\?[^<>\"\\s,]+>; rel=\"\\w+\""));
        if (response.status() == 204) {
            assertThat(response.raw().body()).isEmpty();
        } else if (!response.raw().contentType().orElseThrow().equals("text/plain")) {
            Object body = response.body();
            boolean enveloped = response.status() == 200
                    && request.query().containsKey("envelope")
                    && body instanceof Map<?, ?> map
                    && map.containsKey("statusCode");
            Object inner = enveloped ? ((Map<?, ?>) body).get("response") : body;
            int status = enveloped ? ((Long) ((Map<?, ?>) body).get("statusCode")).intValue() : response.status();
            assertThat(status).isBetween(200, 499);
            if (status >= 400) {
                Map<?, ?> error = (Map<?, ?>) ((Map<?, ?>) inner).get("error");
                assertThat(error.get("statusCode")).isEqualTo((long) status);
                assertThat((Long) error.get("code")).isBetween(40_000L, 99_999L);
                assertThat((String) error.get("message")).isNotEmpty();
            }
        }
    }

    private RestRequest request() {
        Map<String, String> headers = new HashMap<>();
        if (chance(90)) {
            headers.put(
                    "authorization",
                    "Basic "
                            + TestServer.base64(server.key(chance(75) ? 0 : random.nextInt(4))
                                    .text()));
        }
        headers.put("content-type", one(TYPES));
        if (chance(50)) {
            headers.put("x-ably-version", one(List.of("6", "2")));
        }
        for (int i = chance(50) ? 0 : random.nextInt(4); i > 0; i--) {
            headers.put(one(HEADERS), one(HEADER_VALUES));
        }
        String route = chance(80) ? one(ROUTES) : "GET " + path();
        int space = route.indexOf(' ');
        String method = chance(90) ? route.substring(0, space) : one(METHODS);
        return RestRequest.of(method, withParams(route.substring(space + 1)), headers, body(headers), chance(95));
    }

    private String path() {
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            path.append('/').append(one(SEGMENTS));
        }
        return path.toString();
    }

    private String withParams(String path) {
        StringBuilder target = new StringBuilder(path);
        char separator = path.indexOf('?') < 0 ? '?' : '&';
        for (int i = chance(50) ? 0 : random.nextInt(4); i > 0; i--) {
            target.append(separator).append(one(PARAMS)).append('=').append(one(VALUES));
            separator = '&';
        }
        return target.toString();
    }

    private byte[] body(Map<String, String> headers) {
        byte[] bytes;
        if (headers.get("content-type").equals(Format.MSGPACK.mediaType()) && chance(80)) {
            bytes = ProtocolCodec.of(Format.MSGPACK).encodeValue(tree(3));
        } else if (chance(50)) {
            bytes = ProtocolCodec.of(Format.JSON).encodeValue(tree(3));
        } else {
            bytes = one(BODIES).getBytes(StandardCharsets.UTF_8);
        }
        if (bytes.length > 0 && chance(20)) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private Object tree(int depth) {
        return switch (random.nextInt(depth > 0 ? 10 : 6)) {
            case 0 -> one(VALUES);
            case 1 -> random.nextLong();
            case 2 -> random.nextDouble();
            case 3 -> random.nextBoolean();
            case 4 -> new byte[] {1, 2, 3};
            case 5 -> null;
            case 6 ->
                Stream.generate(() -> tree(depth - 1)).limit(random.nextInt(4)).toList();
            default -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    map.put(one(FIELDS), chance(50) ? one(VALUES) : tree(depth - 1));
                }
                yield map;
            }
        };
    }

    private <T> T one(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
