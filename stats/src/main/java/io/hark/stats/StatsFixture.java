package io.hark.stats;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Value: what a test suite says was counted in a minute, in the shape of before version 3. Members that
/// are not known, or that follow from others, are ignored.
public record StatsFixture(Interval minute, StatsRow row) {
    private static final int PARTS = 60 / Unit.SECONDS_PER_PART_OF_MINUTE;

    /// @throws IllegalArgumentException says what is wrong with it
    public static StatsFixture of(Map<?, ?> tree) {
        Interval minute = Interval.parse(String.valueOf(tree.get("intervalId")))
                .filter(interval -> interval.unit() == Unit.MINUTE)
                .orElseThrow(
                        () -> new IllegalArgumentException("intervalId must be a minute like 2025-01-20:15:11, was '%s'"
                                .formatted(tree.get("intervalId"))));
        SortedMap<Integer, Long> counts = new TreeMap<>();
        for (Flow flow : Flow.values()) {
            Map<?, ?> direction = object(tree, flow.direction());
            Map<?, ?> kinds = flow.transport().isEmpty() ? direction : object(direction, flow.transport());
            for (Traffic.Kind kind : Traffic.Kind.values()) {
                traffic(counts, flow, kind, object(kinds, kind.word()));
            }
        }
        Map<Gauge, Levels> levels = new EnumMap<>(Gauge.class);
        Map<?, ?> connections = object(tree, "connections");
        resources(
                object(connections, "plain"),
                Gauge.PLAIN_CONNECTIONS,
                levels,
                counts,
                Tally.PLAIN_CONNECTIONS_OPENED,
                Tally.PLAIN_CONNECTIONS_REFUSED);
        resources(
                object(connections, "tls"),
                Gauge.TLS_CONNECTIONS,
                levels,
                counts,
                Tally.TLS_CONNECTIONS_OPENED,
                Tally.TLS_CONNECTIONS_REFUSED);
        resources(
                object(tree, "channels"),
                Gauge.CHANNELS,
                levels,
                counts,
                Tally.CHANNELS_OPENED,
                Tally.CHANNELS_REFUSED);
        Map<?, ?> requests = object(tree, "apiRequests");
        put(counts, Tally.OTHER_REQUESTS_SUCCEEDED, requests, "succeeded");
        put(counts, Tally.OTHER_REQUESTS_FAILED, requests, "failed");
        put(counts, Tally.OTHER_REQUESTS_REFUSED, requests, "refused");
        Map<?, ?> tokens = object(tree, "tokenRequests");
        put(counts, Tally.TOKEN_REQUESTS_SUCCEEDED, tokens, "succeeded");
        put(counts, Tally.TOKEN_REQUESTS_FAILED, tokens, "failed");
        put(counts, Tally.TOKEN_REQUESTS_REFUSED, tokens, "refused");
        Map<?, ?> deltas = object(object(object(tree, "processed"), "delta"), "xdelta");
        put(counts, Tally.DELTAS_SUCCEEDED, deltas, "succeeded");
        put(counts, Tally.DELTAS_SKIPPED, deltas, "skipped");
        put(counts, Tally.DELTAS_FAILED, deltas, "failed");
        return new StatsFixture(minute, new StatsRow(new Counts(counts), levels));
    }

    private static void traffic(SortedMap<Integer, Long> counts, Flow flow, Traffic.Kind kind, Map<?, ?> tree) {
        Map<?, ?> delta = object(object(tree, "category"), "delta");
        for (Traffic.Measure measure : Traffic.Measure.values()) {
            boolean ofDeltas = measure.ordinal() >= Traffic.Measure.DELTA_COUNT.ordinal();
            put(counts, new Traffic(flow, kind, measure), ofDeltas ? delta : tree, measure.word());
        }
    }

    private static void resources(
            Map<?, ?> tree,
            Gauge gauge,
            Map<Gauge, Levels> levels,
            SortedMap<Integer, Long> counts,
            Tally opened,
            Tally refused) {
        put(counts, opened, tree, "opened");
        put(counts, refused, tree, "refused");
        int peak = (int) number(tree, "peak");
        int min = (int) number(tree, "min");
        Levels known = new Levels(60 * number(tree, "mean"), Collections.nCopies(PARTS, new Levels.Band(min, peak)));
        if (peak > 0 || known.seconds() > 0) {
            levels.put(gauge, known);
        }
    }

    private static void put(SortedMap<Integer, Long> counts, Metric metric, Map<?, ?> tree, String name) {
        long count = number(tree, name);
        if (count > 0) {
            counts.put(metric.number(), count);
        }
    }

    private static long number(Map<?, ?> tree, String name) {
        Object value = tree.get(name);
        if (value == null) {
            return 0;
        }
        if (!(value instanceof Number number)
                || !(number.doubleValue() >= 0 && number.doubleValue() <= Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "%s must be a number from 0 to %d, was '%s'".formatted(name, Integer.MAX_VALUE, value));
        }
        return number.longValue();
    }

    private static Map<?, ?> object(Map<?, ?> tree, String name) {
        Object value = tree.get(name);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> inner)) {
            throw new IllegalArgumentException("%s must be an object".formatted(name));
        }
        return inner;
    }
}
