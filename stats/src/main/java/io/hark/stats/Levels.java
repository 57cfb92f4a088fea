package io.hark.stats;

import java.util.ArrayList;
import java.util.List;

/// Value: how many there were of something over an interval.
///
/// @param seconds their number, summed over every second of the interval
/// @param bands   between what it was in each part of the interval, see [Unit]; parts that are not in it are at 0
public record Levels(long seconds, List<Band> bands) {
    public static final Levels NONE = new Levels(0, List.of());

    public Levels {
        bands = List.copyOf(bands);
    }

    /// Value: the lowest and the highest that there were.
    public record Band(int low, int high) {
        public static final Band ZERO = new Band(0, 0);

        Band plus(Band other) {
            return new Band(low + other.low, high + other.high);
        }

        Band minus(Band other) {
            return new Band(low - other.low, high - other.high);
        }

        Band joined(Band other) {
            return new Band(Math.min(low, other.low), Math.max(high, other.high));
        }
    }

    /// What two nodes have together. Part by part, so that it is exact up to what happens within a part.
    public Levels plus(Levels other) {
        List<Band> sum = new ArrayList<>();
        for (int part = 0; part < Math.max(bands.size(), other.bands.size()); part++) {
            sum.add(band(part).plus(other.band(part)));
        }
        return new Levels(seconds + other.seconds, sum);
    }

    public Levels minus(Levels other) {
        List<Band> rest = new ArrayList<>();
        for (int part = 0; part < Math.max(bands.size(), other.bands.size()); part++) {
            rest.add(band(part).minus(other.band(part)));
        }
        return new Levels(seconds - other.seconds, rest);
    }

    /// The same, with another band in one part.
    public Levels with(int part, Band band, long moreSeconds) {
        List<Band> changed = new ArrayList<>(bands);
        while (changed.size() <= part) {
            changed.add(Band.ZERO);
        }
        changed.set(part, band);
        return new Levels(seconds + moreSeconds, changed);
    }

    private Band band(int part) {
        return part < bands.size() ? bands.get(part) : Band.ZERO;
    }

    /// Of all parts that are in it.
    Band whole() {
        return whole(bands.size());
    }

    /// @param parts how many of the interval's parts have begun
    Band whole(int parts) {
        Band all = band(0);
        for (int part = 1; part < Math.max(parts, bands.size()); part++) {
            all = all.joined(band(part));
        }
        return all;
    }
}
