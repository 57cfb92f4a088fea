package io.hark.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StatsShapeTest {
    private static final String ID = "2025-01-20:15:11";
    private static final Interval MINUTE = Interval.parse(ID).orElseThrow();

    private static StatsRow posted() {
        return StatsFixture.of(Map.of(
                        "intervalId",
                        ID,
                        "inbound",
                        Map.of(
                                "realtime",
                                Map.of(
                                        "messages",
                                        Map.of(
                                                "count",
                                                50,
                                                "data",
                                                5_000,
                                                "category",
                                                Map.of("delta", Map.of("count", 4, "uncompressedData", 9)))),
                                "rest",
                                Map.of("messages", Map.of("count", 7), "presence", Map.of("count", 0))),
                        "outbound",
                        Map.of("realtime", Map.of("messages", Map.of("count", 20, "data", 2_000))),
                        "persisted",
                        Map.of("presence", Map.of("count", 20, "data", 2_000)),
                        "connections",
                        Map.of("tls", Map.of("peak", 20, "opened", 10)),
                        "channels",
                        Map.of("peak", 50, "opened", 30, "mean", 40, "min", 1),
                        "apiRequests",
                        Map.of("succeeded", 50, "failed", 10),
                        "tokenRequests",
                        Map.of("succeeded", 60),
                        "unknown",
                        true))
                .row();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> entries(Map<String, Object> flat) {
        return (Map<String, Object>) flat.get("entries");
    }

    @SuppressWarnings("unchecked")
    private static Object at(Map<String, Object> tree, String path) {
        Object value = tree;
        for (String name : path.split("\\.")) {
            value = ((Map<String, Object>) value).get(name);
        }
        return value;
    }

    @Test
    void flatEntriesHaveSumsAndLeaveOutWhatIsZero() {
        Map<String, Object> flat = new StatsShape("app1", MINUTE, posted(), MINUTE.endMillis()).flat();
        assertThat(flat)
                .containsEntry("intervalId", ID)
                .containsEntry("unit", "minute")
                .containsEntry("appId", "app1")
                .containsKey("schema")
                .doesNotContainKey("inProgress");
        assertThat(entries(flat))
                .containsEntry("messages.inbound.realtime.messages.count", 50L)
                .containsEntry("messages.inbound.realtime.all.data", 5_000L)
                .containsEntry("messages.inbound.all.messages.count", 57L)
                .containsEntry("messages.inbound.all.all.count", 57L)
                .containsEntry("messages.outbound.all.all.count", 20L)
                .containsEntry("messages.all.all.count", 77L)
                .containsEntry("messages.persisted.presence.count", 20L)
                .containsEntry("messages.persisted.all.data", 2_000L)
                .containsEntry("connections.all.peak", 20L)
                .containsEntry("connections.all.opened", 10L)
                .containsEntry("channels.peak", 50L)
                .containsEntry("channels.mean", 40L)
                .containsEntry("channels.min", 1L)
                .containsEntry("apiRequests.all.succeeded", 110L)
                .containsEntry("apiRequests.tokenRequests.succeeded", 60L)
                .containsEntry("apiRequests.other.failed", 10L)
                .doesNotContainValue(0L)
                .doesNotContainKey("messages.inbound.rest.presence.count");
        assertThat(entries(flat).keySet()).noneMatch(key -> key.contains("category"));
    }

    @Test
    void theOldShapeHasAllOfItsParts() {
        Map<String, Object> old = new StatsShape("app1", MINUTE, posted(), MINUTE.endMillis()).old();
        assertThat(at(old, "inbound.all.all.count")).isEqualTo(57L);
        assertThat(at(old, "inbound.all.all.category.delta.count")).isEqualTo(4L);
        assertThat(at(old, "all.messages.category.delta.uncompressedData")).isEqualTo(9L);
        assertThat(at(old, "processed.delta.xdelta.succeeded")).isEqualTo(0L);
        assertThat(at(old, "connections.tls.peak")).isEqualTo(20L);
        assertThat(at(old, "connections.plain.peak")).isEqualTo(0L);
        assertThat(at(old, "apiRequests.succeeded")).isEqualTo(50L);
        assertThat(at(old, "tokenRequests.succeeded")).isEqualTo(60L);
        assertThat(at(old, "persisted.all.count")).isEqualTo(20L);
    }

    @Test
    void whatGoesOnIsToldAsInProgress() {
        long now = MINUTE.startMillis() + 30_000;
        assertThat(new StatsShape("app1", MINUTE, posted(), now).flat()).containsEntry("inProgress", ID);
        assertThat(new StatsShape("app1", MINUTE.in(Unit.DAY), posted(), now).flat())
                .containsEntry("inProgress", ID)
                .containsEntry("intervalId", "2025-01-20:00");
    }

    @Test
    void aMeanIsOfTheWholeInterval() {
        AppStats stats = new AppStats();
        StatsBook book = new StatsBook("node", stats);
        stats.gauge(Gauge.CHANNELS).add(2);
        for (int second = 0; second < 30; second++) {
            book.tick(MINUTE.startMillis() + second * 1_000);
        }
        StatsRow row =
                book.due(MINUTE.startMillis() + 29_000, true, true).getFirst().row();
        assertThat(entries(new StatsShape("a", MINUTE, row, MINUTE.startMillis() + 30_000).flat()))
                .containsEntry("channels.mean", 2L);
        assertThat(entries(new StatsShape("a", MINUTE, row, MINUTE.endMillis()).flat()))
                .containsEntry("channels.mean", 1L)
                .containsEntry("channels.peak", 2L)
                .doesNotContainKey("channels.min");
        assertThat(entries(new StatsShape(
                                "a",
                                MINUTE.in(Unit.HOUR),
                                row,
                                MINUTE.in(Unit.HOUR).endMillis())
                        .flat()))
                .containsEntry("channels.mean", 0.02);
    }

    @Test
    void aFixtureSaysWhatIsWrongWithIt() {
        assertThatThrownBy(() -> StatsFixture.of(Map.of("intervalId", "2025-01-20:15")))
                .hasMessageContaining("intervalId must be a minute");
        assertThatThrownBy(() -> StatsFixture.of(Map.of("intervalId", ID, "inbound", 7)))
                .hasMessage("inbound must be an object");
        assertThatThrownBy(() -> StatsFixture.of(Map.of("intervalId", ID, "channels", Map.of("peak", -1))))
                .hasMessageContaining("peak must be a number");
    }
}
