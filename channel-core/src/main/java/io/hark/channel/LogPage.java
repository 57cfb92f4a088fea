package io.hark.channel;

import java.util.List;

/// Value: records of a slot in the order of its log.
///
/// @param more whether the page ended because it was full; reading on from its last record may give more
public record LogPage(List<LogRecord> records, boolean more) {
    public LogPage {
        records = List.copyOf(records);
    }

    /// Whether nothing is missing between `afterLsn` and the last record: no entry between has expired.
    public boolean isContiguousAfter(long afterLsn) {
        return records.isEmpty() || records.getLast().lsn() == afterLsn + records.size();
    }
}
