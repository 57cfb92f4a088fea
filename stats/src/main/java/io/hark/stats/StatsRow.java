package io.hark.stats;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// Value: what was counted of an app over an interval.
///
/// @param levels of gauges that were ever above 0
public record StatsRow(Counts counts, Map<Gauge, Levels> levels) {
    public static final StatsRow EMPTY = new StatsRow(Counts.NONE, Map.of());

    public StatsRow {
        Map<Gauge, Levels> copy = new EnumMap<>(Gauge.class);
        copy.putAll(levels);
        levels = Collections.unmodifiableMap(copy);
    }

    public Levels levels(Gauge gauge) {
        return levels.getOrDefault(gauge, Levels.NONE);
    }

    public StatsRow plus(StatsRow other) {
        Map<Gauge, Levels> sum = new EnumMap<>(Gauge.class);
        sum.putAll(levels);
        other.levels.forEach((gauge, more) -> sum.merge(gauge, more, Levels::plus));
        return new StatsRow(counts.plus(other.counts), sum);
    }

    public StatsRow minus(StatsRow other) {
        Map<Gauge, Levels> rest = new EnumMap<>(Gauge.class);
        rest.putAll(levels);
        other.levels.forEach((gauge, less) -> rest.put(gauge, levels(gauge).minus(less)));
        return new StatsRow(counts.minus(other.counts), rest);
    }

    /// What the row of a larger interval becomes when that of one of its parts has changed.
    ///
    /// @param change of the part
    /// @param after  the part as it is now
    /// @param number of the part in this one
    StatsRow withPart(StatsRow change, StatsRow after, int number) {
        Map<Gauge, Levels> changed = new EnumMap<>(Gauge.class);
        changed.putAll(levels);
        after.levels.forEach((gauge, part) -> changed.put(
                gauge,
                levels(gauge).with(number, part.whole(), change.levels(gauge).seconds())));
        return new StatsRow(counts.plus(change.counts), changed);
    }
}
