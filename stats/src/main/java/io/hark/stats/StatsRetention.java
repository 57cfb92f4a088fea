package io.hark.stats;

import java.time.Duration;

/// Value: how long rows of each unit are kept, from the beginning of their interval on.
public record StatsRetention(Duration minutes, Duration hours, Duration days, Duration months) {
    /// How long a node may take to report a minute.
    public static final Duration LATE_MAX = Duration.ofMinutes(30);

    /// How long what one node has reported of a minute is kept: while it may report more of it.
    public static final Duration REPORTS = Duration.ofHours(2);

    private static final Duration YEARS = Duration.ofDays(1_100);

    public static final StatsRetention DEFAULTS =
            new StatsRetention(Duration.ofDays(7), Duration.ofDays(93), Duration.ofDays(731), Duration.ofDays(1_827));

    /// Of statistics that test suites bring along, which can be almost two years old.
    public static final StatsRetention FIXTURES = new StatsRetention(YEARS, YEARS, YEARS, YEARS);

    public Duration of(Unit unit) {
        return switch (unit) {
            case MINUTE -> minutes;
            case HOUR -> hours;
            case DAY -> days;
            case MONTH -> months;
        };
    }
}
