package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.OriginSeq;
import io.hark.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryRouteTest {
    private static final String PERSISTED = "/channels/persisted:c/messages";

    private final TestServer server = new TestServer();

    /// Messages `0` to `count` - 1, a second apart.
    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            server.post(PERSISTED, "{\"data\":\"" + i + "\"}").send().is(201);
            server.now += 1_000;
        }
    }

    /// The data of each page, from the first one along the links.
    private List<List<Object>> walk(String path, String query) {
        List<List<Object>> pages = new ArrayList<>();
        Optional<String> next = Optional.of("./?" + query);
        while (next.isPresent()) {
            TestResponse page = server.get(
                            path + next.get().substring(next.get().indexOf('?')))
                    .send()
                    .is(200);
            pages.add(page.all("data"));
            assertThat(page.link("first")).isPresent();
            assertThat(page.link("current")).isPresent();
            next = page.link("next");
        }
        return pages;
    }

    @Test
    void itemsHaveEverythingSpelledOut() {
        server.post(PERSISTED, "[{\"name\":\"n\",\"clientId\":\"ann\",\"extras\":{\"headers\":{\"a\":1}}},{}]")
                .send()
                .is(201);
        TestResponse history =
                server.get(PERSISTED + "?direction=forwards").send().is(200);
        Map<?, ?> message = (Map<?, ?>) history.list().getFirst();
        assertThat(message.get("id")).isEqualTo("random0:0");
        assertThat(message.get("name")).isEqualTo("n");
        assertThat(message.get("clientId")).isEqualTo("ann");
        assertThat(message.get("timestamp")).isEqualTo(server.now);
        assertThat(message.get("action")).isEqualTo(0L);
        assertThat(message.get("serial").toString()).endsWith(":000");
        assertThat(message.get("version")).isEqualTo(Map.of("serial", message.get("serial"), "timestamp", server.now));
        assertThat(message.get("extras")).isEqualTo(Map.of("headers", Map.of("a", 1L)));
        assertThat(history.at("1.id")).isEqualTo("random0:1");
    }

    @Test
    void theLastMessagesAreThereAfterAYearWhereTheyAreKept() {
        for (String channel : new String[] {"last:c", "other:c"}) {
            String path = "/channels/" + channel + "/messages";
            server.post(path, "{\"data\":\"first\"}").send().is(201);
            server.post(path, "[{\"data\":\"a\"},{\"data\":\"b\"}]").send().is(201);
        }
        server.now += Duration.ofDays(300).toMillis();
        server.store.expire(server.now);

        assertThat(walk("/channels/last:c/messages", "limit=1")).isEqualTo(List.of(List.of("b"), List.of("a")));
        assertThat(walk("/channels/last:c/messages", "limit=1&direction=forwards"))
                .isEqualTo(List.of(List.of("a"), List.of("b")));
        for (String query : new String[] {"limit=2", "limit=1&start=1", "limit=1&end=" + server.now}) {
            assertThat(walk("/channels/last:c/messages", query)).isEqualTo(List.of(List.of()));
        }
        assertThat(walk("/channels/other:c/messages", "limit=1")).isEqualTo(List.of(List.of()));
        assertThat(walk("/channels/last:c/presence/history", "limit=1")).isEqualTo(List.of(List.of()));
    }

    @Test
    void emptyChannelGivesAnEmptyPageWithLinks() {
        TestResponse history = server.get("/channels/unused/messages").send().is(200);
        assertThat(history.list()).isEmpty();
        assertThat(history.link("first")).isEqualTo(history.link("current")).isPresent();
        assertThat(history.link("next")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"messages", "history"})
    void linksFollowTheGrammarAndRepeatTheFilters(String segment) {
        publish(3);
        TestResponse page = server.get("/channels/persisted:c/" + segment + "?limit=2&start=5&format=json")
                .send()
                .is(200);
        String filters = "start=5&end=" + server.now + "&limit=2&direction=backwards&format=json";
        assertThat(page.headers("Link").getFirst()).isEqualTo("<./" + segment + "?" + filters + ">; rel=\"first\"");
        assertThat(page.link("current")).isEqualTo(page.link("first"));
        assertThat(page.link("next").orElseThrow()).startsWith("./" + segment + "?" + filters + "&cursor=");
    }

    @Test
    void firstAndCurrentCanBeFollowedFromAnyPage() {
        publish(5);
        TestResponse one = server.get(PERSISTED + "?limit=2").send();
        TestResponse two = server.get(PERSISTED + one.link("next").orElseThrow().substring(10))
                .send();
        assertThat(two.all("data")).containsExactly("2", "1");
        assertThat(two.link("first")).isEqualTo(one.link("first"));
        assertThat(server.get(PERSISTED + two.link("current").orElseThrow().substring(10))
                        .send()
                        .body())
                .isEqualTo(two.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {PERSISTED, "/channels/persisted:c/presence/history"})
    void aPageThatBeginsAfterNowIsEmptyAndItsLinksCanBeFollowed(String path) {
        publish(1);
        assertThat(walk(path, "start=" + (server.now + 5_000))).isEqualTo(List.of(List.of()));
        TestResponse page = server.get(path + "?start=" + (server.now + 5_000)).send();
        for (String rel : List.of("first", "current")) {
            String link = page.link(rel).orElseThrow();
            assertThat(server.get(path + link.substring(link.indexOf('?')))
                            .send()
                            .is(200)
                            .list())
                    .isEmpty();
        }
    }

    @Test
    void pageOfExactlyTheLimitHasNoNext() {
        publish(4);
        assertThat(walk(PERSISTED, "limit=4")).isEqualTo(List.of(List.of("3", "2", "1", "0")));
        assertThat(walk(PERSISTED, "limit=2")).isEqualTo(List.of(List.of("3", "2"), List.of("1", "0")));
        assertThat(walk(PERSISTED, "limit=2&direction=forwards"))
                .isEqualTo(List.of(List.of("0", "1"), List.of("2", "3")));
        assertThat(walk(PERSISTED, "limit=1000")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7})
    void pagesCountMessagesAndMayEndWithinAPublish(int limit) {
        server.post(PERSISTED, "[{\"data\":\"0\"},{\"data\":\"1\"},{\"data\":\"2\"}]")
                .send();
        server.post(PERSISTED, "{\"data\":\"3\"}").send();
        server.post(PERSISTED, "[{\"data\":\"4\"},{\"data\":\"5\"},{\"data\":\"6\"}]")
                .send();
        List<List<Object>> forwards = walk(PERSISTED, "direction=forwards&limit=" + limit);
        assertThat(forwards.stream().flatMap(List::stream)).containsExactly("0", "1", "2", "3", "4", "5", "6");
        List<List<Object>> backwards = walk(PERSISTED, "limit=" + limit);
        assertThat(backwards.stream().flatMap(List::stream)).containsExactly("6", "5", "4", "3", "2", "1", "0");
        assertThat(backwards).hasSize((7 + limit - 1) / limit).allMatch(page -> page.size() <= limit);
    }

    @Test
    void laterPublishesDoNotMoveTheNextPages() {
        publish(4);
        TestResponse one = server.get(PERSISTED + "?limit=2&direction=forwards").send();
        server.now++;
        publish(3);
        assertThat(walk(PERSISTED, one.link("next").orElseThrow().substring(11)))
                .isEqualTo(List.of(List.of("2", "3")));
    }

    @Test
    void startAndEndAreInclusive() {
        long t = server.now;
        publish(5);
        String range = "start=%d&end=%d".formatted(t + 1_000, t + 3_000);
        assertThat(walk(PERSISTED, range)).isEqualTo(List.of(List.of("3", "2", "1")));
        assertThat(server.get(PERSISTED + "?end=1").send().is(200).list()).isEmpty();
        assertThat(walk(PERSISTED, "direction=forwards&start=" + (t + 3_001))).isEqualTo(List.of(List.of("4")));
    }

    @Test
    void messageIsVisibleThoughTheClockWentBack() {
        publish(1);
        server.now -= 60_000;
        publish(1);
        server.now -= 60_000;
        assertThat(server.get(PERSISTED).send().list()).hasSize(2);
    }

    @Test
    void unpersistedChannelsKeepTwoMinutes() {
        server.post("/channels/c/messages", "{}").send();
        server.now += 119_999;
        server.post("/channels/c/messages", "{}").send();
        assertThat(server.get("/channels/c/messages").send().list()).hasSize(2);
        server.now += 2;
        assertThat(server.get("/channels/c/messages").send().list()).hasSize(1);
        publish(1);
        server.now += 3_600_000;
        assertThat(server.get(PERSISTED).send().list()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0,40003",
        "limit=1001,40003",
        "limit=x,40003",
        "limit=,40003",
        "direction=sideways,40003",
        "start=x,40003",
        "end=-1,40003",
        "start=2&end=1,40003",
        "cursor=x,40011",
        "cursor=1-,40011",
        "cursor=9999999999999999999-0,40011",
        "from_serial=nonsense,90008",
        "fromSerial=,90008",
        "from_serial=01700000000000-000@eu.1.1:000,40003",
    })
    void wrongParamsAreRefused(String query, int code) {
        server.get(PERSISTED + "?" + query).send().fails(400, code);
        server.get("/channels/c/presence/history?" + query).send().fails(400, code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"from_serial", "fromSerial"})
    void fromSerialShowsWhatWasThereAtThatPosition(String name) {
        publish(3);
        String query = name + "=" + serial(TestServer.REGION, 1, server.committedLsn("persisted:c")) + "&limit=2";
        publish(3);
        assertThat(walk(PERSISTED, query)).isEqualTo(List.of(List.of("2", "1"), List.of("0")));
    }

    @Test
    void fromSerialOfAnotherRegionOrLineageIsRefused() {
        server.get(PERSISTED + "?from_serial=" + serial("us", 1, 1)).send().fails(400, 40024);
        server.get(PERSISTED + "?from_serial=" + serial(TestServer.REGION, 7, 1))
                .send()
                .fails(400, 90008);
    }

    private String serial(String region, int lineage, long lsn) {
        return server.serials.encode(new Position(region, lineage, lsn, List.of(new OriginSeq(region, lineage, lsn))));
    }

    @Test
    void hugePagesEndEarlyAndGoOn() {
        String large = "x".repeat(65_000);
        for (int i = 0; i < 100; i++) {
            server.post(PERSISTED, "{\"data\":\"%s\"}".formatted(large)).send().is(201);
        }
        List<List<Object>> pages = walk(PERSISTED, "limit=1000");
        assertThat(pages.stream().mapToInt(List::size).sum()).isEqualTo(100);
        assertThat(pages.size()).isBetween(2, 3);
    }
}
