package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OneMessageRouteTest {
    private static final String MESSAGES = "/channels/mutable:c/messages";

    private final TestServer server = new TestServer();

    private String publish(String message) {
        Object serial =
                server.post(MESSAGES, message.replace('\'', '"')).send().is(201).at("serials.0");
        return (String) serial;
    }

    private static String path(String serial) {
        return MESSAGES + '/' + UrlText.encode(serial);
    }

    private TestResponse patch(String serial, String change) {
        return server.request("PATCH", path(serial))
                .json(change.replace('\'', '"'))
                .send();
    }

    private TestResponse annotate(String serial, String annotations) {
        return server.post(path(serial) + "/annotations", annotations.replace('\'', '"'))
                .send();
    }

    @Test
    void aMessageIsReadAsItIs() {
        String serial = publish("{'id':'own','name':'n','data':'d','clientId':'ann'}");

        TestResponse message = server.get(path(serial)).send().is(200);
        assertThat(message.object())
                .isEqualTo(Map.of(
                        "id",
                        "own",
                        "name",
                        "n",
                        "data",
                        "d",
                        "clientId",
                        "ann",
                        "timestamp",
                        server.now,
                        "action",
                        0L,
                        "serial",
                        serial,
                        "version",
                        Map.of("serial", serial, "timestamp", server.now)));
    }

    @Test
    void aChangeIsAnsweredWithItsVersionAndShown() {
        String serial = publish("{'name':'n','data':'d','clientId':'ann'}");
        server.now += 1_000;
        String version = (String) patch(
                        serial,
                        "{'action':1,'data':'D','extras':{'headers':{'h':1}},"
                                + "'version':{'clientId':'ed','description':'why','metadata':{'k':'v'}}}")
                .is(200)
                .at("versionSerial");

        TestResponse message = server.get(path(serial)).send().is(200);
        assertThat(message.at("data")).isEqualTo("D");
        assertThat(message.at("name")).isEqualTo("n");
        assertThat(message.at("clientId")).isEqualTo("ann");
        assertThat(message.at("action")).isEqualTo(1L);
        assertThat(message.at("serial")).isEqualTo(serial);
        assertThat(message.at("timestamp")).isEqualTo(server.now - 1_000);
        assertThat(message.at("extras")).isEqualTo(Map.of("headers", Map.of("h", 1L)));
        assertThat(message.at("version"))
                .isEqualTo(Map.of(
                        "serial",
                        version,
                        "timestamp",
                        server.now,
                        "clientId",
                        "ed",
                        "description",
                        "why",
                        "metadata",
                        Map.of("k", "v")));
        assertThat(server.get(MESSAGES).send().all("data")).containsExactly("D");
    }

    @Test
    void theFormOfEarlierSdksIsUnderstood() {
        String serial = publish("{'name':'n','data':'d'}");
        patch(serial, "{'data':'D','operation':{'clientId':'ed','description':'why','metadata':{'k':'v'}}}")
                .is(200);
        TestResponse updated = server.get(path(serial)).send().is(200);
        assertThat(updated.at("action")).isEqualTo(1L);
        assertThat(updated.at("data")).isEqualTo("D");
        assertThat(updated.at("name")).isEqualTo("n");
        assertThat(updated.at("version.clientId")).isEqualTo("ed");
        assertThat(updated.at("version.metadata")).isEqualTo(Map.of("k", "v"));

        Object version = server.post(path(serial) + "/delete", "{\"operation\":{\"description\":\"gone\"}}")
                .send()
                .is(200)
                .at("versionSerial");
        TestResponse deleted = server.get(path(serial)).send().is(200);
        assertThat(deleted.at("action")).isEqualTo(2L);
        assertThat(deleted.at("data")).isEqualTo("D");
        assertThat(deleted.at("version.serial")).isEqualTo(version);
        assertThat(deleted.at("version.description")).isEqualTo("gone");
        server.post(path(serial) + "/delete", "{\"action\":1}").send().fails(400, 40030);
        server.post(path(serial) + "/delete", "{}").basic(server.key(1)).send().fails(401, 40160);
    }

    @Test
    void versionsComeOldestFirstAndInPages() {
        String serial = publish("{'data':'0'}");
        for (int i = 1; i < 5; i++) {
            server.now += 10;
            patch(serial, "{'action':1,'data':'" + i + "'}").is(200);
        }
        patch(serial, "{'action':5,'data':'+'}").is(200);
        List<Object> all = new ArrayList<>();
        Optional<String> next = Optional.of("./versions?limit=4");
        while (next.isPresent()) {
            TestResponse page =
                    server.get(path(serial) + next.get().substring(1)).send().is(200);
            all.addAll(page.all("data"));
            assertThat(page.link("first")).contains("./versions?limit=4");
            next = page.link("next");
        }
        assertThat(all).containsExactly("0", "1", "2", "3", "4", "4+");
        assertThat(server.get(path(serial) + "/versions").send().link("next")).isEmpty();
    }

    @Test
    void annotationsAreTakenSummedUpAndListed() {
        String serial = publish("{'data':'d'}");
        TestResponse taken = annotate(
                serial,
                "[{'type':'n:distinct.v1','name':'a','clientId':'ann','data':{'x':1}},"
                        + "{'action':0,'type':'n:multiple.v1','name':'b','count':4,'messageSerial':'" + serial + "'}]");
        List<?> serials = (List<?>) taken.is(201).at("serials");
        annotate(serial, "{'action':1,'type':'n:distinct.v1','name':'zz','clientId':'ann'}")
                .is(201);

        TestResponse list = server.get(path(serial) + "/annotations").send().is(200);
        assertThat(list.all("serial").subList(0, 2)).isEqualTo(serials);
        assertThat(list.all("type")).containsExactly("n:distinct.v1", "n:multiple.v1", "n:distinct.v1");
        assertThat(list.all("action")).containsExactly(0L, 0L, 1L);
        assertThat(list.all("messageSerial")).containsOnly(serial);
        assertThat(list.at("0.encoding")).isEqualTo("json");
        assertThat(list.at("1.count")).isEqualTo(4L);
        assertThat(list.at("0.id").toString()).endsWith(":0");
        assertThat(list.at("0.timestamp")).isEqualTo(server.now);
        assertThat(server.get(path(serial)).send().at("annotations.summary"))
                .isEqualTo(Map.of(
                        "n:distinct.v1",
                        Map.of("a", Map.of("total", 1L, "clientIds", List.of("ann"), "clipped", false)),
                        "n:multiple.v1",
                        Map.of(
                                "b",
                                Map.of(
                                        "total",
                                        4L,
                                        "clientIds",
                                        Map.of(),
                                        "totalUnidentified",
                                        4L,
                                        "totalClientIds",
                                        0L,
                                        "clipped",
                                        false))));
        TestResponse first = server.get(path(serial) + "/annotations?limit=2").send();
        String next = first.link("next").orElseThrow();
        assertThat(server.get(path(serial) + next.substring(1)).send().all("name"))
                .containsExactly("zz");
    }

    @Test
    void aSummaryIsAskedForOfOneClient() {
        String serial = publish("{'data':'d'}");
        annotate(serial, "[{'type':'n:flag.v1','clientId':'ann'},{'type':'n:flag.v1','clientId':'bob'}]")
                .is(201);
        String url = path(serial) + "/client-summary";
        Object bobs = Map.of("n:flag.v1", Map.of("total", 2L, "clientIds", List.of("bob"), "clipped", true));

        assertThat(server.get(url + "?forClientId=bob").send().is(200).object()).isEqualTo(bobs);
        assertThat(server.get(url)
                        .header("x-ably-clientid", TestServer.base64("bob"))
                        .send()
                        .is(200)
                        .object())
                .isEqualTo(bobs);
        server.get(url).send().fails(400, 40003);
        server.get(url + "?forClientId=*").send().fails(400, 40012);
        server.get(path(serial.replace("000", "111")) + "/client-summary?forClientId=bob")
                .send()
                .fails(404, 40400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'action':0,'data':'x'}                          | 400 | 40030",
                "[{'data':'x'}]                                   | 400 | 40001",
                "{'data':'x','operation':'y'}                     | 400 | 40030",
                "[]                                               | 400 | 40030",
                "[{'action':1},{'action':1}]                      | 400 | 40030",
                "{'action':4}                                     | 400 | 40030",
                "{'action':9}                                     | 400 | 40030",
                "{'action':1,'serial':'other'}                    | 400 | 40003",
                "{'action':1,'version':'x'}                       | 400 | 40030",
                "{'action':1,'version':{'clientId':'*'}}          | 400 | 40012",
                "{'action':1,'extras':{'own':1}}                  | 400 | 40032",
                "{'action':1,'data':5}                            | 400 | 40013",
                "{'action':5,'data':{}}                           | 400 | 40013",
                "{'action':5,'data':'YQ==','encoding':'base64'}   | 400 | 40013",
                "7                                                | 400 | 40001"
            })
    void aWrongChangeIsRefusedWithItsCode(String change, int status, int code) {
        String serial = publish("{'data':'d'}");
        patch(serial, change).fails(status, code);
        assertThat(server.get(path(serial)).send().at("action")).isEqualTo(0L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[]                                               | 400 | 40030",
                "{}                                               | 400 | 40003",
                "{'type':''}                                      | 400 | 40003",
                "{'type':'n:total.v1','action':2}                 | 400 | 40003",
                "{'type':'n:total.v1','messageSerial':'other'}    | 400 | 40003",
                "{'type':'n:total.v1','id':''}                    | 400 | 40031",
                "{'type':'n:flag.v1'}                             | 401 | 40161",
                "{'type':'n:unique.v1','clientId':'a'}            | 400 | 40003",
                "{'type':'n:multiple.v1','action':1}              | 400 | 40003",
                "{'type':'n:total.v1','clientId':'*'}             | 400 | 40012",
                "7                                                | 400 | 40001"
            })
    void aWrongAnnotationIsRefusedWithItsCode(String annotation, int status, int code) {
        String serial = publish("{'data':'d'}");
        annotate(serial, annotation).fails(status, code);
        assertThat(server.get(path(serial) + "/annotations").send().list()).isEmpty();
    }

    @Test
    void tooMuchIsRefused() {
        String serial = publish("{'data':'d'}");
        patch(serial, "{'action':1,'data':'" + "x".repeat(65_537) + "'}").fails(413, 40009);
        patch(serial, "{'action':5,'data':'" + "x".repeat(65_536) + "'}").fails(413, 40009);
        patch(serial, "{'action':1,'version':{'description':'" + "x".repeat(65_537) + "'}}")
                .fails(413, 40009);
        String total = "{'type':'n:total.v1'}";
        annotate(serial, "[" + (total + ",").repeat(100) + total + "]").fails(400, 40034);
        annotate(serial, "[" + (total + ",").repeat(99) + total + "]").is(201);
        annotate(serial, "{'type':'" + "x".repeat(1_025) + "'}").fails(400, 40003);
        annotate(serial, "{'type':'t','data':'" + "x".repeat(65_536) + "'}").fails(413, 40009);
        server.get(path(serial) + "/versions?limit=1001").send().fails(400, 40003);
    }

    @Test
    void whatIsNotThereIs404AndWhatCannotBeIs400() {
        String unknown = publish("{'data':'d'}").replace(":000", ":007");
        for (String url : List.of(path(unknown), path(unknown) + "/versions", path(unknown) + "/annotations")) {
            server.get(url).send().fails(404, 40400);
        }
        patch(unknown, "{'action':1}").fails(404, 40400);
        annotate(unknown, "{'type':'n:total.v1'}").fails(404, 40400);
        server.get(path("nonsense")).send().fails(400, 40003);
        patch("nonsense", "{'action':1}").fails(400, 40003);
        server.request("DELETE", path(unknown)).send().fails(405, 40500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"01726585978590-001@abcdefghij:001", "01726585978590-001@cbfVVJsbgAfoXK47193453:0"})
    void theSerialOfAnotherServersMessageIsNotFoundWhereMessagesChange(String foreign) {
        server.get(path(foreign)).send().fails(404, 40400);
        server.get(path(foreign) + "/versions").send().fails(404, 40400);
        patch(foreign, "{'action':2}").fails(404, 40400);
        annotate(foreign, "{'type':'n:total.v1'}").fails(404, 40400);
        server.request("PATCH", path(foreign))
                .basic(server.key(1))
                .json("{\"action\":1}")
                .send()
                .fails(401, 40160);
        server.request("PATCH", "/channels/c/messages/" + UrlText.encode(foreign))
                .json("{\"action\":1}")
                .send()
                .fails(400, 93002);
        server.post("/channels/c/messages/%s/annotations".formatted(UrlText.encode(foreign)), "{\"type\":\"t\"}")
                .send()
                .fails(400, 93002);
    }

    @Test
    void elsewhereMessagesDoNotChange() {
        String serial = (String)
                server.post("/channels/c/messages", "{}").send().is(201).at("serials.0");
        String elsewhere = "/channels/c/messages/" + UrlText.encode(serial);
        server.request("PATCH", elsewhere).json("{\"action\":1}").send().fails(400, 93002);
        server.post(elsewhere + "/annotations", "{\"type\":\"n:total.v1\"}")
                .send()
                .fails(400, 93002);
        assertThat(server.get(elsewhere).send().is(200).at("serial")).isEqualTo(serial);
    }

    @Test
    void whoMayDoWhatIsUpToTheCapability() {
        String serial = publish("{'data':'d','clientId':'ann'}");
        TestRequest readOnly =
                server.request("PATCH", path(serial)).basic(server.key(1)).json("{\"action\":1}");
        readOnly.send().fails(401, 40160);
        server.post(path(serial) + "/annotations", "{\"type\":\"n:total.v1\"}")
                .basic(server.key(1))
                .send()
                .fails(401, 40160);
        server.get(path(serial)).basic(server.key(1)).send().fails(401, 40160);
        server.get(path(serial) + "/client-summary?forClientId=a")
                .basic(server.key(1))
                .send()
                .is(200);
        TestRequest own =
                server.request("PATCH", path(serial)).basic(server.key(5)).json("{\"action\":1}");
        own.send().fails(401, 40166);
        own.header("x-ably-clientid", TestServer.base64("bob")).send().fails(401, 40160);
        own.header("x-ably-clientid", TestServer.base64("ann")).send().is(200);
        own.json("{\"action\":2}").send().fails(401, 40160);
    }
}
