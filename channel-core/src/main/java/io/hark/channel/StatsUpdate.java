package io.hark.channel;

import io.hark.stats.StatsReport;
import io.hark.stats.StatsRetention;
import io.hark.stats.Unit;

/// Value: what a node has counted of an app's minute, on its way to who keeps the app's statistics.
///
/// @param retention how long it is kept; the same from all nodes
public record StatsUpdate(String app, StatsReport report, StatsRetention retention) {
    /// Clients cannot name a channel like this.
    private static final String NAME = "[stats]";

    /// The channel whose state holds the app's statistics.
    public static ChannelId channel(String app) {
        return ChannelId.of(app, NAME);
    }

    public ChannelId channel() {
        return channel(app);
    }

    /// The rows that hold what was counted in intervals of that unit, by [io.hark.stats.Interval#id].
    public static StateKind rowsOf(Unit unit) {
        return switch (unit) {
            case MINUTE -> StateKind.MINUTE_STATS;
            case HOUR -> StateKind.HOUR_STATS;
            case DAY -> StateKind.DAY_STATS;
            case MONTH -> StateKind.MONTH_STATS;
        };
    }
}
