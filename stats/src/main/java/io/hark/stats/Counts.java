package io.hark.stats;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// Value: how often what was counted, by [Metric#number]; what is not in it is 0.
public record Counts(SortedMap<Integer, Long> byNumber) {
    public static final Counts NONE = new Counts(new TreeMap<>());

    public Counts {
        byNumber = Collections.unmodifiableSortedMap(new TreeMap<>(byNumber));
    }

    public long of(Metric metric) {
        return byNumber.getOrDefault(metric.number(), 0L);
    }

    public Counts plus(Counts other) {
        return combined(other, 1);
    }

    public Counts minus(Counts other) {
        return combined(other, -1);
    }

    private Counts combined(Counts other, int sign) {
        SortedMap<Integer, Long> all = new TreeMap<>(byNumber);
        other.byNumber.forEach((number, count) -> all.merge(number, sign * count, (left, right) -> {
            long sum = left + right;
            return sum == 0 ? null : sum;
        }));
        return new Counts(all);
    }
}
