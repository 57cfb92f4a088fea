package io.hark.protocol;

import java.util.Comparator;

/// Value: how far a position has come in what one origin wrote: up to and including its number `oseq`.
///
/// @param region  1 to 16 of a-z0-9
/// @param lineage which life of the region; not negative
/// @param oseq    the origin's own sequence number in the slot; not negative
public record OriginSeq(String region, int lineage, long oseq) implements Comparable<OriginSeq> {
    private static final Comparator<OriginSeq> BY_ORIGIN =
            Comparator.comparing(OriginSeq::region).thenComparingInt(OriginSeq::lineage);

    public OriginSeq {
        RegionName.require(region);
        if (lineage < 0 || oseq < 0) {
            throw new IllegalArgumentException("lineage and oseq are not negative: " + lineage + ", " + oseq);
        }
    }

    /// By origin alone: a vector holds one entry per origin.
    @Override
    public int compareTo(OriginSeq other) {
        return BY_ORIGIN.compare(this, other);
    }
}
