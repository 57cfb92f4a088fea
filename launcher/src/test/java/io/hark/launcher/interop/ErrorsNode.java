package io.hark.launcher.interop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hark.launcher.load.RawSocket;
import io.hark.protocol.ErrorCode;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Handle: a node whose limits are soon reached, and ways to ask it that give the errors it answers with.
final class ErrorsNode implements AutoCloseable {
    static final int NACK = 2;
    static final int CONNECTED = 4;
    static final int DISCONNECTED = 6;
    static final int ERROR = 9;
    static final int ATTACHED = 11;

    /// In place of a frame's action, for what HTTP answers with.
    static final int HTTP = -1;

    static final int CHANNELS_MAX = 3;
    static final int MESSAGES_MAX = 150;
    static final int OUTBOUND_BYTES_MAX = 16 << 10;

    private static final Map<String, String> LIMITS = Map.of(
            "HARK_LIMITS_CHANNELSPERCONNECTIONMAX",
            Integer.toString(CHANNELS_MAX),
            "HARK_LIMITS_MESSAGESPERPUBLISHMAX",
            Integer.toString(MESSAGES_MAX),
            "HARK_LIMITS_OBJECTSBYTESMAX",
            "64 KiB",
            "HARK_LIMITS_PRESENCEBYTESMAX",
            "64 KiB",
            "HARK_LIMITS_OUTBOUNDBYTESMAX",
            OUTBOUND_BYTES_MAX + " B");

    private static final String APP = """
        {"keys": [
            {"capability": "{\\"[*]*\\":[\\"*\\"]}"},
            {"capability": "{\\"*\\":[\\"publish\\",\\"message-update-own\\"]}"},
            {"revocableTokens": true}],
         "namespaces": [{"id": "mutable", "mutableMessages": true}, {"id": "pushed", "pushEnabled": true}],
         "limits": {"presence": {"maxMembers": 2}}}\
        """;

    private final TestNode node;

    /// Can do everything.
    private final String key;

    /// Can publish, and change messages of its own.
    private final String publisher;

    /// Whose tokens can be revoked.
    private final String revocable;

    private ErrorsNode(TestNode node) throws IOException, InterruptedException {
        this.node = node;
        List<String> keys = node.makeApp(JsonParser.parseString(APP).getAsJsonObject());
        key = keys.getFirst();
        publisher = keys.get(1);
        revocable = keys.get(2);
    }

    static ErrorsNode start() throws IOException, InterruptedException {
        return start(LIMITS);
    }

    /// @param settings as environment variables
    static ErrorsNode start(Map<String, String> settings) throws IOException, InterruptedException {
        return new ErrorsNode(TestNode.start(settings));
    }

    /// What a client was told.
    ///
    /// @param carrier the action of the frame, or [#HTTP]
    /// @param status  of the HTTP answer, of a frame that of its error
    record Told(int carrier, int status, JsonObject error) {}

    /// How an error is brought about.
    @FunctionalInterface
    interface Way {
        Told told() throws Exception;
    }

    /// A row of a table.
    record Row(int carrier, ErrorCode code, String what, Way way) {
        void check() throws Exception {
            Told told = way.told();
            assertThat(told.carrier() + "/" + told.error().get("code").getAsInt())
                    .as(told.toString())
                    .isEqualTo(carrier + "/" + code.code());
            assertThat(told.status()).isEqualTo(code.statusCode());
            assertThat(told.error().get("statusCode").getAsInt()).isEqualTo(code.statusCode());
            assertThat(told.error().get("message").getAsString()).isNotEmpty();
            assertThat(told.error().get("href").getAsString()).endsWith("/" + code.code());
        }
    }

    /// JSON with quotes that Java needs no backslashes for.
    static String json(String text) {
        return text.replace('\'', '"');
    }

    /// A frame that publishes one message.
    static String message(String channel, String message) {
        return json("{'action':15,'channel':'%s','msgSerial':0,'messages':[%s]}".formatted(channel, message));
    }

    /// A frame that attaches.
    ///
    /// @param members of the frame, each with a comma before it
    static String attach(String channel, String members) {
        return json("{'action':10,'channel':'%s'%s}".formatted(channel, members));
    }

    Call get(String path) {
        return new Call("GET", path, "").basic(key);
    }

    Call post(String path, String body) {
        return new Call("POST", path, json(body)).basic(key);
    }

    Call byPublisher(String method, String path, String body) {
        return new Call(method, path, json(body)).basic(publisher);
    }

    Call revoke(String targets) {
        String keyName = revocable.substring(0, revocable.indexOf(':'));
        return new Call("POST", "/keys/%s/revokeTokens".formatted(keyName), json("{'targets':[%s]}".formatted(targets)))
                .basic(revocable);
    }

    HttpResponse<String> send(Call call) throws IOException, InterruptedException {
        return call.send(node.http(), node.port());
    }

    /// What a request is refused with, which is the same in both formats.
    Told refused(Call call) throws IOException, InterruptedException {
        Told told = told(send(call));
        HttpResponse<String> packed = send(call.inMsgpack());
        assertThat(Call.isMsgpack(packed.headers())).as("%s", packed.headers()).isTrue();
        assertThat(told(packed)).isEqualTo(told);
        return told;
    }

    CompletableFuture<HttpResponse<String>> later(Call call) {
        return node.http().sendAsync(call.to(node.port()), HttpResponse.BodyHandlers.ofString());
    }

    String key() {
        return key;
    }

    /// What is read from an answer that is no error.
    JsonElement answer(Call call) throws IOException, InterruptedException {
        HttpResponse<String> response = send(call);
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return JsonParser.parseString(response.body());
    }

    /// A token of the key that can do everything, for a client without a clientId.
    String anonymousToken() throws IOException, InterruptedException {
        String keyName = key.substring(0, key.indexOf(':'));
        String body = "{'keyName':'%s','timestamp':%d}".formatted(keyName, System.currentTimeMillis());
        return answer(post("/keys/%s/requestToken".formatted(keyName), body))
                .getAsJsonObject()
                .get("token")
                .getAsString();
    }

    static Told told(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isGreaterThanOrEqualTo(400);
        JsonObject error =
                JsonParser.parseString(response.body()).getAsJsonObject().getAsJsonObject("error");
        return new Told(HTTP, response.statusCode(), error);
    }

    static Told told(JsonObject frame) {
        JsonObject error = frame.getAsJsonObject("error");
        return new Told(frame.get("action").getAsInt(), error.get("statusCode").getAsInt(), error);
    }

    /// What a raw request is answered with.
    Told told(String request) throws IOException {
        try (RawSocket socket = new RawSocket(node.port())) {
            socket.write(request.getBytes(ISO_8859_1));
            RawSocket.Answer answer = socket.answer();
            JsonObject error = JsonParser.parseString(new String(answer.body(), UTF_8))
                    .getAsJsonObject()
                    .getAsJsonObject("error");
            return new Told(HTTP, answer.status(), error);
        }
    }

    /// @param query without credentials
    JsonSocket open(String query) {
        return openWith(query + "&key=" + URLEncoder.encode(key, UTF_8));
    }

    JsonSocket openWith(String query) {
        return new JsonSocket(node.http(), node.port(), query, false);
    }

    /// The first error that is heard on a socket when these frames have been sent.
    static Told heard(JsonSocket socket, String... frames) throws InterruptedException {
        try (socket) {
            for (String frame : frames) {
                socket.send(frame);
            }
            return told(socket.await(frame -> frame.has("error")));
        }
    }

    /// The key of a new connection over comet, which is polled.
    String comet() throws IOException, InterruptedException {
        return answer(get("/comet/connect?v=6&stream=false"))
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("connectionDetails")
                .get("connectionKey")
                .getAsString();
    }

    /// The channelSerial of a channel that is attached to.
    String channelSerial() throws InterruptedException {
        try (JsonSocket socket = open("v=6")) {
            socket.send(attach("position", ""));
            return socket.await(ATTACHED).get("channelSerial").getAsString();
        }
    }

    @Override
    public void close() throws IOException {
        node.close();
    }
}
