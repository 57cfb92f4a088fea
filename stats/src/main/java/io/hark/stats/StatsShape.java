package io.hark.stats;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is kept of an interval as clients read it: flat since version 3 of the protocol, nested before. Any thread.
public final class StatsShape {
    private static final String SCHEMA = "https://schemas.ably.com/json/app-stats-0.0.5.json";
    private static final String ALL = "all";
    private static final List<Traffic.Measure> TOLD = List.of(
            Traffic.Measure.COUNT,
            Traffic.Measure.DATA,
            Traffic.Measure.UNCOMPRESSED_DATA,
            Traffic.Measure.FAILED,
            Traffic.Measure.REFUSED);
    private static final List<Traffic.Measure> DELTAS =
            List.of(Traffic.Measure.DELTA_COUNT, Traffic.Measure.DELTA_DATA, Traffic.Measure.DELTA_UNCOMPRESSED_DATA);

    private final String app;
    private final Interval interval;
    private final StatsRow row;
    private final long nowMillis;

    /// @param nowMillis what is still going on is told as of then
    public StatsShape(String app, Interval interval, StatsRow row, long nowMillis) {
        this.app = app;
        this.interval = interval;
        this.row = row;
        this.nowMillis = nowMillis;
    }

    /// `entries` by long keys; what is 0 is left out.
    public Map<String, Object> flat() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("intervalId", interval.longId());
        tree.put("unit", interval.unit().word());
        tree.put("appId", app);
        tree.put("schema", SCHEMA);
        Map<String, Object> entries = new TreeMap<>();
        flatten("", nested(), entries);
        tree.put("entries", entries);
        tellProgress(tree);
        return tree;
    }

    private void tellProgress(Map<String, Object> tree) {
        if (interval.contains(nowMillis)) {
            tree.put("inProgress", Interval.of(Unit.MINUTE, nowMillis).id());
        }
    }

    private static void flatten(String prefix, Map<String, Object> tree, Map<String, Object> entries) {
        tree.forEach((name, value) -> {
            String key = prefix + name;
            if (value instanceof Map<?, ?> inner) {
                Map<String, Object> below = new LinkedHashMap<>();
                inner.forEach((word, each) -> below.put((String) word, each));
                flatten(key + '.', below, entries);
            } else if (value instanceof Number number && number.doubleValue() != 0) {
                entries.put(key, number);
            }
        });
    }

    private Map<String, Object> nested() {
        Map<String, Object> messages = new LinkedHashMap<>();
        messages.put(ALL, kinds("", "", false));
        for (String direction : List.of("inbound", "outbound")) {
            messages.put(direction, direction(direction, false));
        }
        messages.put("persisted", kinds("persisted", "", false));
        messages.put("processed", processed());
        Map<String, Object> requests = new LinkedHashMap<>();
        requests.put(ALL, allRequests());
        requests.put("tokenRequests", tokenRequests());
        requests.put("push", pushRequests());
        requests.put("other", otherRequests());
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("messages", messages);
        all.put("connections", Map.of(ALL, connections()));
        all.put("channels", channels());
        all.put("apiRequests", requests);
        return all;
    }

    /// The shape before version 3: all of it, as its readers look into what is 0, too.
    public Map<String, Object> old() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("intervalId", interval.id());
        tree.put("unit", interval.unit().word());
        tellProgress(tree);
        tree.put(ALL, kinds("", "", true));
        tree.put("inbound", direction("inbound", true));
        tree.put("outbound", direction("outbound", true));
        tree.put("persisted", kinds("persisted", "", true));
        Map<String, Object> connections = new LinkedHashMap<>();
        connections.put(ALL, connections());
        connections.put(
                "plain",
                resources(
                        row.levels(Gauge.PLAIN_CONNECTIONS),
                        count(Tally.PLAIN_CONNECTIONS_OPENED),
                        count(Tally.PLAIN_CONNECTIONS_REFUSED)));
        connections.put(
                "tls",
                resources(
                        row.levels(Gauge.TLS_CONNECTIONS),
                        count(Tally.TLS_CONNECTIONS_OPENED),
                        count(Tally.TLS_CONNECTIONS_REFUSED)));
        tree.put("connections", connections);
        tree.put("channels", channels());
        tree.put("apiRequests", requestsButTokens());
        tree.put("tokenRequests", tokenRequests());
        tree.put("processed", processed());
        return tree;
    }

    private Map<String, Object> direction(String direction, boolean deltas) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(ALL, kinds(direction, "", deltas));
        for (Flow flow : Flow.values()) {
            if (flow.direction().equals(direction)) {
                tree.put(flow.transport(), kinds(direction, flow.transport(), deltas));
            }
        }
        return tree;
    }

    /// @param direction empty for both ways
    /// @param transport empty for any
    private Map<String, Object> kinds(String direction, String transport, boolean deltas) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(ALL, measures(direction, transport, List.of(Traffic.Kind.values()), deltas));
        for (Traffic.Kind kind : Traffic.Kind.values()) {
            tree.put(kind.word(), measures(direction, transport, List.of(kind), deltas));
        }
        return tree;
    }

    private Map<String, Object> measures(String direction, String transport, List<Traffic.Kind> kinds, boolean deltas) {
        Map<String, Object> tree = new LinkedHashMap<>();
        TOLD.forEach(measure -> tree.put(measure.word(), sum(direction, transport, kinds, measure)));
        if (deltas) {
            Map<String, Object> delta = new LinkedHashMap<>();
            DELTAS.forEach(measure -> delta.put(measure.word(), sum(direction, transport, kinds, measure)));
            tree.put("category", Map.of("delta", delta));
        }
        return tree;
    }

    private long sum(String direction, String transport, List<Traffic.Kind> kinds, Traffic.Measure measure) {
        long sum = 0;
        for (Flow flow : Flow.values()) {
            boolean counts = direction.isEmpty()
                    ? flow != Flow.PERSISTED
                    : flow.direction().equals(direction);
            if (counts && (transport.isEmpty() || flow.transport().equals(transport))) {
                for (Traffic.Kind kind : kinds) {
                    sum += row.counts().of(new Traffic(flow, kind, measure));
                }
            }
        }
        return sum;
    }

    private Map<String, Object> processed() {
        Map<String, Object> delta = new LinkedHashMap<>();
        delta.put("succeeded", count(Tally.DELTAS_SUCCEEDED));
        delta.put("skipped", count(Tally.DELTAS_SKIPPED));
        delta.put("failed", count(Tally.DELTAS_FAILED));
        Map<String, Object> simple = new LinkedHashMap<>();
        simple.put("inboundMessages", count(Tally.BATCHING_INBOUND_MESSAGES));
        simple.put("generatedBatches", count(Tally.BATCHING_GENERATED_BATCHES));
        Map<String, Object> conflating = new LinkedHashMap<>();
        conflating.put("inboundMessages", count(Tally.CONFLATING_INBOUND_MESSAGES));
        conflating.put("generatedBatches", count(Tally.CONFLATING_GENERATED_BATCHES));
        conflating.put("discardedMessages", count(Tally.CONFLATING_DISCARDED_MESSAGES));
        Map<String, Object> batching = new LinkedHashMap<>();
        batching.put("simple", simple);
        batching.put("conflating", conflating);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("delta", Map.of("xdelta", delta));
        tree.put("batching", batching);
        return tree;
    }

    private Map<String, Object> connections() {
        return resources(
                row.levels(Gauge.PLAIN_CONNECTIONS).plus(row.levels(Gauge.TLS_CONNECTIONS)),
                count(Tally.PLAIN_CONNECTIONS_OPENED) + count(Tally.TLS_CONNECTIONS_OPENED),
                count(Tally.PLAIN_CONNECTIONS_REFUSED) + count(Tally.TLS_CONNECTIONS_REFUSED));
    }

    private Map<String, Object> channels() {
        return resources(row.levels(Gauge.CHANNELS), count(Tally.CHANNELS_OPENED), count(Tally.CHANNELS_REFUSED));
    }

    private Map<String, Object> resources(Levels levels, long opened, long refused) {
        Levels.Band band = levels.whole(interval.partsBegun(nowMillis));
        double mean = (double) levels.seconds() / interval.secondsPassed(nowMillis);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("peak", (long) band.high());
        tree.put("min", (long) band.low());
        tree.put("mean", rounded(mean));
        tree.put("opened", opened);
        tree.put("refused", refused);
        return tree;
    }

    private static Number rounded(double value) {
        double rounded = Math.round(value * 100) / 100.0;
        return rounded == Math.rint(rounded) ? (Number) (long) rounded : (Number) rounded;
    }

    private Map<String, Object> allRequests() {
        return outcomes(
                count(Tally.TOKEN_REQUESTS_SUCCEEDED)
                        + count(Tally.PUSH_REQUESTS_SUCCEEDED)
                        + count(Tally.OTHER_REQUESTS_SUCCEEDED),
                count(Tally.TOKEN_REQUESTS_FAILED)
                        + count(Tally.PUSH_REQUESTS_FAILED)
                        + count(Tally.OTHER_REQUESTS_FAILED),
                count(Tally.TOKEN_REQUESTS_REFUSED)
                        + count(Tally.PUSH_REQUESTS_REFUSED)
                        + count(Tally.OTHER_REQUESTS_REFUSED));
    }

    private Map<String, Object> requestsButTokens() {
        return outcomes(
                count(Tally.PUSH_REQUESTS_SUCCEEDED) + count(Tally.OTHER_REQUESTS_SUCCEEDED),
                count(Tally.PUSH_REQUESTS_FAILED) + count(Tally.OTHER_REQUESTS_FAILED),
                count(Tally.PUSH_REQUESTS_REFUSED) + count(Tally.OTHER_REQUESTS_REFUSED));
    }

    private Map<String, Object> tokenRequests() {
        return outcomes(
                count(Tally.TOKEN_REQUESTS_SUCCEEDED),
                count(Tally.TOKEN_REQUESTS_FAILED),
                count(Tally.TOKEN_REQUESTS_REFUSED));
    }

    private Map<String, Object> pushRequests() {
        return outcomes(
                count(Tally.PUSH_REQUESTS_SUCCEEDED),
                count(Tally.PUSH_REQUESTS_FAILED),
                count(Tally.PUSH_REQUESTS_REFUSED));
    }

    private Map<String, Object> otherRequests() {
        return outcomes(
                count(Tally.OTHER_REQUESTS_SUCCEEDED),
                count(Tally.OTHER_REQUESTS_FAILED),
                count(Tally.OTHER_REQUESTS_REFUSED));
    }

    private static Map<String, Object> outcomes(long succeeded, long failed, long refused) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("succeeded", succeeded);
        tree.put("failed", failed);
        tree.put("refused", refused);
        return tree;
    }

    private long count(Tally tally) {
        return row.counts().of(tally);
    }
}
