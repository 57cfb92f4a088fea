package io.hark.history;

import io.hark.channel.ChannelKey;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/// Confined: a channel's entries of one retention class in the order of their LSNs. Within a class a
/// later segment holds later entries, because a slot's time never goes back, so it goes through the
/// segments one after the other.
final class ChannelScan implements AutoCloseable {
    private final RocksIterator rows;
    private final ChannelKey channel;
    private final long[] segments;
    private final long afterLsn;
    private final long upToLsn;
    private final boolean backwards;
    // How many of the segments have been begun.
    private int begun;
    private boolean atEnd;
    private long lsn;

    /// @param segments oldest first
    ChannelScan(Database database, ChannelKey channel, long[] segments, long afterLsn, long upToLsn, boolean backwards)
            throws RocksDBException {
        this.rows = database.prefixScan(Table.HIST);
        this.channel = channel;
        this.segments = segments;
        this.afterLsn = afterLsn;
        this.upToLsn = upToLsn;
        this.backwards = backwards;
        try {
            nextSegment();
        } catch (RocksDBException e) {
            rows.close();
            throw e;
        }
    }

    boolean atEnd() {
        return atEnd;
    }

    long lsn() {
        return lsn;
    }

    byte[] value() {
        return rows.value();
    }

    void advance() throws RocksDBException {
        if (backwards) {
            rows.prev();
        } else {
            rows.next();
        }
        if (!settle()) {
            nextSegment();
        }
    }

    private void nextSegment() throws RocksDBException {
        while (begun < segments.length) {
            long segment = segments[backwards ? segments.length - 1 - begun : begun];
            begun++;
            if (backwards) {
                rows.seekForPrev(Rows.historyKey(segment, channel, upToLsn));
            } else {
                rows.seek(Rows.historyKey(segment, channel, afterLsn + 1));
            }
            if (settle()) {
                return;
            }
        }
        atEnd = true;
    }

    /// Whether there is a row at the place and it is within the bounds.
    private boolean settle() throws RocksDBException {
        if (!rows.isValid()) {
            // Also how a damaged block shows itself.
            rows.status();
            return false;
        }
        lsn = Bytes.longAt(rows.key(), Table.HIST_KEY - Table.LSN);
        return lsn > afterLsn && lsn <= upToLsn;
    }

    @Override
    public void close() {
        rows.close();
    }
}
