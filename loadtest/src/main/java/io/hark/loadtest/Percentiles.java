package io.hark.loadtest;

import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// Value: what took how long, in milliseconds; zeros when there was nothing.
record Percentiles(long count, double p50, double p90, double p99, double p999, double max) {
    private static final double MICROS_PER_MILLI = 1e3;

    /// @param micros a histogram of microseconds
    static Percentiles of(Histogram micros) {
        return micros.getTotalCount() == 0
                ? new Percentiles(0, 0, 0, 0, 0, 0)
                : new Percentiles(
                        micros.getTotalCount(),
                        at(micros, 50),
                        at(micros, 90),
                        at(micros, 99),
                        at(micros, 99.9),
                        micros.getMaxValue() / MICROS_PER_MILLI);
    }

    private static double at(Histogram micros, double percentile) {
        return micros.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("count", count);
        tree.put("p50", p50);
        tree.put("p90", p90);
        tree.put("p99", p99);
        tree.put("p999", p999);
        tree.put("max", max);
        return tree;
    }
}
