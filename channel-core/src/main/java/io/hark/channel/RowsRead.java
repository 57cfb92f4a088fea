package io.hark.channel;

import java.util.List;

/// Value: asks for rows of a channel's state, as they are committed.
///
/// @param ranges  read one after the other
/// @param rowsMax of all ranges together
public record RowsRead(ChannelId channel, StateKind kind, List<Range> ranges, int rowsMax) {
    public static final int RANGES_MAX = 200;
    public static final int ROWS_MAX = 1_000;

    public RowsRead {
        ranges = List.copyOf(ranges);
        if (ranges.isEmpty() || ranges.size() > RANGES_MAX) {
            throw new IllegalArgumentException(
                    "1 to %d ranges of rows are read at once, were %d".formatted(RANGES_MAX, ranges.size()));
        }
        if (rowsMax < 1 || rowsMax > ROWS_MAX) {
            throw new IllegalArgumentException("1 to %d rows are read at once, were %d".formatted(ROWS_MAX, rowsMax));
        }
        if (!kind.isLasting()) {
            throw new IllegalArgumentException("rows of kind %s expire, and are not read by name".formatted(kind));
        }
    }

    /// Value: keys that follow each other.
    ///
    /// @param from    inclusive
    /// @param through inclusive, with all keys that start with it
    public record Range(String from, String through) {
        /// All keys that start with it.
        public static Range of(String prefix) {
            return new Range(prefix, prefix);
        }

        /// The same, but only what comes after that key.
        public Range after(String key) {
            return new Range(key + '\0', through);
        }
    }

    StateQuery query(Range range, int rows) {
        return new StateQuery(channel.key(), kind, range.from(), range.through(), 0, Long.MAX_VALUE, rows);
    }
}
