package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectRouteTest {
    private static final String OBJECT = "/channels/c/object";

    private final TestServer server = new TestServer();

    private TestResponse post(String json) {
        return server.post(OBJECT, json).send();
    }

    private TestResponse get(String query) {
        return server.get(OBJECT + query).send();
    }

    private String id(TestResponse made) {
        return (String) made.is(201).at("objectIds.0");
    }

    private static String many(int count, String format) {
        return IntStream.range(0, count).mapToObj(format::formatted).collect(Collectors.joining(","));
    }

    /// A map within a map, `levels` deep.
    private String nested(int levels, String... keys) {
        String inner = id(post("{\"path\":\"seed\",\"mapCreate\":{\"semantics\":0}}"));
        for (int level = 1; level < levels; level++) {
            String reference = "\":{\"data\":{\"objectId\":\"" + inner + "\"}}";
            String entries =
                    List.of(keys).stream().map(key -> '"' + key + reference).collect(Collectors.joining(","));
            inner = id(post("{\"path\":\"seed\",\"mapCreate\":{\"semantics\":0,\"entries\":{" + entries + "}}}"));
        }
        return inner;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/channels/c/object", "/channels/c/objects"})
    void bothNamesLeadToTheSame(String target) {
        server.post(target, "{\"path\":\"n\",\"counterCreate\":{\"count\":3}}")
                .send()
                .is(201);
        assertThat(get("").object()).isEqualTo(Map.of("n", 3L));
        assertThat(server.get(target + "?path=n").send().body()).isEqualTo(3L);
    }

    @Test
    void anUnusedChannelHasAnEmptyRoot() {
        assertThat(get("").is(200).object()).isEqualTo(Map.of());
        assertThat(get("?compact=false").object())
                .isEqualTo(Map.of("objectId", "root", "map", Map.of("semantics", "LWW", "entries", Map.of())));
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "[]|400|40030",
                "{}|400|92000",
                "7|400|40001",
                "{\"path\":\"a\",\"counterInc\":{\"number\":1},\"mapRemove\":{\"key\":\"k\"}}|400|92000",
                "{\"path\":\"a\",\"objectId\":\"root\",\"mapRemove\":{\"key\":\"k\"}}|400|92000",
                "{\"mapRemove\":{\"key\":\"k\"}}|400|92006",
                "{\"path\":\"a\",\"counterInc\":{\"number\":1}}|400|92005",
                "{\"path\":\"\",\"counterInc\":{\"number\":1}}|400|92007",
                "{\"path\":\"\",\"counterInc\":{\"number\":\"1\"}}|400|92000",
                "{\"path\":\"\",\"mapSet\":{\"key\":\"k\",\"value\":{}}}|400|92000",
                "{\"path\":\"\",\"mapSet\":{\"key\":\"k\",\"value\":{\"json\":\"{\"}}}|400|92000",
                "{\"path\":\"a\",\"mapCreate\":{\"semantics\":1}}|400|92000",
                "{\"objectId\":\"counter:x@1\",\"counterCreate\":{\"count\":1}}|400|92000"
            },
            delimiter = '|',
            quoteCharacter = '~')
    void whatCannotBePerformedIsRefused(String body, int status, int code) {
        post(body).fails(status, code);
        assertThat(get("").object()).isEqualTo(Map.of());
    }

    @Test
    void capabilitiesSayWhoMayReadAndWrite() {
        String set = "{\"path\":\"\",\"mapSet\":{\"key\":\"k\",\"value\":{\"boolean\":true}}}";
        server.post(OBJECT, set).basic(server.key(1)).send().fails(401, 40160);
        server.get(OBJECT).basic(server.key(1)).send().is(200);
        server.get("/channels/open:c/object").basic(server.key(3)).send().fails(401, 40160);
    }

    @Test
    void whatIsSentAgainWithItsIdIsPerformedOnce() {
        post("{\"path\":\"n\",\"counterCreate\":{}}").is(201);
        String inc = "{\"id\":\"once\",\"path\":\"n\",\"counterInc\":{\"number\":2}}";
        assertThat(post(inc).is(201).object()).isEqualTo(post(inc).is(201).object());
        assertThat(get("").object()).isEqualTo(Map.of("n", 2L));
    }

    @Test
    void aPublishHasLimits() {
        String remove = "{\"path\":\"\",\"mapRemove\":{\"key\":\"k\"}}";
        post("[" + many(1_001, remove) + "]").fails(400, 40034);
        post("[" + many(1_000, remove) + "]").is(201);
        String entry = "\"k%d\":{\"data\":{\"boolean\":true}}";
        String map = "{\"path\":\"m\",\"mapCreate\":{\"semantics\":0,\"entries\":{%s}}}";
        post(map.formatted(many(10_001, entry))).fails(413, 40009);
        post(map.formatted(many(9_000, entry))).is(201);
        String text = "{\"path\":\"\",\"mapSet\":{\"key\":\"k\",\"value\":{\"string\":\"%s\"}}}";
        post(text.formatted("x".repeat(65_536))).fails(413, 40009);
        post(text.formatted("x".repeat(65_535))).is(201);
        post("{\"id\":\"%s\",\"path\":\"\",\"mapRemove\":{\"key\":\"k\"}}".formatted("x".repeat(1_025)))
                .fails(400, 40031);
    }

    @Test
    void aReadHasLimits() {
        String deep = nested(101, "in");
        get("/" + deep).fails(413, 40009);
        assertThat(get("/" + deep + "?path=in").is(200).toString()).contains("{\"in\":{\"in\":");
        // Each map stands in the one around it twice: a million places.
        String wide = nested(20, "a", "b");
        get("/" + wide).fails(413, 40009);
        assertThat(get("/" + wide + "?path=a.b.a.b.a.b").is(200).object()).hasSize(2);
    }

    @Test
    void aReadLeadsToOnePlace() {
        get("?path=*").fails(400, 92007);
        get("?path=none").fails(400, 92005);
        get("/counter:" + "A".repeat(43) + "@1").fails(404, 92004);
    }

    @Test
    void manyPagesAreReadAsOne() {
        String map = "{\"path\":\"m%d\",\"mapCreate\":{\"semantics\":0,\"entries\":{%s}}}";
        String entries = many(100, "\"k%d\":{\"data\":{\"string\":\"" + "x".repeat(500) + "\"}}");
        for (int i = 0; i < 30; i++) {
            post(map.formatted(i, entries)).is(201);
        }
        Map<?, ?> all = get("").is(200).object();
        assertThat(all).hasSize(30);
        assertThat(all.values())
                .allSatisfy(inner -> assertThat((Map<?, ?>) inner).hasSize(100));
    }
}
