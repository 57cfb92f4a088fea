package io.hark.history;

import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.LogRecord;
import io.hark.channel.LogRecordCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;

/// Confined: the log of one slot after an LSN, as it was when the cursor was made: the rows of all retention
/// classes in one order. It stands before its first row until [#next].
final class LogCursor implements AutoCloseable {
    private final Database database;
    private final Database.View view;
    private final int slot;
    private final List<SlotScan> scans = new ArrayList<>(2);
    private SlotScan at;

    LogCursor(Database database, Retention retention, int slot, long afterLsn) throws RocksDBException {
        this.database = database;
        this.slot = slot;
        // Before the segments are listed: each is known before its first row can be seen.
        this.view = database.view();
        try {
            for (RetentionClass each : retention.classes()) {
                long[] segments = retention.history.of(each.id());
                if (segments.length > 0) {
                    scans.add(new SlotScan(view.prefixScan(Table.LOG), slot, segments, afterLsn));
                }
            }
        } catch (RocksDBException e) {
            close();
            throw e;
        }
    }

    /// Goes to the next row; false at the end.
    boolean next() throws RocksDBException {
        if (at != null) {
            at.advance();
        }
        at = null;
        for (SlotScan scan : scans) {
            if (!scan.atEnd() && (at == null || scan.lsn() < at.lsn())) {
                at = scan;
            }
        }
        return at != null;
    }

    long lsn() {
        return at.lsn();
    }

    long segment() {
        return at.segment();
    }

    /// The record, verified; empty when it has expired meanwhile.
    Optional<LogRecord> record() throws RocksDBException, DamagedEntry {
        byte[] key = at.key();
        byte[] row = at.value();
        ChannelKey channel = Rows.logChannel(key, row);
        Optional<byte[]> entry = view.get(Table.HIST, Rows.historyKey(at.segment(), channel, at.lsn()));
        if (entry.isEmpty()) {
            // The files of expired segments go whatever a view still holds.
            if (database.get(Table.LOG, key).isEmpty()) {
                return Optional.empty();
            }
            throw new DamagedEntry(
                    "entry %d of slot %d is in the log, but its bytes are missing".formatted(at.lsn(), slot));
        }
        LogRecord record = LogRecordCodec.decode(Rows.logCompanion(row), entry.get());
        if (record.lsn() != at.lsn() || !record.head().channel().equals(channel)) {
            throw new DamagedEntry("at %d of the log of slot %d stands entry %d of slot %d"
                    .formatted(
                            at.lsn(),
                            slot,
                            record.lsn(),
                            record.head().channel().slot()));
        }
        return Optional.of(record);
    }

    @Override
    public void close() {
        scans.forEach(SlotScan::close);
        view.close();
    }
}
