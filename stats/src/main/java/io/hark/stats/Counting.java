package io.hark.stats;

/// Takes counts of one app. What it takes is never taken back.
public interface Counting {
    /// @param number of a [Metric]
    void add(int number, long count);

    default void add(Metric metric, long count) {
        add(metric.number(), count);
    }

    /// Counts what was taken one way, or was to be.
    default void traffic(Flow flow, Traffic.Kind kind, long count, long bytes) {
        add(Traffic.number(flow, kind, Traffic.Measure.COUNT), count);
        add(Traffic.number(flow, kind, Traffic.Measure.DATA), bytes);
        add(Traffic.number(flow, kind, Traffic.Measure.UNCOMPRESSED_DATA), bytes);
    }
}
