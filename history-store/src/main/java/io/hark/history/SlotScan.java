package io.hark.history;

import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/// Confined: a slot's log rows of one retention class after an LSN, in the order of the log. Within a class a
/// later segment holds later entries, because a slot's time never goes back. A reader is mostly close behind
/// the end, so the segment to begin in is looked for from the newest on.
final class SlotScan implements AutoCloseable {
    private final RocksIterator rows;
    private final int slot;
    private final long[] segments;
    private final long afterLsn;
    private int current;
    private boolean atEnd;
    private long lsn;

    /// @param rows     a prefix scan of LOG; closed with this
    /// @param segments oldest first
    SlotScan(RocksIterator rows, int slot, long[] segments, long afterLsn) throws RocksDBException {
        this.rows = rows;
        this.slot = slot;
        this.segments = segments;
        this.afterLsn = afterLsn;
        try {
            current = firstSegment() - 1;
            nextSegment();
        } catch (RocksDBException e) {
            rows.close();
            throw e;
        }
    }

    /// The newest segment with a row at or before the bound: those before it have none behind the bound.
    private int firstSegment() throws RocksDBException {
        if (afterLsn > 0) {
            for (int newest = segments.length - 1; newest > 0; newest--) {
                rows.seekForPrev(Rows.logKey(segments[newest], slot, afterLsn));
                if (rows.isValid()) {
                    return newest;
                }
                rows.status();
            }
        }
        return 0;
    }

    boolean atEnd() {
        return atEnd;
    }

    long lsn() {
        return lsn;
    }

    long segment() {
        return segments[current];
    }

    byte[] key() {
        return rows.key();
    }

    byte[] value() {
        return rows.value();
    }

    void advance() throws RocksDBException {
        rows.next();
        if (!settle()) {
            nextSegment();
        }
    }

    private void nextSegment() throws RocksDBException {
        while (++current < segments.length) {
            rows.seek(Rows.logKey(segments[current], slot, afterLsn + 1));
            if (settle()) {
                return;
            }
        }
        atEnd = true;
    }

    private boolean settle() throws RocksDBException {
        if (!rows.isValid()) {
            // Also how a damaged block shows itself.
            rows.status();
            return false;
        }
        lsn = Rows.logLsn(rows.key());
        return true;
    }

    @Override
    public void close() {
        rows.close();
    }
}
