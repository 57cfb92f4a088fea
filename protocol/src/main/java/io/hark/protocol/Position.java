package io.hark.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Value: a place in a channel's stream as one region ordered it, and what of every origin lies before
/// it. What clients hold of it is the text that [ChannelSerials] makes.
///
/// @param region  the region whose order this is a place in; 1 to 16 of a-z0-9
/// @param lineage which life of that region; not negative
/// @param lsn     place in that region's log; not negative
/// @param vector  one entry per origin, at most 16; kept sorted
public record Position(String region, int lineage, long lsn, List<OriginSeq> vector) {
    public static final int ORIGINS_MAX = 16;

    public Position {
        RegionName.require(region);
        if (lineage < 0 || lsn < 0) {
            throw new IllegalArgumentException("lineage and lsn are not negative: " + lineage + ", " + lsn);
        }
        if (vector.size() > ORIGINS_MAX) {
            throw new IllegalArgumentException(vector.size() + " origins in a position, the limit is " + ORIGINS_MAX);
        }
        vector = sorted(vector);
    }

    private static List<OriginSeq> sorted(List<OriginSeq> vector) {
        if (vector.size() < 2) {
            return List.copyOf(vector);
        }
        List<OriginSeq> sorted = new ArrayList<>(vector);
        Collections.sort(sorted);
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).compareTo(sorted.get(i)) == 0) {
                throw new IllegalArgumentException("two entries for one origin: " + sorted.get(i));
            }
        }
        return List.copyOf(sorted);
    }
}
