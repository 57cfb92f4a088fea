package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Format;
import io.hark.protocol.OriginSeq;
import io.hark.protocol.Position;
import io.hark.protocol.ProtocolCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatRouteTest {
    private static final String ROOM = "/chat/v4/rooms/lobby";
    private static final String MESSAGES = ROOM + "/messages";
    private static final String CHANNEL = "/channels/lobby::$chat/messages";

    private final TestServer server = new TestServer();

    private TestRequest as(String clientId, String method, String target, String json) {
        return server.request(method, target)
                .header("x-ably-clientid", TestServer.base64(clientId))
                .json(json.replace('\'', '"'));
    }

    private TestResponse send(String text) {
        return as("ann", "POST", MESSAGES, "{'text':'" + text + "'}").send().is(201);
    }

    private String serialOf(String text) {
        return (String) send(text).at("serial");
    }

    private static String path(String serial) {
        return MESSAGES + '/' + UrlText.encode(serial);
    }

    private TestResponse update(String clientId, String serial, String body) {
        return as(clientId, "PUT", path(serial), body).send();
    }

    private static Map<String, Object> noReactions() {
        return Map.of("unique", Map.of(), "distinct", Map.of(), "multiple", Map.of());
    }

    @Test
    void whatIsSentIsAnsweredWhole() {
        TestResponse sent = as(
                        "ann",
                        "POST",
                        MESSAGES,
                        "{'text':'hi','metadata':{'a':[1,{'b':null}]},'headers':{'h':'x','n':1.5}}")
                .send()
                .is(201);

        String serial = (String) sent.at("serial");
        Map<String, Object> headers = new LinkedHashMap<>(Map.of("h", "x", "n", 1.5));
        assertThat(sent.at("text")).isEqualTo("hi");
        assertThat(sent.at("clientId")).isEqualTo("ann");
        assertThat(sent.at("metadata.a.0")).isEqualTo(1L);
        assertThat(sent.at("headers")).isEqualTo(headers);
        assertThat(sent.at("action")).isEqualTo("message.create");
        assertThat(sent.at("timestamp")).isEqualTo(server.now);
        assertThat(sent.at("version")).isEqualTo(Map.of("serial", serial, "timestamp", server.now));
        assertThat(sent.at("reactions")).isEqualTo(noReactions());
        assertThat(server.get(path(serial)).send().is(200).object()).isEqualTo(sent.object());
        assertThat(server.get(MESSAGES).send().is(200).list()).isEqualTo(List.of(sent.object()));
    }

    @Test
    void theChannelOfTheRoomHasIt() {
        as("ann", "POST", MESSAGES, "{'text':'hi','metadata':{'m':1},'headers':{'h':'x'}}")
                .send()
                .is(201);
        TestResponse message = server.get(CHANNEL).send().is(200);
        assertThat(message.at("0.name")).isEqualTo("chat.message");
        assertThat(message.at("0.encoding")).isEqualTo("json");
        assertThat(message.at("0.data")).isEqualTo("{\"text\":\"hi\",\"metadata\":{\"m\":1}}");
        assertThat(message.at("0.extras")).isEqualTo(Map.of("headers", Map.of("h", "x")));
        assertThat(message.at("0.clientId")).isEqualTo("ann");
    }

    @Test
    void whatOthersPutOnTheChannelIsNotOfTheRoom() {
        server.post(CHANNEL, "{\"name\":\"other\",\"data\":\"x\"}").send().is(201);
        server.post(CHANNEL, "[{\"name\":\"other\"},{\"name\":\"chat.message\",\"data\":\"no object\"}]")
                .send()
                .is(201);
        send("hi");
        assertThat(server.get(MESSAGES).send().all("text")).containsExactly("hi", "");
        Object other = server.get(CHANNEL + "?direction=forwards").send().at("0.serial");
        server.get(path((String) other)).send().fails(404, 40400);
    }

    @Test
    void aPageGoesOnBehindWhatIsNotOfTheRoom() {
        send("first");
        for (int i = 0; i < 7; i++) {
            server.post(CHANNEL, "{\"name\":\"other\"}").send().is(201);
        }
        assertThat(walk("limit=1").stream().flatMap(List::stream)).containsExactly("first");
        send("second");
        assertThat(walk("limit=1&orderBy=oldestFirst").stream().flatMap(List::stream))
                .containsExactly("first", "second");
    }

    private List<List<Object>> walk(String query) {
        List<List<Object>> pages = new ArrayList<>();
        Optional<String> next = Optional.of("./messages?" + query);
        while (next.isPresent()) {
            TestResponse page =
                    server.get(ROOM + next.get().substring(1)).send().is(200);
            assertThat(page.link("first")).isPresent();
            pages.add(page.all("text"));
            next = page.link("next");
        }
        return pages;
    }

    @Test
    void historyIsInEitherOrderAndInPages() {
        for (int i = 0; i < 5; i++) {
            send("m" + i);
        }
        assertThat(walk("limit=2")).isEqualTo(List.of(List.of("m4", "m3"), List.of("m2", "m1"), List.of("m0")));
        assertThat(walk("limit=3&orderBy=oldestFirst"))
                .isEqualTo(List.of(List.of("m0", "m1", "m2"), List.of("m3", "m4")));
        assertThat(walk("limit=5&direction=forwards&orderBy=oldestFirst"))
                .isEqualTo(List.of(List.of("m0", "m1", "m2", "m3", "m4")));
        assertThat(server.get(MESSAGES + "?start=" + (server.now + 1))
                        .send()
                        .is(200)
                        .list())
                .isEmpty();
        server.get(MESSAGES + "?orderBy=random").send().fails(400, 40003);
        server.get(MESSAGES + "?limit=1001").send().fails(400, 40003);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fromSerial", "from_serial"})
    void historyBeginsAtAPositionOrAtAMessage(String param) {
        send("m0");
        String one = serialOf("m1");
        long lsn = server.committedLsn("lobby::$chat");
        send("m2");
        Position position = new Position(TestServer.REGION, 1, lsn, List.of(new OriginSeq(TestServer.REGION, 1, lsn)));
        String attach = param + "=" + server.serials.encode(position);
        String message = param + "=" + UrlText.encode(one);

        assertThat(walk(attach)).isEqualTo(List.of(List.of("m1", "m0")));
        assertThat(walk(attach + "&limit=1&orderBy=newestFirst")).isEqualTo(List.of(List.of("m1"), List.of("m0")));
        assertThat(walk(message)).isEqualTo(List.of(List.of("m1", "m0")));
        assertThat(walk(message + "&limit=1")).isEqualTo(List.of(List.of("m1"), List.of("m0")));
        assertThat(walk(message + "&limit=1&orderBy=oldestFirst")).isEqualTo(List.of(List.of("m1"), List.of("m2")));
        server.get(MESSAGES + "?" + param + "=nonsense").send().fails(400, 90008);
        server.get(MESSAGES + "?" + param + "=01700000000000-000@us.1.1:000")
                .send()
                .fails(400, 90008);
        server.get(CHANNEL + "?" + message).send().fails(400, 40003);
    }

    @Test
    void aMessageOfSeveralPublishedAtOnceIsAPlaceToBeginAt() {
        server.post(
                        CHANNEL,
                        "[{\"name\":\"chat.message\",\"data\":{\"text\":\"a\"}},"
                                + "{\"name\":\"chat.message\",\"data\":{\"text\":\"b\"}},"
                                + "{\"name\":\"chat.message\",\"data\":{\"text\":\"c\"}}]")
                .send()
                .is(201);
        String b = (String) server.get(MESSAGES).send().at("1.serial");
        assertThat(walk("fromSerial=" + UrlText.encode(b))).isEqualTo(List.of(List.of("b", "a")));
        assertThat(walk("direction=forwards&fromSerial=" + UrlText.encode(b))).isEqualTo(List.of(List.of("b", "c")));
    }

    @Test
    void anUpdateTakesThePlaceOfEverything() {
        String serial = (String) as("ann", "POST", MESSAGES, "{'text':'hi','metadata':{'m':1},'headers':{'h':'x'}}")
                .send()
                .at("serial");
        server.now += 1_000;
        TestResponse updated = update(
                        "bob", serial, "{'message':{'text':'ho'},'description':'why','metadata':{'k':'v'}}")
                .is(200);

        assertThat(updated.at("serial")).isEqualTo(serial);
        assertThat(updated.at("text")).isEqualTo("ho");
        assertThat(updated.at("metadata")).isEqualTo(Map.of());
        assertThat(updated.at("headers")).isEqualTo(Map.of());
        assertThat(updated.at("clientId")).isEqualTo("ann");
        assertThat(updated.at("action")).isEqualTo("message.update");
        assertThat(updated.at("timestamp")).isEqualTo(server.now - 1_000);
        assertThat(updated.at("version.timestamp")).isEqualTo(server.now);
        assertThat(updated.at("version.clientId")).isEqualTo("bob");
        assertThat(updated.at("version.description")).isEqualTo("why");
        assertThat(updated.at("version.metadata")).isEqualTo(Map.of("k", "v"));
        assertThat((String) updated.at("version.serial")).isGreaterThan(serial);
        assertThat(server.get(path(serial)).send().object()).isEqualTo(updated.object());
        assertThat(server.get(MESSAGES).send().list()).isEqualTo(List.of(updated.object()));

        update("ann", serial, "{'message':{'text':'again','headers':{'n':1},'metadata':{'o':{}}}}")
                .is(200);
        TestResponse versions = server.get(path(serial) + "/versions").send().is(200);
        assertThat(versions.all("text")).containsExactly("hi", "ho", "again");
        assertThat(versions.at("2.headers")).isEqualTo(Map.of("n", 1L));
        assertThat(versions.at("2.metadata")).isEqualTo(Map.of("o", Map.of()));
        TestResponse page = server.get(path(serial) + "/versions?limit=2").send();
        assertThat(server.get(path(serial) + page.link("next").orElseThrow().substring(1))
                        .send()
                        .all("text"))
                .containsExactly("again");
    }

    @Test
    void aDeletedMessageIsThereAndEmpty() {
        String serial = (String) as("ann", "POST", MESSAGES, "{'text':'hi','headers':{'h':'x'},'metadata':{'m':1}}")
                .send()
                .at("serial");
        TestResponse deleted = as("ann", "POST", path(serial) + "/delete", "{'description':'gone'}")
                .send()
                .is(200);
        assertThat(deleted.at("action")).isEqualTo("message.delete");
        assertThat(deleted.at("text")).isEqualTo("");
        assertThat(deleted.at("metadata")).isEqualTo(Map.of());
        assertThat(deleted.at("headers")).isEqualTo(Map.of());
        assertThat(deleted.at("version.description")).isEqualTo("gone");
        assertThat(deleted.at("version.clientId")).isEqualTo("ann");
        assertThat(server.get(path(serial)).send().object()).isEqualTo(deleted.object());
        as("ann", "POST", path(serialOf("2")) + "/delete", "").send().is(200);
        as("ann", "POST", path(serialOf("3")) + "/delete", "{'description':null,'metadata':null}")
                .send()
                .is(200);
    }

    @Test
    void aChangeIsAnsweredThoughAnotherCameRightAfterIt() {
        String serial = serialOf("hi");
        server.loop.halt();
        var first = as("ann", "PUT", path(serial), "{'message':{'text':'1'}}").ask();
        var second = as("bob", "PUT", path(serial), "{'message':{'text':'2'}}").ask();
        server.loop.goOn();
        TestResponse one = TestResponse.of(first).is(200);
        assertThat(one.at("text")).isEqualTo("1");
        assertThat(one.at("version.clientId")).isEqualTo("ann");
        assertThat(TestResponse.of(second).is(200).at("text")).isEqualTo("2");
        assertThat(server.get(path(serial)).send().at("text")).isEqualTo("2");
    }

    @Test
    void aRequestWithAKeyIsDoneOnce() {
        String url = MESSAGES + "?idempotencyKey=" + UrlText.encode("a+/=");
        TestResponse sent = as("ann", "POST", url, "{'text':'hi'}").send().is(201);
        String serial = (String) sent.at("serial");
        assertThat(as("ann", "POST", url, "{'text':'hi'}").send().is(201).object())
                .isEqualTo(sent.object());
        Object version = null;
        for (int i = 0; i < 2; i++) {
            server.now += 10;
            Object told = as("ann", "PUT", path(serial) + "?idempotencyKey=k", "{'message':{'text':'ho'}}")
                    .send()
                    .is(200)
                    .at("version.serial");
            assertThat(told).isEqualTo(version == null ? told : version);
            version = told;
        }
        for (int i = 0; i < 2; i++) {
            as("ann", "POST", path(serial) + "/delete?idempotencyKey=k", "{}")
                    .send()
                    .is(200);
        }
        assertThat(server.get(MESSAGES).send().list()).hasSize(1);
        assertThat(server.get(path(serial) + "/versions").send().all("action"))
                .containsExactly("message.create", "message.update", "message.delete");
        as("ann", "POST", MESSAGES + "?idempotencyKey=", "{'text':'hi'}").send().fails(400, 40031);
        as("ann", "POST", MESSAGES + "?idempotencyKey=" + "x".repeat(1_025), "{'text':'hi'}")
                .send()
                .fails(400, 40031);
    }

    @Test
    void earlierGenerationsReadEarlierForms() {
        String v1 = "/chat/v1/rooms/lobby/messages";
        TestResponse sent = as("ann", "POST", v1, "{'text':'hi'}").send().is(201);
        String serial = (String) sent.at("timeserial");
        assertThat(sent.object()).isEqualTo(Map.of("timeserial", serial, "createdAt", server.now));
        assertThat(server.get(v1).send().at("0"))
                .isEqualTo(Map.of(
                        "timeserial",
                        serial,
                        "clientId",
                        "ann",
                        "roomId",
                        "lobby",
                        "text",
                        "hi",
                        "createdAt",
                        server.now,
                        "metadata",
                        Map.of(),
                        "headers",
                        Map.of()));

        String v2 = "/chat/v2/rooms/lobby/messages";
        assertThat(as("ann", "POST", v2, "{'text':'2'}").send().is(201).object().keySet())
                .isEqualTo(Set.of("serial", "createdAt"));
        TestResponse changed = as("ann", "PUT", v2 + "/" + UrlText.encode(serial), "{'message':{'text':'ho'}}")
                .send()
                .is(200);
        assertThat(changed.object().keySet()).isEqualTo(Set.of("version", "timestamp"));

        String v3 = "/chat/v3/rooms/lobby/messages";
        server.now += 10;
        TestResponse deleted = as("bob", "POST", v3 + "/" + UrlText.encode(serial) + "/delete", "{'description':'d'}")
                .send()
                .is(200);
        assertThat(deleted.at("timestamp")).isEqualTo(server.now);
        assertThat(deleted.at("message.version")).isEqualTo(deleted.at("version"));
        assertThat(deleted.at("message.createdAt")).isEqualTo(server.now - 10);
        assertThat(deleted.at("message.timestamp")).isEqualTo(server.now);
        assertThat(deleted.at("message.operation")).isEqualTo(Map.of("clientId", "bob", "description", "d"));
        assertThat(deleted.at("message.reactions")).isEqualTo(noReactions());
        assertThat(server.get(v3 + "/" + UrlText.encode(serial)).send().object())
                .isEqualTo(deleted.at("message"));
        assertThat(server.get(v3).send().at("0.operation")).isNull();
        for (String version : List.of("v0", "v5", "V4", "4")) {
            server.get("/chat/" + version + "/rooms/lobby/messages").send().fails(404, 40400);
        }
    }

    @Test
    void msgpackIsReadAndWritten() {
        ProtocolCodec codec = ProtocolCodec.of(Format.MSGPACK);
        Map<String, Object> body = new LinkedHashMap<>(Map.of("text", "hi", "metadata", Map.of("m", 1.5)));
        body.put("headers", null);
        TestResponse sent = server.request("POST", MESSAGES)
                .header("x-ably-clientid", TestServer.base64("ann"))
                .header("accept", "application/x-msgpack")
                .body("application/x-msgpack", codec.encodeValue(body))
                .send()
                .is(201);
        assertThat(sent.raw().contentType()).contains("application/x-msgpack");
        assertThat(sent.at("metadata")).isEqualTo(Map.of("m", 1.5));
        assertThat(server.get(MESSAGES).send().list()).isEqualTo(List.of(sent.object()));
        server.request("POST", MESSAGES)
                .header("accept", "application/x-msgpack")
                .body("application/x-msgpack", codec.encodeValue(Map.of()))
                .send()
                .fails(400, 40001);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{}                                               | 400 | 40001",
                "{'text':''}                                      | 400 | 40001",
                "{'text':null}                                    | 400 | 40001",
                "{'text':5}                                       | 400 | 40001",
                "[{'text':'x'}]                                   | 400 | 40001",
                "7                                                | 400 | 40001",
                "{'text'                                          | 400 | 40001",
                "{'text':'x','metadata':'y'}                      | 400 | 40001",
                "{'text':'x','headers':[]}                        | 400 | 40001",
                "{'text':'x','headers':{'h':{}}}                  | 400 | 40032"
            })
    void aWrongMessageIsRefusedWithItsCode(String body, int status, int code) {
        as("ann", "POST", MESSAGES, body).send().fails(status, code);
        String serial = serialOf("hi");
        String update = "{'message':" + body + (body.endsWith("'text'") ? "" : "}");
        update("ann", serial, update).fails(status, code);
        assertThat(server.get(MESSAGES).send().all("text")).containsExactly("hi");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'text':'x'}                                             | 40001",
                "{'message':{'text':'x'},'description':5}                 | 40030",
                "{'message':{'text':'x'},'metadata':{'k':{}}}             | 40030",
                "{'message':{'text':'x'},'metadata':'y'}                  | 40030"
            })
    void aWrongChangeIsRefusedWithItsCode(String body, int code) {
        update("ann", serialOf("hi"), body).fails(400, code);
    }

    @Test
    void tooMuchIsRefused() {
        as("ann", "POST", MESSAGES, "{'text':'" + "x".repeat(65_537) + "'}")
                .send()
                .fails(413, 40009);
        update("ann", serialOf("hi"), "{'message':{'text':'" + "x".repeat(65_537) + "'}}")
                .fails(413, 40009);
    }

    @Test
    void whoSendsIsIdentified() {
        server.post(MESSAGES, "{\"text\":\"x\"}").send().fails(401, 40161);
        assertThat(server.post(MESSAGES + "?clientId=cal", "{\"text\":\"x\"}")
                        .send()
                        .is(201)
                        .at("clientId"))
                .isEqualTo("cal");
        as("ann", "POST", MESSAGES + "?clientId=cal", "{'text':'x'}").send().fails(400, 40012);
        server.post(MESSAGES + "?clientId=*", "{\"text\":\"x\"}").send().fails(400, 40012);
        server.post(MESSAGES, "{\"text\":\"x\"}").anonymous().send().fails(401, 40101);
        server.request("PUT", path("x")).json("{}").anonymous().send().fails(401, 40101);
        server.post(path("x") + "/reactions", "{}").anonymous().send().fails(401, 40101);
    }

    @Test
    void whoMayDoWhatIsUpToTheCapability() {
        String serial = serialOf("hi");
        for (String target : List.of(MESSAGES, path(serial), path(serial) + "/versions", ROOM + "/occupancy")) {
            server.get(target).basic(server.key(1)).send().fails(401, 40160);
        }
        as("ann", "POST", MESSAGES, "{'text':'x'}").basic(server.key(1)).send().fails(401, 40160);
        as("ann", "PUT", path(serial), "{'message':{'text':'x'}}")
                .basic(server.key(1))
                .send()
                .fails(401, 40160);
        as("ann", "POST", path(serial) + "/delete", "{}")
                .basic(server.key(1))
                .send()
                .fails(401, 40160);
        String own = "/chat/v4/rooms/mutable:r/messages";
        String mine = (String) as("ann", "POST", own, "{'text':'x'}")
                .basic(server.key(5))
                .send()
                .is(201)
                .at("serial");
        String message = own + "/" + UrlText.encode(mine);
        as("ann", "PUT", message, "{'message':{'text':'y'}}")
                .basic(server.key(5))
                .send()
                .is(200);
        as("bob", "PUT", message, "{'message':{'text':'z'}}")
                .basic(server.key(5))
                .send()
                .fails(401, 40160);
        as("ann", "POST", message + "/delete", "{}").basic(server.key(5)).send().fails(401, 40160);
        as("ann", "POST", "/chat/v4/rooms/safe:r/messages", "{'text':'x'}")
                .plain()
                .send()
                .fails(401, 40103);
    }

    @Test
    void whatIsNotThereIs404AndWhatCannotBeIs400() {
        String unknown = serialOf("hi").replace(":000", ":007");
        for (String target : List.of(path(unknown), path(unknown) + "/versions")) {
            server.get(target).send().fails(404, 40400);
        }
        update("ann", unknown, "{'message':{'text':'x'}}").fails(404, 40400);
        as("ann", "POST", path(unknown) + "/delete", "{}").send().fails(404, 40400);
        server.get(path("nonsense")).send().fails(400, 40003);
        server.request("PATCH", path(unknown)).json("{}").send().fails(405, 40500);
        for (String room : List.of("", "%5Bmeta%5Dlog", "%5B%3Frewind%3D1%5Dlobby", ":r", "a%0Ab")) {
            server.get("/chat/v4/rooms/" + room + "/messages").send().fails(400, 40010);
        }
    }

    @Test
    void aRoomsNameIsAnyText() {
        String room = "/chat/v4/rooms/" + UrlText.encode("a/b ü:c?d") + "/messages";
        as("ann", "POST", room, "{'text':'hi'}").send().is(201);
        assertThat(server.get(room).send().all("text")).containsExactly("hi");
        assertThat(server.get("/channels").send().list().toString()).contains("a/b ü:c?d::$chat");
    }

    @Test
    void occupancyCountsConnectionsAndMembers() {
        server.enter("lobby::$chat", "conn1", "ann", "bob");
        assertThat(server.get(ROOM + "/occupancy").send().is(200).object())
                .isEqualTo(Map.of("connections", 0L, "presenceMembers", 2L));
        assertThat(server.get("/chat/v1/rooms/lobby/occupancy").send().is(200).at("presenceMembers"))
                .isEqualTo(2L);
    }

    @Test
    void aTestOfARefusalIsRefused() {
        String serial = serialOf("hi");
        as("ann", "POST", MESSAGES + "?_forceNack=true", "{'text':'x'}").send().fails(400, 40099);
        as("ann", "PUT", path(serial) + "?_forceNack=true", "{'message':{'text':'x'}}")
                .send()
                .fails(400, 40099);
    }
}
