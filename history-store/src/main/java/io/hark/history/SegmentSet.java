package io.hark.history;

import java.util.Arrays;

/// Handle: the segments in which a table has rows. The writer thread changes it, any thread reads.
final class SegmentSet {
    private volatile long[] sorted = {};
    // Writer only: almost every row goes where the one before went.
    private long lastAdded = Segment.NONE;

    /// Before the first row of the segment becomes visible, so that no reader misses it.
    void add(long segment) {
        if (segment == lastAdded) {
            return;
        }
        lastAdded = segment;
        long[] before = sorted;
        int at = Arrays.binarySearch(before, segment);
        if (at < 0) {
            long[] after = Arrays.copyOf(before, before.length + 1);
            int insertion = -at - 1;
            System.arraycopy(before, insertion, after, insertion + 1, before.length - insertion);
            after[insertion] = segment;
            sorted = after;
        }
    }

    boolean contains(long segment) {
        return Arrays.binarySearch(sorted, segment) >= 0;
    }

    /// Whether there is one of the class up to `lastSegment`.
    boolean hasThrough(long lastSegment) {
        long[] ofClass = of(Segment.classId(lastSegment));
        return ofClass.length > 0 && ofClass[0] <= lastSegment;
    }

    /// Removes the segments of the class up to `lastSegment` and says how many they were.
    int removeThrough(long lastSegment) {
        long[] before = sorted;
        int classId = Segment.classId(lastSegment);
        long[] after = Arrays.stream(before)
                .filter(segment -> Segment.classId(segment) != classId || segment > lastSegment)
                .toArray();
        if (after.length < before.length) {
            lastAdded = Segment.NONE;
            sorted = after;
        }
        return before.length - after.length;
    }

    /// Oldest first within a class, class after class. Not to be changed.
    long[] all() {
        return sorted;
    }

    /// Of one class, oldest first.
    long[] of(int classId) {
        long[] all = sorted;
        return Arrays.copyOfRange(
                all, firstAtOrAfter(all, Segment.of(classId, 0)), firstAtOrAfter(all, Segment.of(classId + 1, 0)));
    }

    private static int firstAtOrAfter(long[] all, long segment) {
        int at = Arrays.binarySearch(all, segment);
        return at >= 0 ? at : -at - 1;
    }
}
