package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatReactionRouteTest {
    private static final String MESSAGES = "/chat/v4/rooms/lobby/messages";

    private final TestServer server = new TestServer();
    private String message;

    @BeforeEach
    void aMessage() {
        Object serial =
                as("ann", "POST", MESSAGES, "{'text':'hi'}").send().is(201).at("serial");
        message = MESSAGES + '/' + UrlText.encode((String) serial);
    }

    private TestRequest as(String clientId, String method, String target, String json) {
        return server.request(method, target)
                .header("x-ably-clientid", TestServer.base64(clientId))
                .json(json.replace('\'', '"'));
    }

    private TestResponse react(String clientId, String reaction) {
        server.now += 1_000; // Else the summary would come a little later.
        return as(clientId, "POST", message + "/reactions", reaction).send();
    }

    private TestResponse takeBack(String clientId, String query) {
        server.now += 1_000;
        return as(clientId, "DELETE", message + "/reactions?" + query, "").send();
    }

    private static Map<String, Object> by(String... clientIds) {
        return Map.of("total", (long) clientIds.length, "clientIds", List.of(clientIds), "clipped", false);
    }

    @Test
    void everyKindIsSummedUpInItsWay() {
        Object serial = react("ann", "{'type':'unique','name':'a'}").is(201).at("serial");
        assertThat((String) serial).isNotEmpty();
        react("ann", "{'type':'unique','name':'b'}").is(201);
        react("bob", "{'type':'unique','name':'b','count':7}").is(201);
        react("ann", "{'type':'distinct','name':'a'}").is(201);
        react("ann", "{'type':'distinct','name':'b'}").is(201);
        react("bob", "{'type':'distinct','name':'b'}").is(201);
        react("ann", "{'type':'multiple','name':'a','count':3}").is(201);
        react("ann", "{'type':'multiple','name':'a'}").is(201);
        react("bob", "{'type':'multiple','name':'a','count':null}").is(201);

        Map<String, Object> expected = Map.of(
                "unique",
                Map.of("b", by("ann", "bob")),
                "distinct",
                Map.of("a", by("ann"), "b", by("ann", "bob")),
                "multiple",
                Map.of(
                        "a",
                        Map.of(
                                "total",
                                5L,
                                "clientIds",
                                Map.of("ann", 4L, "bob", 1L),
                                "totalUnidentified",
                                0L,
                                "totalClientIds",
                                2L,
                                "clipped",
                                false)));
        assertThat(server.get(message).send().is(200).at("reactions")).isEqualTo(expected);
        assertThat(server.get(MESSAGES).send().at("0.reactions")).isEqualTo(expected);
        assertThat(as("cal", "PUT", message, "{'message':{'text':'ho'}}")
                        .send()
                        .is(200)
                        .at("reactions"))
                .isEqualTo(expected);
        assertThat(server.get("/channels/lobby::$chat/messages").send().at("0.annotations.summary"))
                .isEqualTo(Map.of(
                        "reaction:unique.v1",
                        expected.get("unique"),
                        "reaction:distinct.v1",
                        expected.get("distinct"),
                        "reaction:multiple.v1",
                        expected.get("multiple")));
    }

    @Test
    void reactionsAreTakenBack() {
        react("ann", "{'type':'unique','name':'a'}").is(201);
        react("ann", "{'type':'distinct','name':'a'}").is(201);
        react("ann", "{'type':'distinct','name':'b'}").is(201);
        react("ann", "{'type':'multiple','name':'a','count':3}").is(201);

        assertThat((String) takeBack("ann", "type=unique&name=ignored").is(200).at("serial"))
                .isNotEmpty();
        takeBack("ann", "type=distinct&name=a").is(200);
        takeBack("ann", "type=multiple&name=a").is(200);
        takeBack("bob", "type=distinct&name=b").is(200);
        assertThat(server.get(message).send().at("reactions"))
                .isEqualTo(Map.of("unique", Map.of(), "distinct", Map.of("b", by("ann")), "multiple", Map.of()));
    }

    @Test
    void reactionsOfOneClientAreAskedFor() {
        react("ann", "{'type':'distinct','name':'a'}").is(201);
        react("bob", "{'type':'distinct','name':'a'}").is(201);
        Object bobs = Map.of(
                "unique",
                Map.of(),
                "distinct",
                Map.of("a", Map.of("total", 2L, "clientIds", List.of("bob"), "clipped", true)),
                "multiple",
                Map.of());
        String url = message + "/client-reactions";
        assertThat(server.get(url + "?forClientId=bob").send().is(200).object()).isEqualTo(bobs);
        assertThat(as("bob", "GET", url, "").send().is(200).object()).isEqualTo(bobs);
        server.get(url).send().fails(400, 40003);
        server.get(url + "?forClientId=*").send().fails(400, 40012);
        server.get(url.replace("000", "111") + "?forClientId=bob").send().fails(404, 40400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}                                              | 40003",
                "{'type':'flag','name':'a'}                      | 40003",
                "{'type':1,'name':'a'}                           | 40003",
                "{'type':'reaction:unique.v1','name':'a'}        | 40003",
                "{'type':'unique'}                               | 40003",
                "{'type':'distinct','name':''}                   | 40003",
                "{'type':'distinct','name':5}                    | 40003",
                "{'type':'multiple','name':'a','count':0}        | 40003",
                "{'type':'multiple','name':'a','count':1.5}      | 40003",
                "{'type':'multiple','name':'a','count':'2'}      | 40003",
                "{'type':'multiple','name':'a','count':4294967297} | 40003",
                "[]                                              | 40001",
                "7                                               | 40001"
            })
    void aWrongReactionIsRefusedWithItsCode(String reaction, int code) {
        react("ann", reaction).fails(400, code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "type=", "type=flag&name=a", "type=distinct", "type=multiple&name="})
    void whatCannotBeTakenBackIsRefused(String query) {
        takeBack("ann", query).fails(400, 40003);
    }

    @Test
    void whoMayReactIsUpToTheCapabilityAndIdentified() {
        as("ann", "POST", message + "/reactions", "{'type':'distinct','name':'a'}")
                .basic(server.key(1))
                .send()
                .fails(401, 40160);
        as("ann", "DELETE", message + "/reactions?type=distinct&name=a", "")
                .basic(server.key(1))
                .send()
                .fails(401, 40160);
        as("ann", "GET", message + "/client-reactions", "")
                .basic(server.key(1))
                .send()
                .is(200);
        server.post(message + "/reactions", "{\"type\":\"distinct\",\"name\":\"a\"}")
                .send()
                .fails(401, 40161);
        server.post(message + "/reactions?clientId=cal", "{\"type\":\"distinct\",\"name\":\"a\"}")
                .send()
                .is(201);
        assertThat(server.get(message).send().at("reactions.distinct.a")).isEqualTo(by("cal"));
        as("ann", "POST", message.replace("000", "111") + "/reactions", "{'type':'distinct','name':'a'}")
                .send()
                .fails(404, 40400);
    }
}
