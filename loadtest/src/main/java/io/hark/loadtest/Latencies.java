package io.hark.loadtest;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/// Handle: one kind of latency, recorded on each lane without a lock and collected by one thread.
final class Latencies {
    private static final long MICROS_MAX = 3_600_000_000L;
    private static final int DIGITS = 3;

    private final List<SingleWriterRecorder> byLane = new ArrayList<>();
    private final List<Histogram> reused = new ArrayList<>();
    private final Histogram all = new Histogram(MICROS_MAX, DIGITS);

    Latencies(int lanes) {
        for (int i = 0; i < lanes; i++) {
            byLane.add(new SingleWriterRecorder(MICROS_MAX, DIGITS));
            reused.add(null);
        }
    }

    /// On the lane's loop. Beyond an hour it counts as an hour.
    void record(Lane lane, long micros) {
        byLane.get(lane.index()).recordValue(Math.clamp(micros, 0, MICROS_MAX));
    }

    /// What was recorded since the last call; one thread.
    Histogram collect() {
        Histogram interval = new Histogram(MICROS_MAX, DIGITS);
        for (int i = 0; i < byLane.size(); i++) {
            Histogram ofLane = byLane.get(i).getIntervalHistogram(reused.get(i));
            reused.set(i, ofLane);
            interval.add(ofLane);
        }
        all.add(interval);
        return interval;
    }

    /// Everything that was collected.
    Histogram all() {
        return all;
    }
}
