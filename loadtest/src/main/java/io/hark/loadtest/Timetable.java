package io.hark.loadtest;

import java.time.Duration;

/// Value: when a run begins, is measured and ends, on the clock of `System.nanoTime()`.
///
/// @param begin        messages are due from here on
/// @param measuredFrom messages that are due from here on count
/// @param end          none is due from here on
record Timetable(long begin, long measuredFrom, long end) {
    /// What is followed before a run has begun.
    static final Timetable NONE = new Timetable(0, 0, 0);

    static Timetable from(long begin, Duration warmUp, Duration measured) {
        long measuredFrom = begin + warmUp.toNanos();
        return new Timetable(begin, measuredFrom, measuredFrom + measured.toNanos());
    }

    /// Microseconds since the beginning, as marks have them.
    long micros(long nanos) {
        return (nanos - begin) / 1_000;
    }
}
