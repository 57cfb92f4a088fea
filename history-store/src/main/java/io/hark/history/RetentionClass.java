package io.hark.history;

import java.time.Duration;

/// Value: all rows that are kept for the same time. Its time is cut into buckets of an eighth of that,
/// so rows outlive their retention by an eighth at most.
///
/// @param id 1 to [#ID_MAX], the same for ever
record RetentionClass(int id, long retentionMillis) {
    static final int ID_MAX = 0x7FFF;
    private static final int BUCKETS = 8;
    private static final long BUCKET_MILLIS_MIN = 1000;

    Duration retention() {
        return Duration.ofMillis(retentionMillis);
    }

    long bucketMillis() {
        return Math.max(BUCKET_MILLIS_MIN, retentionMillis / BUCKETS);
    }

    long segmentAt(long millis) {
        return Segment.of(id, millis / bucketMillis());
    }

    /// The newest bucket of which every row is older than the retention; negative when there is none.
    long expiredThrough(long nowMillis) {
        return (nowMillis - retentionMillis) / bucketMillis() - 1;
    }

    /// Whether a segment of this class may hold rows of the time from `startMillis` to `endMillis`, both
    /// inclusive.
    boolean overlaps(long segment, long startMillis, long endMillis) {
        return startMillis(segment) <= endMillis && endMillis(segment) > startMillis;
    }

    long startMillis(long segment) {
        return Segment.bucket(segment) * bucketMillis();
    }

    /// The time from which on rows go to a later segment.
    long endMillis(long segment) {
        return (Segment.bucket(segment) + 1) * bucketMillis();
    }
}
