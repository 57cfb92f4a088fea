package io.hark.stats;

/// Value: all that one life of a node has counted of an app's minute so far. It takes the place of what that life
/// reported of it before, so that it does not matter how often it arrives.
///
/// @param source the node and its life
/// @param seq    of the life's reports of that minute, from 1
public record StatsReport(Interval minute, String source, long seq, StatsRow row) {
    /// Characters in the name of a node's life.
    public static final int SOURCE_CHARS_MAX = 200;

    public StatsReport {
        if (minute.unit() != Unit.MINUTE || seq < 1 || source.isEmpty() || source.length() > SOURCE_CHARS_MAX) {
            throw new IllegalArgumentException("no report: minute=%s source=%s seq=%d".formatted(minute, source, seq));
        }
    }

    /// What names the row that it takes the place of.
    public String rowKey() {
        return minute.id() + ' ' + source;
    }
}
