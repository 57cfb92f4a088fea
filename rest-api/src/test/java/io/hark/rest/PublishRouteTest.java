package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishRouteTest {
    private static final String MESSAGES = "/channels/c/messages";

    private final TestServer server = new TestServer();

    private Map<?, ?> published() {
        List<?> items = server.get(MESSAGES).send().is(200).list();
        assertThat(items).hasSize(1);
        return (Map<?, ?>) items.getFirst();
    }

    @Test
    void answerNamesChannelIdAndSerials() {
        TestResponse response = server.post(MESSAGES, "[{\"name\":\"a\"},{\"name\":\"b\"}]")
                .send()
                .is(201);
        assertThat(response.object().keySet().toString()).isEqualTo("[channel, messageId, serials]");
        assertThat(response.at("channel")).isEqualTo("c");
        assertThat(response.at("messageId")).isEqualTo("random0:0");
        assertThat(response.at("serials.0").toString()).matches("0\\d{13}-\\d{3}@eu\\.1\\.\\d+:000");
        assertThat((List<?>) response.at("serials")).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void qualifiedNameIsAnsweredAsItWasGiven() {
        assertThat(server.post("/channels/%5B%3Frewind=1%5Dc/messages", "{}")
                        .send()
                        .is(201)
                        .at("channel"))
                .isEqualTo("[?rewind=1]c");
        published();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'data':'text'}                                     | text         |",
                "{'data':{'a':[1,2.5,null]}}                         | {'a':[1,2.5,null]} | json",
                "{'data':[]}                                         | []           | json",
                "{'data':'AAEC','encoding':'base64'}                 | AAEC         | base64",
                "{'data':'not base64!','encoding':'base64'}          | not base64!  | base64",
                "{'data':'x','encoding':'choahofhpxf'}               | x            | choahofhpxf",
                "{'data':'','encoding':null}                         | ``           |",
                "{'name':null,'data':null}                           |              |",
            })
    void dataComesBackAsItWent(String body, String data, String encoding) {
        server.post(MESSAGES, body.replace('\'', '"')).send().is(201);
        Map<?, ?> message = published();
        assertThat(message.get("data")).isEqualTo(data == null ? null : data.replace('\'', '"'));
        assertThat(message.get("encoding")).isEqualTo(encoding);
        assertThat(message.containsKey("name")).isFalse();
    }

    @Test
    void msgpackBinaryIsBase64ToJsonReaders() {
        byte[] body = ProtocolCodec.of(Format.MSGPACK)
                .encodeValue(List.of(Map.of("name", "n", "data", new byte[] {0, 1, 2})));
        TestRequest request = server.request("POST", MESSAGES)
                .body("application/x-msgpack", body)
                .header("accept", "application/x-msgpack");
        assertThat(request.send().is(201).raw().contentType()).contains("application/x-msgpack");
        assertThat(published().get("data")).isEqualTo("AAEC");
        assertThat(published().get("encoding")).isEqualTo("base64");
        assertThat(server.get(MESSAGES)
                        .header("accept", "application/x-msgpack")
                        .send()
                        .at("0.data"))
                .isEqualTo(new byte[] {0, 1, 2});
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain,               'hello {',  'hello {', ",
        "text/plain; charset=utf-8,hello,      hello,     ",
        "application/octet-stream, hello,      aGVsbG8=,  base64",
        "application/json,         '{\"a\":1}','{\"a\":1}',json",
    })
    void unenvelopedBodyIsTheData(String type, String body, String data, String encoding) {
        server.request("POST", MESSAGES + "?enveloped=false&name=n&messageId=m&clientId=ann")
                .body(type, body.getBytes(StandardCharsets.UTF_8))
                .send()
                .is(201);
        assertThat(published().get("data")).isEqualTo(data);
        assertThat(published().get("encoding")).isEqualTo(encoding);
        assertThat(published().get("name")).isEqualTo("n");
        assertThat(published().get("id")).isEqualTo("m");
        assertThat(published().get("clientId")).isEqualTo("ann");
    }

    @Test
    void unenvelopedMetadataMayStandInHeaders() {
        TestResponse response = server.request("POST", MESSAGES + "?enveloped=false")
                .body("text/plain", "x".getBytes(StandardCharsets.UTF_8))
                .header("x-ably-name", "n")
                .header("x-ably-messageid", "m")
                .header("x-ably-encoding", "utf-8")
                .header("x-ably-clientid", TestServer.base64("ann"))
                .send()
                .is(201);
        assertThat(response.at("messageId")).isEqualTo("m");
        assertThat(published().get("name")).isEqualTo("n");
        assertThat(published().get("encoding")).isEqualTo("utf-8");
        assertThat(published().get("clientId")).isEqualTo("ann");
    }

    @Test
    void unenvelopedBodyOfAnotherKindIsRefused() {
        TestRequest request = server.request("POST", MESSAGES + "?enveloped=false");
        request.body("image/png", new byte[3]).send().fails(400, 40001);
        request.body("application/json", new byte[] {'{'}).send().fails(400, 40001);
        request.body("text/plain", new byte[] {(byte) 0xff}).send().fails(400, 40013);
    }

    @Test
    void formFieldsAreAMessage() {
        server.request("POST", MESSAGES)
                .body(
                        "application/x-www-form-urlencoded",
                        "name=a+b&data=%7B%22x%22%3A1%7D&extras=%7B%22headers%22%3A%7B%22k%22%3A1%7D%7D"
                                .getBytes(StandardCharsets.UTF_8))
                .send()
                .is(201);
        assertThat(published().get("name")).isEqualTo("a b");
        assertThat(published().get("data")).isEqualTo("{\"x\":1}");
        assertThat(published().get("extras")).isEqualTo(Map.of("headers", Map.of("k", 1L)));
    }

    @Test
    void sameIdThriceIsOneMessageWithTheSameSerials() {
        TestRequest request = server.post(MESSAGES, "{\"id\":\"foo\",\"data\":\"x\"}");
        TestResponse first = request.send().is(201);
        server.now += 1_000;
        assertThat(request.send().is(201).object()).isEqualTo(first.object());
        assertThat(request.send().is(201).object()).isEqualTo(first.object());
        assertThat(first.at("messageId")).isEqualTo("foo");
        assertThat(published().get("id")).isEqualTo("foo");
        server.post("/channels/other/messages", "{\"id\":\"foo\"}").send().is(201);
        assertThat(server.get("/channels/other/messages").send().list()).hasSize(1);
    }

    @Test
    void batchOfIdsIsRecognisedByItsBase() {
        String body = "[{\"id\":\"b:0\"},{\"id\":\"b:1\"}]";
        TestResponse first = server.post(MESSAGES, body).send().is(201);
        assertThat(server.post(MESSAGES, body).send().is(201).object()).isEqualTo(first.object());
        assertThat(server.get(MESSAGES).send().all("id")).containsExactly("b:1", "b:0");
    }

    @Test
    void idsThatOnlyLookAlikeAreDifferentMessages() {
        for (String id : List.of("order:1", "order:2", "order", "order:")) {
            server.post(MESSAGES, "{\"id\":\"" + id + "\"}").send().is(201);
        }
        assertThat(server.get(MESSAGES).send().list()).hasSize(4);
    }

    @Test
    void ephemeralMessagesAreAcknowledgedAndNotKept() {
        assertThat((List<?>) server.post(MESSAGES + "?ephemeral=true", "{}")
                        .send()
                        .is(201)
                        .at("serials"))
                .hasSize(1);
        server.post(MESSAGES, "{\"extras\":{\"ephemeral\":true}}").send().is(201);
        assertThat(server.get(MESSAGES).send().list()).isEmpty();
        server.post(MESSAGES, "[{\"extras\":{\"ephemeral\":true}},{}]").send().fails(400, 40030);
    }

    @Test
    void connectionKeyPublishesAsThatConnection() {
        String body = "{\"connectionKey\":\"%s\"}".formatted(TestServer.CONNECTION_KEY);
        server.post(MESSAGES, body).send().is(201);
        assertThat(published().get("connectionId")).isEqualTo("conn1");
        assertThat(published().get("clientId")).isEqualTo("rita");
        assertThat(published().containsKey("connectionKey")).isFalse();
        server.post(MESSAGES, "{\"connectionKey\":\"gone\"}").send().fails(400, 40006);
    }

    @Test
    void whatOnlyTheServerMaySayIsOverwritten() {
        server.post(MESSAGES, """
            {"serial":"s","timestamp":1,"connectionId":"x","version":{"serial":"v"},"action":0,
             "annotations":{"summary":{}},"extras":{"delta":{"from":"y","format":"vcdiff"}}}\
            """).send().is(201);
        Map<?, ?> message = published();
        assertThat(message.get("timestamp")).isEqualTo(server.now);
        assertThat(message.keySet().toString()).isEqualTo("[id, timestamp, action, serial, version]");
        assertThat(message.get("version")).isEqualTo(Map.of("serial", message.get("serial"), "timestamp", server.now));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                              | 400 | 40001",
                "{                                               | 400 | 40001",
                "3                                               | 400 | 40001",
                "[3]                                             | 400 | 40001",
                "[]                                              | 400 | 40030",
                "{'name':3}                                      | 400 | 40016",
                "{'data':3}                                      | 400 | 40013",
                "{'data':true}                                   | 400 | 40013",
                "{'id':''}                                       | 400 | 40031",
                "{'id':3}                                        | 400 | 40031",
                "[{'id':'a:0'},{}]                               | 400 | 40031",
                "[{},{'id':'a:1'}]                               | 400 | 40031",
                "[{'id':'a:0'},{'id':'b:1'}]                     | 400 | 40031",
                "[{'id':'a:0'},{'id':'a:2'}]                     | 400 | 40031",
                "[{'id':'a:1'},{'id':'a:2'}]                     | 400 | 40031",
                "[{'id':':0'},{'id':':1'}]                       | 400 | 40031",
                "{'clientId':'*'}                                | 400 | 40012",
                "{'clientId':''}                                 | 400 | 40012",
                "{'extras':3}                                    | 400 | 40032",
                "{'extras':{'own':1}}                            | 400 | 40032",
                "{'extras':{'headers':{'a':{}}}}                 | 400 | 40032",
                "{'action':1,'serial':'s'}                       | 400 | 93002",
                "[{'connectionKey':'a'},{}]                      | 400 | 40006",
            })
    void whatIsWrongIsSaidByItsCode(String body, int status, int code) {
        server.post(MESSAGES, body.replace('\'', '"')).send().fails(status, code);
        assertThat(server.get(MESSAGES).send().list()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"'',40010", "'%3Afoo',40010", "'%5Bx%5Dfoo',40010", "'a%0Ab',40010", "'%5Bfilter=YQ%5Dfoo',40010"})
    void invalidChannelNamesAreRefused(String name, int code) {
        server.post("/channels/" + name + "/messages", "{}").send().fails(400, code);
    }

    @Test
    void sizeIsCountedOverAllMessages() {
        String half = "x".repeat(32_768);
        server.post(MESSAGES, "[{\"data\":\"%s\"},{\"data\":\"%s\"}]".formatted(half, half))
                .send()
                .is(201);
        server.post(MESSAGES, "[{\"data\":\"%s\"},{\"data\":\"%s\",\"name\":\"n\"}]".formatted(half, half))
                .send()
                .fails(413, 40009);
        server.post(MESSAGES, "[" + "{},".repeat(1_000) + "{}]").send().fails(400, 40034);
        assertThat(((List<?>) server.post(MESSAGES, "[" + "{},".repeat(999) + "{}]")
                        .send()
                        .is(201)
                        .at("serials")))
                .hasSize(1_000)
                .doesNotHaveDuplicates();
    }

    @Test
    void identifiedClientsMayNotSpeakForOthers() {
        TestRequest request = server.post(MESSAGES, "[{\"clientId\":\"ann\"},{\"clientId\":\"bob\"}]");
        request.send().is(201);
        request.header("x-ably-clientid", TestServer.base64("ann")).send().fails(400, 40012);
        assertThat(server.get(MESSAGES).send().all("clientId")).containsExactly("bob", "ann");
    }

    @Test
    void forcedNackPublishesNothingAndUnknownParamsDoNoHarm() {
        server.post(MESSAGES + "?_forceNack=true", "{}").send().fails(400, 40099);
        server.post(MESSAGES + "?quickAck=true&rnd=1", "{}").send().is(201);
        assertThat(server.get(MESSAGES).send().list()).hasSize(1);
    }

    @Test
    void whatWaitsWhenTheNodeIsCutOffMayBeStoredLaterAndIsStoredOnce() {
        TestRequest request = server.post(MESSAGES, "{\"id\":\"mine\"}");
        server.loop.halt();
        CompletionStage<RestResponse> waiting = request.ask();

        server.api.giveUpPublishes();

        TestResponse.of(waiting).fails(504, 50003);
        server.loop.goOn();
        request.send().is(201);
        assertThat(server.get(MESSAGES).send().list()).hasSize(1);
    }

    @Test
    void privilegedHeadersNeedTheirCapability() {
        server.post("/channels/open:c/messages", "{\"extras\":{\"privileged\":1}}")
                .basic(server.key(3))
                .send()
                .fails(401, 40160);
        server.post(MESSAGES, "{\"extras\":{\"privileged\":1}}").send().is(201);
    }
}
