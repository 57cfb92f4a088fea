package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.stats.StatsBook;
import io.hark.stats.StatsReport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatsRouteTest {
    private final TestServer server = new TestServer();

    private void post(String... minutes) {
        List<String> items = new ArrayList<>();
        for (String minute : minutes) {
            items.add("{\"intervalId\":\"%s\",\"inbound\":{\"rest\":{\"messages\":{\"count\":1}}}}".formatted(minute));
        }
        server.post("/stats", "[" + String.join(",", items) + "]").send().is(201);
    }

    private List<Object> walk(String query) {
        List<Object> ids = new ArrayList<>();
        Optional<String> next = Optional.of("./stats?" + query);
        while (next.isPresent()) {
            TestResponse page = server.get(next.get().substring(1)).send().is(200);
            ids.addAll(page.all("intervalId"));
            assertThat(page.link("first")).isPresent();
            next = page.link("next");
        }
        return ids;
    }

    @Test
    void pagesAreWalkedBothWaysAcrossGaps() {
        post("2022-01-01:00:00", "2023-11-14:22:12", "2023-11-14:22:13", "2023-11-14:20:00");
        assertThat(walk("limit=1"))
                .containsExactly("2023-11-14:22:13", "2023-11-14:22:12", "2023-11-14:20:00", "2022-01-01:00:00");
        assertThat(walk("limit=2&direction=forwards&start=2023-01-01:00:00"))
                .containsExactly("2023-11-14:20:00", "2023-11-14:22:12", "2023-11-14:22:13");
        assertThat(walk("unit=day&limit=1")).containsExactly("2023-11-14:00", "2022-01-01:00");
        assertThat(walk("unit=month&end=2022-12")).containsExactly("2022-01-01:00");
        assertThat(walk("by=hour&start=2023-11-14:22:12")).containsExactly("2023-11-14:22");
    }

    @Test
    void theUnitFollowsTheStart() {
        post("2023-11-14:22:12", "2023-11-14:22:13");
        assertThat(walk("start=2023-11-14:22")).containsExactly("2023-11-14:22");
        assertThat(walk("start=2023-11-14:22:13")).containsExactly("2023-11-14:22:13");
    }

    @Test
    void linksRepeatWhatWasAskedForInMilliseconds() {
        post("2023-11-14:22:12", "2023-11-14:22:13");
        TestResponse page = server.get("/stats?limit=1&start=2023-11-14:22:12&end=2023-11-14:22:13")
                .send()
                .is(200);
        assertThat(page.link("next"))
                .contains("./stats?start=1699999920000&end=1699999980000&unit=minute&limit=1&direction=backwards"
                        + "&cursor=2023-11-14%3A22%3A13");
    }

    @Test
    void theShapeFollowsTheVersionOfTheProtocol() {
        post("2023-11-14:22:12");
        assertThat(server.get("/stats").send().at("0.entries"))
                .isEqualTo(Map.of(
                        "messages.all.all.count", 1L,
                        "messages.all.messages.count", 1L,
                        "messages.inbound.all.all.count", 1L,
                        "messages.inbound.all.messages.count", 1L,
                        "messages.inbound.rest.all.count", 1L,
                        "messages.inbound.rest.messages.count", 1L));
        TestResponse old = server.get("/stats").version("1.2").send().is(200);
        assertThat(old.at("0.inbound.rest.messages.count")).isEqualTo(1L);
        assertThat(old.at("0.inbound.all.all.category.delta.count")).isEqualTo(0L);
        assertThat(server.get("/stats")
                        .version("2")
                        .header("accept", "application/x-msgpack")
                        .send()
                        .at("0.unit"))
                .isEqualTo("minute");
    }

    @Test
    void requestsAreCountedByWhatBecameOfThem() {
        server.post("/channels/c/messages", "{\"data\":\"four\"}").send().is(201);
        server.post("/channels/c/messages", "[{}, {\"id\":\"a:0\"}]").send().is(400);
        server.get("/channels/c/messages").send().is(200);
        server.request("GET", "/channels/c/messages")
                .header(
                        "authorization",
                        "Basic " + TestServer.base64(server.key(0).text() + "x"))
                .send()
                .is(401);
        server.request("POST", "/keys/" + server.key(0).name() + "/requestToken")
                .json("{\"keyName\":\"" + server.key(0).name() + "\",\"timestamp\":" + server.now + "}")
                .send()
                .is(201);
        StatsBook book = new StatsBook("node", server.stats.of(server.app.id()));
        book.tick(server.now);
        StatsReport report = book.due(server.now, true, true).getFirst();
        Map<String, Object> flat =
                new io.hark.stats.StatsShape(server.app.id(), report.minute(), report.row(), server.now).flat();
        Map<?, ?> entries = (Map<?, ?>) flat.get("entries");
        assertThat(entries.get("messages.inbound.rest.messages.count")).isEqualTo(1L);
        assertThat(entries.get("messages.inbound.rest.messages.data")).isEqualTo(4L);
        assertThat(entries.get("messages.inbound.rest.messages.refused")).isEqualTo(2L);
        assertThat(entries.get("messages.outbound.rest.messages.count")).isEqualTo(1L);
        assertThat(entries.get("apiRequests.other.succeeded")).isEqualTo(2L);
        assertThat(entries.get("apiRequests.other.refused")).isEqualTo(2L);
        assertThat(entries.get("apiRequests.tokenRequests.succeeded")).isEqualTo(1L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unit=year",
                "start=x",
                "start=2023-02-30",
                "start=-1",
                "end=99999999999999999999",
                "start=2&end=1",
                "limit=0",
                "limit=1001",
                "direction=sideways"
            })
    void queriesThatMakeNoSenseAreRefused(String query) {
        server.get("/stats?" + query).send().fails(400, 40003);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "2023-11", "2023-11-14:22:12:13"})
    void aCursorOfAnotherListingIsRefused(String cursor) {
        assertThat(server.get("/stats?cursor=" + cursor).send().status()).isEqualTo(400);
    }

    @Test
    void whoMayNotIsRefused() {
        server.get("/stats").basic(server.key(1)).send().fails(401, 40160);
        server.post("/stats", "[]").basic(server.key(1)).send().fails(401, 40160);
        server.get("/stats").anonymous().send().is(401);
    }

    @Test
    void statisticsCanOnlyBeSetWhereAppsAreMade() {
        TestServer other = new TestServer(false);
        other.post("/stats", "[]").send().fails(405, 40500);
    }

    @Test
    void fixturesAreBounded() {
        String body = "[" + "{\"intervalId\":\"2023-11-14:22:12\"},".repeat(1_000) + "{}]";
        assertThat(body.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(1 << 20);
        server.post("/stats", body).send().fails(400, 40000);
        server.post("/stats", "[7]").send().fails(400, 40001);
    }
}
