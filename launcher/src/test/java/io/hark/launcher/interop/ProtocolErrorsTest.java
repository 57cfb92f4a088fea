package io.hark.launcher.interop;

import static io.hark.launcher.interop.ErrorsNode.ATTACHED;
import static io.hark.launcher.interop.ErrorsNode.CHANNELS_MAX;
import static io.hark.launcher.interop.ErrorsNode.CONNECTED;
import static io.hark.launcher.interop.ErrorsNode.DISCONNECTED;
import static io.hark.launcher.interop.ErrorsNode.ERROR;
import static io.hark.launcher.interop.ErrorsNode.HTTP;
import static io.hark.launcher.interop.ErrorsNode.MESSAGES_MAX;
import static io.hark.launcher.interop.ErrorsNode.NACK;
import static io.hark.launcher.interop.ErrorsNode.attach;
import static io.hark.launcher.interop.ErrorsNode.heard;
import static io.hark.launcher.interop.ErrorsNode.json;
import static io.hark.launcher.interop.ErrorsNode.message;
import static io.hark.launcher.interop.ErrorsNode.told;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hark.launcher.interop.ErrorsNode.Row;
import io.hark.launcher.interop.ErrorsNode.Told;
import io.hark.protocol.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/// Every code that is not for credentials, each by a request, a frame or a stream that brings it about.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProtocolErrorsTest {
    private static final String SECRET = "a secret that all regions share";
    private static final String MESSAGES = "/channels/plain/messages";
    private static final String CHANGEABLE = "/channels/mutable:a/messages";
    private static final String SERIAL = "01726585978590-001@local.1.4711:000";
    private static final String DATA = "{'data':'x'}";

    private static ErrorsNode node;

    @BeforeAll
    static void start() throws Exception {
        node = ErrorsNode.start();
    }

    @AfterAll
    static void stop() throws Exception {
        node.close();
    }

    private static Stream<DynamicTest> tests(Stream<Row> rows) {
        return rows.map(
                row -> DynamicTest.dynamicTest("%d %s".formatted(row.code().code(), row.what()), row::check));
    }

    private static Row http(ErrorCode code, String what, Call call) {
        return new Row(HTTP, code, what, () -> node.refused(call));
    }

    /// Of what is answered in JSON whatever the client likes: before a stream.
    private static Row inJson(ErrorCode code, String what, Call call) {
        return new Row(HTTP, code, what, () -> told(node.send(call)));
    }

    /// @param first what is done before
    private static Row http(ErrorCode code, String what, Call first, Call call) {
        return new Row(HTTP, code, what, () -> {
            node.answer(first);
            return node.refused(call);
        });
    }

    private static Row frames(int carrier, ErrorCode code, String what, String... frames) {
        return new Row(carrier, code, what, () -> heard(node.open("v=6"), frames));
    }

    private static Row nack(ErrorCode code, String what, String... frames) {
        return frames(NACK, code, what, frames);
    }

    private static Row publish(ErrorCode code, String what, String message) {
        return nack(code, what, message("plain", message));
    }

    private static Row opening(int carrier, ErrorCode code, String what, String query) {
        return new Row(carrier, code, what, () -> heard(node.open(query)));
    }

    private static String several(int count) {
        return IntStream.range(0, count).mapToObj(i -> DATA).collect(Collectors.joining(","));
    }

    private static String enter(String channel, int msgSerial, String entry) {
        return json("{'action':14,'channel':'%s','msgSerial':%d,'presence':[%s]}".formatted(channel, msgSerial, entry));
    }

    @TestFactory
    Stream<DynamicTest> overHttp() {
        return tests(Stream.of(
                http(ErrorCode.BAD_REQUEST, "a path that is not UTF-8", node.get("/channels/%ff/messages")),
                http(ErrorCode.INVALID_BODY, "a body that is not JSON", node.post(MESSAGES, "{")),
                http(ErrorCode.INVALID_PARAMETER_VALUE, "pages of nothing", node.get(MESSAGES + "?limit=0")),
                http(
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "a change of what is no message",
                        new Call("PATCH", CHANGEABLE + "/none", json("{'action':1}")).basic(node.key())),
                http(ErrorCode.MESSAGE_TOO_LARGE, "a body too large", node.post(MESSAGES, "x".repeat((2 << 20) + 1))),
                http(ErrorCode.INVALID_CHANNEL_NAME, "a channel :hell", node.post("/channels/:hell/messages", DATA)),
                http(ErrorCode.PAGE_NO_LONGER_VALID, "a cursor of no page", node.get(MESSAGES + "?cursor=none")),
                http(ErrorCode.INVALID_MESSAGE_DATA, "data that is a number", node.post(MESSAGES, "{'data':1}")),
                http(ErrorCode.INVALID_MESSAGE_NAME, "a name that is a number", node.post(MESSAGES, "{'name':1}")),
                http(
                        ErrorCode.BATCH_ERROR,
                        "a batch for one channel that is none",
                        node.post("/messages", "{'channels':['plain','[none'],'messages':%s}".formatted(DATA))
                                .header("x-ably-version", "2")),
                http(ErrorCode.INVALID_PUBLISH, "a publish of nothing", node.post(MESSAGES, "[]")),
                http(ErrorCode.INVALID_MESSAGE_ID, "an empty id", node.post(MESSAGES, "{'id':'','data':'x'}")),
                http(
                        ErrorCode.INVALID_MESSAGE_ID,
                        "ids that do not count",
                        node.post(MESSAGES, "[{'id':'a:0','data':'x'},{'id':'a:2','data':'x'}]")),
                http(ErrorCode.INVALID_EXTRAS, "unknown extras", node.post(MESSAGES, "{'extras':{'none':1}}")),
                http(
                        ErrorCode.TOO_MANY_MESSAGES,
                        "too many messages",
                        node.post(MESSAGES, "[%s]".formatted(several(MESSAGES_MAX + 1)))),
                http(ErrorCode.FORCED_NACK, "an error to order", node.post(MESSAGES + "?_forceNack=true", DATA)),
                http(
                        ErrorCode.ANONYMOUS_OWNS_NOTHING,
                        "a change of one's own by nobody",
                        node.byPublisher("PATCH", CHANGEABLE + "/" + SERIAL, "{'action':1,'data':'y'}")),
                http(
                        ErrorCode.MUTABLE_MESSAGES_NOT_ENABLED,
                        "a change where messages do not",
                        new Call("PATCH", MESSAGES + "/" + SERIAL, json("{'action':1}")).basic(node.key())),
                http(ErrorCode.NOT_FOUND, "a path to nothing", node.get("/nothing")),
                http(ErrorCode.NOT_FOUND, "a message that is none", node.get(CHANGEABLE + "/" + SERIAL)),
                http(
                        ErrorCode.METHOD_NOT_ALLOWED,
                        "a DELETE of the time",
                        new Call("DELETE", "/time", "").basic(node.key())),
                http(ErrorCode.METHOD_NOT_ALLOWED, "comet by POST", node.post("/comet/connect?v=6", "{}")),
                http(ErrorCode.UNKNOWN_CONNECTION, "comet of nobody", node.get("/comet/nobody/recv")),
                http(ErrorCode.ATTACH_POINT_EXPIRED, "a place unknown", node.get(MESSAGES + "?fromSerial=none")),
                inJson(ErrorCode.INVALID_PARAMETER_VALUE, "a stream of nothing", node.get("/sse?v=1.2")),
                inJson(ErrorCode.INVALID_CHANNEL_NAME, "a stream of :hell", node.get("/sse?v=1.2&channels=:hell")),
                inJson(ErrorCode.TOO_MANY_CHANNELS, "a stream of many", node.get("/sse?v=1.2&channels=a,b,c,d")),
                new Row(
                        HTTP,
                        ErrorCode.BAD_REQUEST,
                        "a Content-Length that is none",
                        () -> node.told("POST /time HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n")),
                new Row(
                        HTTP,
                        ErrorCode.INVALID_HEADER,
                        "a WebSocket of an older version",
                        () -> node.told("GET /?v=6 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                                + "Connection: Upgrade\r\nSec-WebSocket-Version: 8\r\n\r\n"))));
    }

    @TestFactory
    Stream<DynamicTest> onObjects() {
        String counter = "{'path':'%s','counterCreate':{'count':1}}";
        String text = "{'path':'','mapSet':{'key':'%s','value':{'string':'" + "x".repeat(40_000) + "'}}}";
        return tests(Stream.of(
                http(ErrorCode.OBJECT_INVALID, "an operation that is two", node.post("/channels/o/object", """
                    {'path':'','mapSet':{'key':'a','value':{'number':1}},'counterInc':{'number':1}}\
                    """)),
                http(
                        ErrorCode.OBJECTS_TOO_LARGE,
                        "more than a channel holds",
                        node.post("/channels/large/object", text.formatted("a")),
                        node.post("/channels/large/object", text.formatted("b"))),
                http(ErrorCode.OBJECT_NOT_FOUND, "an object that is none", node.get("/channels/o/object/map:a@1")),
                http(
                        ErrorCode.OBJECT_PATH_EMPTY,
                        "a path to nothing",
                        node.post("/channels/o/object", "{'path':'none','counterInc':{'number':1}}")),
                http(
                        ErrorCode.OBJECT_TARGET_MISSING,
                        "an operation on nothing",
                        node.post("/channels/o/object", "{'counterInc':{'number':1}}")),
                http(
                        ErrorCode.OBJECT_PATH_UNSUITABLE,
                        "a map that is a counter",
                        node.post("/channels/o/object", counter.formatted("counter")),
                        node.post("/channels/o/object", "{'path':'counter','mapRemove':{'key':'a'}}")),
                new Row(HTTP, ErrorCode.OBJECT_DELETED, "an object that was deleted", () -> {
                    String id = node.answer(node.post("/channels/o/object", counter.formatted("gone")))
                            .getAsJsonObject()
                            .getAsJsonArray("objectIds")
                            .get(0)
                            .getAsString();
                    node.answer(node.post("/channels/o/object", "{'objectId':'%s','objectDelete':{}}".formatted(id)));
                    return node.refused(node.post(
                            "/channels/o/object", "{'objectId':'%s','counterInc':{'number':1}}".formatted(id)));
                }),
                nack(ErrorCode.OBJECT_INVALID, "an operation without an action", json("""
                    {'action':19,'channel':'o','msgSerial':0,'state':[{'operation':{}}]}\
                    """)),
                new Row(
                        NACK,
                        ErrorCode.OPERATION_NEEDS_NEWER_SDK,
                        "an operation by an old client",
                        () -> heard(
                                node.open("v=5"),
                                json("{'action':19,'channel':'o','msgSerial':0,'state':["
                                        + "{'operation':{'action':5,'objectId':'counter:a@1'}}]}"))),
                new Row(
                        ERROR,
                        ErrorCode.OPERATION_NEEDS_NEWER_SDK,
                        "modes of objects for an old client",
                        () -> heard(node.open("v=5"), attach("o", ",'params':{'modes':'object_publish'}")))));
    }

    @TestFactory
    Stream<DynamicTest> onConnections() {
        return tests(Stream.of(
                opening(ERROR, ErrorCode.UNSUPPORTED_PROTOCOL_VERSION, "a version that is none", "v=new"),
                opening(ERROR, ErrorCode.SDK_TOO_OLD, "an old client", "v=1"),
                opening(CONNECTED, ErrorCode.INVALID_CONNECTION_KEY, "a key that is none", "v=6&resume=none"),
                new Row(CONNECTED, ErrorCode.CONNECTION_STATE_LOST, "a connection that was closed", () -> {
                    String key;
                    try (JsonSocket socket = node.open("v=6")) {
                        key = connectionKey(socket);
                        socket.send(json("{'action':7}"));
                        socket.await(8);
                    }
                    return heard(node.open("v=6&resume=" + key));
                }),
                new Row(DISCONNECTED, ErrorCode.DISCONNECTED, "a transport that another replaced", () -> {
                    JsonSocket older = node.open("v=6");
                    try (JsonSocket newer = node.open("v=6&resume=" + connectionKey(older))) {
                        newer.await(CONNECTED);
                        return heard(older);
                    }
                }),
                frames(DISCONNECTED, ErrorCode.PROTOCOL_ERROR, "what is no frame", "none"),
                frames(
                        DISCONNECTED,
                        ErrorCode.INVALID_TOKEN,
                        "a new token that is none",
                        json("{'action':17,'auth':1}")),
                frames(DISCONNECTED, ErrorCode.MESSAGE_TOO_LARGE, "a frame too large", "x".repeat((512 << 10) + 1)),
                new Row(HTTP, ErrorCode.PROTOCOL_ERROR, "what is no frame, over comet", () -> {
                    String connection = "/comet/%s/send".formatted(node.comet());
                    return told(node.send(node.post(connection, "{}")));
                }),
                new Row(HTTP, ErrorCode.TRANSPORT_SUPERSEDED, "a comet that another replaced", () -> {
                    String key = node.comet();
                    try (JsonSocket newer = node.open("v=6&resume=" + key)) {
                        newer.await(CONNECTED);
                        String recv = "/comet/%s/recv".formatted(key);
                        HttpResponse<String> response = node.send(node.get(recv));
                        while (response.statusCode() == 200) {
                            response = node.send(node.get(recv));
                        }
                        return told(response);
                    }
                }),
                new Row(HTTP, ErrorCode.DISCONNECTED, "an answer that is asked for twice", () -> {
                    String key = node.comet();
                    node.send(node.post("/comet/%s/send".formatted(key), "[{'action':0,'id':'a'}]"));
                    String recv = "/comet/%s/recv?rnd=1".formatted(key);
                    node.answer(node.get(recv));
                    return told(node.send(node.get(recv)));
                }),
                new Row(HTTP, ErrorCode.OVERLOADED, "a client that asks and does not listen", () -> {
                    String heartbeat = "[{'action':0,'id':'%s'}]".formatted("x".repeat(ErrorsNode.OUTBOUND_BYTES_MAX));
                    Call ask = node.post("/comet/%s/send".formatted(node.comet()), heartbeat);
                    CompletableFuture<HttpResponse<String>> refused = new CompletableFuture<>();
                    for (int i = 0; i < 40; i++) {
                        node.later(ask).thenAccept(response -> {
                            if (response.statusCode() >= 400) {
                                refused.complete(response);
                            }
                        });
                    }
                    return told(refused.get(20, TimeUnit.SECONDS));
                })));
    }

    private static String connectionKey(JsonSocket socket) throws InterruptedException {
        return socket.await(CONNECTED)
                .getAsJsonObject("connectionDetails")
                .get("connectionKey")
                .getAsString();
    }

    @TestFactory
    Stream<DynamicTest> onAttaching() {
        return tests(Stream.of(
                frames(ERROR, ErrorCode.INVALID_CHANNEL_NAME, "a channel :hell", attach(":hell", "")),
                frames(
                        ERROR,
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "a rewind to nowhere",
                        attach("plain", ",'params':{'rewind':'far'}")),
                frames(
                        ERROR,
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "a rewind that is a list",
                        attach("plain", ",'params':{'rewind':[1]}")),
                frames(
                        ERROR,
                        ErrorCode.TOO_MANY_CHANNELS,
                        "too many channels",
                        IntStream.rangeClosed(0, CHANNELS_MAX)
                                .mapToObj(i -> attach("one-of-many-" + i, ""))
                                .toArray(String[]::new)),
                frames(
                        ATTACHED,
                        ErrorCode.CONTINUITY_EXPIRED,
                        "a place unknown",
                        attach("plain", ",'channelSerial':'none'")),
                new Row(ATTACHED, ErrorCode.CONTINUITY_LIMITED, "a rewind over much", () -> {
                    node.answer(node.post("/channels/much/messages", "[%s]".formatted(several(101))));
                    return heard(node.open("v=6"), attach("much", ",'params':{'rewind':'2m'}"));
                })));
    }

    @TestFactory
    Stream<DynamicTest> onPublishing() {
        return tests(Stream.of(
                publish(ErrorCode.INVALID_CONNECTION_KEY_IN_MESSAGE, "a key that is none", "{'connectionKey':1}"),
                publish(
                        ErrorCode.MESSAGE_TOO_LARGE,
                        "a message too large",
                        "{'data':'%s'}".formatted("x".repeat(65_537))),
                nack(ErrorCode.INVALID_CHANNEL_NAME, "a channel :hell", message(":hell", DATA)),
                publish(ErrorCode.INVALID_CLIENT_ID, "a clientId that is none", "{'clientId':'*'}"),
                publish(ErrorCode.INVALID_MESSAGE_DATA, "data that is a number", "{'data':1}"),
                publish(ErrorCode.INVALID_MESSAGE_NAME, "a name that is a number", "{'name':1}"),
                publish(ErrorCode.INVALID_PUBLISH, "a publish of nothing", ""),
                publish(ErrorCode.INVALID_MESSAGE_ID, "an empty id", "{'id':''}"),
                publish(ErrorCode.INVALID_EXTRAS, "extras that are none", "{'extras':1}"),
                publish(ErrorCode.TOO_MANY_MESSAGES, "too many messages", several(MESSAGES_MAX + 1)),
                nack(
                        ErrorCode.FORCED_NACK,
                        "an error to order",
                        json("{'action':15,'channel':'plain','msgSerial':0,'messages':[%s],".formatted(DATA)
                                + "'params':{'_forceNack':'true'}}")),
                nack(ErrorCode.CAPABILITY_REFUSED, "a publish to a metachannel", message("[meta]log", DATA)),
                nack(
                        ErrorCode.MODE_NOT_REQUESTED,
                        "a publish by whoever only listens",
                        attach("plain", ",'params':{'modes':'subscribe'}"),
                        message("plain", DATA)),
                publish(
                        ErrorCode.MUTABLE_MESSAGES_NOT_ENABLED,
                        "a change where messages do not",
                        "{'action':1,'serial':'%s'}".formatted(SERIAL)),
                nack(
                        ErrorCode.NOT_FOUND,
                        "a change of a message that is none",
                        message("mutable:a", "{'action':1,'serial':'%s'}".formatted(SERIAL)))));
    }

    @TestFactory
    Stream<DynamicTest> onPresence() throws Exception {
        String token = node.anonymousToken();
        return tests(Stream.of(
                nack(
                        ErrorCode.BAD_REQUEST,
                        "a member that is absent",
                        attach("plain", ""),
                        enter("plain", 0, "{'action':0,'clientId':'a'}")),
                nack(
                        ErrorCode.INVALID_CLIENT_ID,
                        "whoever could be anybody",
                        attach("plain", ""),
                        enter("plain", 0, "{'action':2}")),
                new Row(
                        NACK,
                        ErrorCode.PRESENCE_NO_CLIENT_ID,
                        "whoever is nobody",
                        () -> heard(
                                node.openWith("v=6&access_token=" + token),
                                attach("plain", ""),
                                enter("plain", 0, "{'action':2}"))),
                nack(
                        ErrorCode.PRESENCE_NOT_ATTACHED,
                        "whoever is elsewhere",
                        enter("plain", 0, "{'action':2,'clientId':'a'}")),
                nack(
                        ErrorCode.PRESENCE_TOO_MANY_MEMBERS,
                        "one member too many",
                        attach("full", ""),
                        enter("full", 0, "{'action':2,'clientId':'a'}"),
                        enter("full", 1, "{'action':2,'clientId':'b'}"),
                        enter("full", 2, "{'action':2,'clientId':'c'}")),
                nack(
                        ErrorCode.MESSAGE_TOO_LARGE,
                        "a member too large",
                        attach("plain", ""),
                        enter(
                                "plain",
                                0,
                                "{'action':2,'clientId':'a','extras':{'headers':{'a':'%s'}}}"
                                        .formatted("x".repeat(65_536)))),
                nack(
                        ErrorCode.MESSAGE_TOO_LARGE,
                        "members that are too large in one frame",
                        attach("plain", ""),
                        enter(
                                "plain",
                                0,
                                "{'action':2,'clientId':'a','data':'%1$s'},{'action':2,'clientId':'b','data':'%1$s'}"
                                        .formatted("x".repeat(40_000)))),
                nack(
                        ErrorCode.PRESENCE_TOO_LARGE,
                        "members that are too large together",
                        attach("heavy", ""),
                        enter("heavy", 0, "{'action':2,'clientId':'a','data':'%s'}".formatted("x".repeat(40_000))),
                        enter("heavy", 1, "{'action':2,'clientId':'b','data':'%s'}".formatted("x".repeat(40_000))))));
    }

    @TestFactory
    Stream<DynamicTest> ofAnotherRegion() throws Exception {
        String serial;
        try (ErrorsNode other = ErrorsNode.start(Map.of("HARK_REGION", "other", "HARK_SECRET", SECRET))) {
            serial = other.channelSerial();
        }
        ErrorsNode here = ErrorsNode.start(Map.of("HARK_SECRET", SECRET));
        return tests(Stream.of(
                        new Row(
                                HTTP,
                                ErrorCode.HISTORY_FROM_OTHER_REGION,
                                "the history up to there",
                                () -> told(here.send(here.get(MESSAGES + "?fromSerial=" + serial)))),
                        new Row(
                                ATTACHED,
                                ErrorCode.CONTINUITY_OTHER_REGION,
                                "what was missed since then",
                                () -> heard(here.open("v=6"), attach("plain", ",'channelSerial':'" + serial + "'")))))
                .onClose(() -> close(here));
    }

    @TestFactory
    Stream<DynamicTest> atLimits() throws Exception {
        ErrorsNode narrow =
                ErrorsNode.start(Map.of("HARK_LIMITS_CONNECTIONSMAX", "1", "HARK_LIMITS_RATES_APPREQUESTS", "5"));
        return tests(Stream.of(
                        new Row(DISCONNECTED, ErrorCode.TOO_MANY_CONNECTIONS, "one connection too many", () -> {
                            try (JsonSocket only = narrow.open("v=6")) {
                                only.await(CONNECTED);
                                return heard(narrow.open("v=6"));
                            }
                        }),
                        new Row(HTTP, ErrorCode.APP_REQUEST_RATE, "one request too many", () -> {
                            HttpResponse<String> response = narrow.send(narrow.get(MESSAGES));
                            while (response.statusCode() == 200) {
                                response = narrow.send(narrow.get(MESSAGES));
                            }
                            return told(response);
                        }),
                        new Row(HTTP, ErrorCode.RATE_LIMITED, "one revocation too many", this::oneRevocationTooMany)))
                .onClose(() -> close(narrow));
    }

    /// As many as a key may have in force come in requests of a hundred; each answers for itself.
    private Told oneRevocationTooMany() throws IOException, InterruptedException {
        for (int hundred = 0; ; hundred++) {
            int from = hundred * 100;
            String targets = IntStream.range(from, from + 100)
                    .mapToObj("'clientId:%d'"::formatted)
                    .collect(Collectors.joining(","));
            HttpResponse<String> response = node.send(node.revoke(targets));
            assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
            JsonObject batch = JsonParser.parseString(response.body()).getAsJsonObject();
            for (JsonElement result : batch.getAsJsonArray("results")) {
                if (result.getAsJsonObject().has("error")) {
                    JsonObject error = result.getAsJsonObject().getAsJsonObject("error");
                    return new Told(HTTP, error.get("statusCode").getAsInt(), error);
                }
            }
        }
    }

    private static void close(ErrorsNode other) {
        try {
            other.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
