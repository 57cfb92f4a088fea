package io.hark.history;

/// A segment is what expires as one: the rows of one retention class in one time bucket. It is the first eight
/// bytes of
/// their keys, so that all of it is one key range: class id in the high 16 bits, bucket number in the low 48.
final class Segment {
    /// No row that expires is in it: class 0 is never given.
    static final long NONE = 0;

    private static final int BUCKET_BITS = 48;
    private static final long BUCKET_MASK = (1L << BUCKET_BITS) - 1;

    private Segment() {}

    static long of(int classId, long bucket) {
        return (long) classId << BUCKET_BITS | bucket & BUCKET_MASK;
    }

    static int classId(long segment) {
        return (int) (segment >>> BUCKET_BITS);
    }

    static long bucket(long segment) {
        return segment & BUCKET_MASK;
    }
}
