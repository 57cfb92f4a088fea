package io.hark.history;

import io.hark.channel.DamagedEntry;
import io.hark.channel.LogPage;
import io.hark.channel.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;

/// Blocking: reads of one slot across its channels. Any thread.
final class SlotReader {
    private final Database database;
    private final Retention retention;

    SlotReader(Database database, Retention retention) {
        this.database = database;
        this.retention = retention;
    }

    LogPage log(int slot, long afterLsn, int recordsMax, int bytesMax) throws RocksDBException, DamagedEntry {
        List<LogRecord> records = new ArrayList<>();
        long bytes = 0;
        try (LogCursor cursor = new LogCursor(database, retention, slot, afterLsn)) {
            while (cursor.next()) {
                if (records.size() >= recordsMax || !records.isEmpty() && bytes >= bytesMax) {
                    return new LogPage(records, true);
                }
                Optional<LogRecord> record = cursor.record();
                record.ifPresent(records::add);
                bytes += record.map(LogRecord::size).orElse(0);
            }
        }
        return new LogPage(records, false);
    }
}
