package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchRouteTest {
    private static final String MIXED =
            "{\"channels\":[\"open:a\",\"closed\",\"[bad\",\"open:b\"],\"messages\":{\"data\":\"x\"}}";

    private final TestServer server = new TestServer();

    @Test
    void everySpecHasItsResultInItsPlace() {
        TestResponse response = server.post("/messages", """
            [{"channels":"a","messages":{"id":"own"}},
             {"channels":["b","a"],"messages":[{"data":"1"},{"data":"2"}]}]\
            """).send().is(201);
        assertThat(response.all("successCount")).containsExactly(1L, 2L);
        assertThat(response.all("failureCount")).containsExactly(0L, 0L);
        assertThat(response.at("0.results.0.channel")).isEqualTo("a");
        assertThat(response.at("0.results.0.messageId")).isEqualTo("own");
        assertThat(response.at("1.results.0.channel")).isEqualTo("b");
        assertThat((List<?>) response.at("1.results.1.serials")).hasSize(2);
        assertThat(server.get("/channels/a/messages").send().all("data")).containsExactly("2", "1", null);
    }

    @Test
    void oneSpecAloneIsAnsweredByAListOfOne() {
        assertThat(server.post("/messages", "{\"channels\":\"a\",\"messages\":{}}")
                        .send()
                        .is(201)
                        .list())
                .hasSize(1);
    }

    @Test
    void failuresStayOnTheirChannels() {
        TestResponse response =
                server.post("/messages", MIXED).basic(server.key(3)).send().is(201);
        assertThat(response.at("0.successCount")).isEqualTo(2L);
        assertThat(response.at("0.failureCount")).isEqualTo(2L);
        assertThat(response.at("0.results.1.channel")).isEqualTo("closed");
        assertThat(response.at("0.results.1.error.code")).isEqualTo(40160L);
        assertThat(response.at("0.results.1.error.statusCode")).isEqualTo(401L);
        assertThat(response.at("0.results.2.error.code")).isEqualTo(40010L);
        assertThat(((Map<?, ?>) response.at("0.results.1")).containsKey("serials"))
                .isFalse();
        assertThat(server.get("/channels/open:b/messages").send().list()).hasSize(1);
    }

    @Test
    void olderClientsGetAFlatListAndAnErrorForFailures() {
        TestResponse flat = server.post(
                        "/messages",
                        "[{\"channels\":[\"a\",\"b\"],\"messages\":{}},{\"channels\":\"c\",\"messages\":{}}]")
                .version("2")
                .send()
                .is(201);
        assertThat(flat.all("channel")).containsExactly("a", "b", "c");

        TestResponse mixed = server.post("/messages", MIXED)
                .version("2")
                .basic(server.key(3))
                .send()
                .fails(400, 40020);
        assertThat((List<?>) mixed.at("batchResponse")).hasSize(4);
        assertThat(mixed.at("batchResponse.1.error.code")).isEqualTo(40160L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null                                             | 40001",
                "3                                                | 40001",
                "[null]                                           | 40001",
                "{}                                               | 40001",
                "{'channels':3,'messages':{}}                     | 40001",
                "{'channels':['a',null],'messages':{}}            | 40001",
                "{'channels':[],'messages':{}}                    | 40000",
                "{'channels':'a'}                                 | 40001",
                "{'channels':'a','messages':'b'}                  | 40001",
                "{'channels':'a','messages':{'data':3}}           | 40013",
                "[{'channels':'a','messages':{}},{'channels':3}]  | 40001",
            })
    void malformedBatchPublishesNothing(String body, int code) {
        server.post("/messages", body.replace('\'', '"')).send().fails(400, code);
        assertThat(server.get("/channels/a/messages").send().list()).isEmpty();
    }

    @Test
    void limitsHold() {
        server.post("/messages", spec(BatchRoutes.CHANNELS_MAX)).send().is(201);
        server.post("/messages", spec(BatchRoutes.CHANNELS_MAX + 1)).send().fails(400, 40000);
        int specs = BatchRoutes.PUBLISHES_MAX / BatchRoutes.CHANNELS_MAX;
        String spec = spec(BatchRoutes.CHANNELS_MAX);
        server.post("/messages", "[" + (spec + ",").repeat(specs) + spec + "]")
                .send()
                .fails(400, 40000);
        server.post("/messages", "{\"channels\":\"a\",\"messages\":[" + "{},".repeat(1_000) + "{}]}")
                .send()
                .fails(400, 40034);
    }

    private static String spec(int channels) {
        return IntStream.range(0, channels)
                .mapToObj(i -> "\"c" + i + "\"")
                .collect(Collectors.joining(",", "{\"channels\":[", "],\"messages\":{}}"));
    }

    @Test
    void msgpackCarriesBinaryData() {
        byte[] body = ProtocolCodec.of(Format.MSGPACK)
                .encodeValue(Map.of("channels", "a", "messages", Map.of("data", new byte[] {1, 2})));
        server.request("POST", "/messages")
                .body("application/x-msgpack", body)
                .send()
                .is(201);
        assertThat(server.get("/channels/a/messages").send().at("0.data")).isEqualTo("AQI=");
    }

    @Test
    void presenceOfSeveralChannelsComesInTheOrderAsked() {
        server.enter("b", "conn", "ann");
        TestResponse response =
                server.get("/presence?channels=empty,b,[bad").send().is(200);
        assertThat(response.at("successCount")).isEqualTo(2L);
        assertThat(response.at("failureCount")).isEqualTo(1L);
        assertThat(response.at("results.0.channel")).isEqualTo("empty");
        assertThat((List<?>) response.at("results.0.presence")).isEmpty();
        assertThat(response.at("results.1.presence.0.clientId")).isEqualTo("ann");
        assertThat(response.at("results.2.error.code")).isEqualTo(40010L);

        TestResponse old = server.get("/presence?channels=empty;b&separator=;")
                .version("2")
                .send()
                .is(200);
        assertThat(old.all("channel")).containsExactly("empty", "b");
        server.get("/presence?channels=b,[bad").version("2").send().fails(400, 40020);
    }

    @Test
    void presenceNeedsChannelsAndHasALimit() {
        server.get("/presence").send().fails(400, 40003);
        server.get("/presence?channels=").send().fails(400, 40003);
        String names = IntStream.range(0, 101).mapToObj(Integer::toString).collect(Collectors.joining(","));
        server.get("/presence?channels=" + names).send().fails(400, 40000);
        assertThat(server.get("/presence?channels=a,b")
                        .basic(server.key(3))
                        .send()
                        .is(200)
                        .at("failureCount"))
                .isEqualTo(2L);
    }

    @Test
    void presenceBeyondWhatOneAnswerHoldsIsRefusedChannelByChannel() {
        String[] clientIds =
                IntStream.range(0, 200).mapToObj(i -> i + "x".repeat(30_000)).toArray(String[]::new);
        server.enter("large", "conn", clientIds);
        server.enter("large-too", "conn", clientIds);
        server.enter("small", "conn", "ann");
        TestResponse response =
                server.get("/presence?channels=large,large-too,small").send().is(200);
        assertThat((List<?>) response.at("results.0.presence")).hasSize(200);
        assertThat(response.at("results.1.channel")).isEqualTo("large-too");
        assertThat(response.at("results.1.error.code")).isEqualTo(40009L);
        assertThat((List<?>) response.at("results.2.presence")).hasSize(1);
    }
}
