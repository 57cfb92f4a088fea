package io.hark.loadtest;

/// Confined: what one subscriber has got of one stream, in three words: what is missing, and
/// whether the next is in order, late or a double.
///
/// It remembers the newest 64 numbers one by one. What comes again or late from before those is
/// taken for a double, since that is what a resume from too far back looks like; the loss, if there
/// was one, stays.
final class SequenceCheck {
    private static final int REMEMBERED = Long.SIZE;

    /// What a message turned out to be.
    enum Arrival {
        IN_ORDER,
        /// After one that was published later.
        LATE,
        DOUBLE
    }

    private final long first;

    /// The number after the highest.
    private long next;

    /// Bit i: the number i below the highest has come.
    private long seen;

    /// Numbers below the highest that have not come.
    private long missing;

    /// @param first the number that comes first if all goes well
    SequenceCheck(long first) {
        this.first = first;
        this.next = first;
    }

    Arrival arrived(long number) {
        if (number >= next) {
            long skipped = number - next;
            missing += skipped;
            seen = skipped + 1 >= REMEMBERED ? 1 : seen << skipped + 1 | 1;
            next = number + 1;
            return Arrival.IN_ORDER;
        }
        long below = next - 1 - number;
        if (number < first || below >= REMEMBERED || (seen >>> below & 1) == 1) {
            return Arrival.DOUBLE;
        }
        seen |= 1L << below;
        missing--;
        return Arrival.LATE;
    }

    /// How many of the numbers up to `end`, exclusive, have not come.
    long lost(long end) {
        return missing + Math.max(0, end - next);
    }
}
