package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static io.hark.launcher.interop.JavaClients.complete;
import static io.hark.launcher.interop.JavaClients.inbox;
import static io.hark.launcher.interop.JavaClients.query;
import static io.hark.launcher.interop.JavaClients.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ably.lib.http.HttpUtils;
import io.ably.lib.realtime.Channel;
import io.ably.lib.rest.AblyRest;
import io.ably.lib.types.ChannelMode;
import io.ably.lib.types.ChannelOptions;
import io.ably.lib.types.HttpPaginatedResponse;
import io.ably.lib.types.Message;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The Java SDK against a node: live objects as far as an SDK of protocol version 4 has them, which is by REST and
/// by messages that tell of them.
class JavaSdkObjectsInteropTest extends WithJavaSdk {
    private static final Gson GSON = new Gson();

    private final String path = "/channels/" + name + "/object";
    private AblyRest rest;

    @BeforeEach
    void makeRest() throws Exception {
        rest = clients.rest(key);
    }

    private HttpPaginatedResponse perform(String operations) throws Exception {
        return perform(rest, operations);
    }

    private HttpPaginatedResponse perform(AblyRest client, String operations) throws Exception {
        // Numbers that are only text yet would become text in the SDK's MessagePack.
        JsonElement parsed = GSON.toJsonTree(GSON.fromJson(operations, Object.class));
        return client.request("POST", path, null, HttpUtils.requestBodyFromGson(parsed, binary), null);
    }

    private JsonObject performed(String operations) throws Exception {
        HttpPaginatedResponse response = perform(operations);
        assertThat(response.errorMessage).isNull();
        assertThat(response.success).isTrue();
        return response.items()[0].getAsJsonObject();
    }

    private JsonElement read(String... params) throws Exception {
        HttpPaginatedResponse response = rest.request("GET", path, query(params), null, null);
        assertThat(response.errorMessage).isNull();
        return response.items()[0];
    }

    private static JsonElement json(String text) {
        return JsonParser.parseString(text);
    }

    @Test
    void mapsAndCountersAreMadeChangedAndRemoved() throws Exception {
        assertThat(read()).isEqualTo(json("{}"));
        JsonObject made = performed("""
            [{"path": "votes", "counterCreate": {"count": 3}},
             {"path": "board", "mapCreate": {"semantics": 0, "entries": {
                "title": {"data": {"string": "Plan"}}, "open": {"data": {"boolean": true}}}}}]\
            """);
        assertThat(made.get("channel").getAsString()).isEqualTo(name);
        assertThat(made.get("messageId").getAsString()).isNotEmpty();
        assertThat(made.getAsJsonArray("objectIds")).hasSize(2);

        performed("""
            [{"path": "votes", "counterInc": {"number": 4}},
             {"path": "board", "mapSet": {"key": "size", "value": {"number": 2.5}}},
             {"path": "board", "mapRemove": {"key": "open"}}]\
            """);

        assertThat(read()).isEqualTo(json("{\"votes\": 7, \"board\": {\"title\": \"Plan\", \"size\": 2.5}}"));
        assertThat(read("path", "board")).isEqualTo(json("{\"title\": \"Plan\", \"size\": 2.5}"));
        JsonObject counter = read("path", "votes", "compact", "false").getAsJsonObject();
        assertThat(counter.get("objectId").getAsString()).startsWith("counter:");
        assertThat(counter.getAsJsonObject("counter")
                        .getAsJsonObject("data")
                        .get("number")
                        .getAsDouble())
                .isEqualTo(7);
    }

    @Test
    void anOperationThatIsRepeatedWithItsIdIsPerformedOnce() throws Exception {
        performed("{\"path\": \"votes\", \"counterCreate\": {\"count\": 0}}");
        for (int time = 0; time < 3; time++) {
            performed("{\"id\": \"one\", \"path\": \"votes\", \"counterInc\": {\"number\": 1}}");
        }
        assertThat(read()).isEqualTo(json("{\"votes\": 1}"));
    }

    @Test
    void anOperationThatCannotBePerformedIsRefused() throws Exception {
        assertThat(perform("{\"path\": \"missing\", \"counterInc\": {\"number\": 1}}").errorCode)
                .isEqualTo(92005);
        assertThat(rest.request("GET", path + "/counter:none@1", null, null, null).errorCode)
                .isEqualTo(92004);
        AblyRest reader =
                clients.rest(node.makeApp("{\"*\":[\"object-subscribe\"]}").getFirst());
        HttpPaginatedResponse refused = perform(reader, "{\"path\": \"n\", \"counterCreate\": {\"count\": 0}}");
        assertThat(refused.errorCode).isEqualTo(40160);
        assertThat(refused.statusCode).isEqualTo(401);
    }

    /// In version 4 operations on objects had other fields.
    @Test
    void itsModesAreNotGrantedOverRealtime() throws Exception {
        ChannelOptions both = new ChannelOptions();
        both.modes = new ChannelMode[] {ChannelMode.subscribe, ChannelMode.object_subscribe};
        Channel channel = clients.connected(key).channels.get(name, both);
        complete(channel::attach);
        assertThat(channel.getModes()).containsExactly(ChannelMode.subscribe);

        ChannelOptions objects = new ChannelOptions();
        objects.modes = new ChannelMode[] {ChannelMode.object_subscribe, ChannelMode.object_publish};
        Channel refused = clients.connected(key).channels.get(name, objects);
        assertThat(refusal(refused::attach).code).isEqualTo(40023);
    }

    @Test
    void itIsToldOfObjectsByMessages() throws Exception {
        performed("{\"objectId\": \"root\", \"mapSet\": {\"key\": \"k\", \"value\": {\"string\": \"before\"}}}");
        List<Message> inbox =
                inbox(clients.connected(key).channels.get(name, JavaClients.params("objects", "objects")));
        eventually("the root at the attach", () -> texts(inbox).contains("before"));
        performed("{\"objectId\": \"root\", \"mapSet\": {\"key\": \"k\", \"value\": {\"string\": \"after\"}}}");
        eventually("the root after the change", () -> texts(inbox).contains("after"));
        assertThat(inbox).allMatch(message -> message.name.equals("[meta]objects"));
    }

    /// What the root's key was in each of the messages.
    private static List<String> texts(List<Message> inbox) {
        return inbox.stream()
                .map(message -> ((JsonObject) message.data)
                        .getAsJsonObject("object")
                        .getAsJsonObject("map")
                        .getAsJsonObject("entries")
                        .getAsJsonObject("k")
                        .getAsJsonObject("data")
                        .get("string")
                        .getAsString())
                .toList();
    }
}
