package io.hark.launcher;

import io.hark.stats.StatsRetention;
import java.time.Duration;

/// Value: how statistics are kept.
///
/// @param reportEvery how often a node reports what it counts, and what a node that is killed can lose of it
/// @param retention   the same on every node of the region
public record StatsConfig(Duration reportEvery, StatsRetention retention) {
    static StatsConfig of(Settings settings) {
        return new StatsConfig(
                settings.duration("stats.reportEvery", "6s", "1s", "1m"),
                new StatsRetention(
                        settings.duration("stats.keepMinutes", "7d", "2h", "366d"),
                        settings.duration("stats.keepHours", "93d", "1d", "1827d"),
                        settings.duration("stats.keepDays", "731d", "31d", "3653d"),
                        settings.duration("stats.keepMonths", "1827d", "31d", "3653d")));
    }
}
