package io.hark.history;

import io.hark.channel.StateQuery;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/// Confined: a channel's rows of state of one kind and retention class in the order of their keys. Within a class a
/// later segment holds later keys, see [io.hark.channel.StateKind], so it goes through the segments one after the
/// other.
final class StateScan implements AutoCloseable {
    private final RocksIterator rows;
    private final StateQuery query;
    private final byte[] through;
    private final long[] segments;
    // How many of the segments have been begun.
    private int begun;
    private boolean atEnd;
    private byte[] key;

    /// @param segments oldest first
    StateScan(Database database, StateQuery query, long[] segments) throws RocksDBException {
        this.rows = database.prefixScan(Table.STATE);
        this.query = query;
        this.through = query.throughKey().getBytes(StandardCharsets.UTF_8);
        this.segments = segments;
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

    long segment() {
        return segments[begun - 1];
    }

    byte[] key() {
        return key;
    }

    byte[] value() {
        return rows.value();
    }

    /// Whether its row's own key comes before the other's.
    boolean isBefore(StateScan other) {
        return Arrays.compareUnsigned(key, Table.STATE_KEY, key.length, other.key, Table.STATE_KEY, other.key.length)
                < 0;
    }

    void advance() throws RocksDBException {
        rows.next();
        if (!settle()) {
            nextSegment();
        }
    }

    private void nextSegment() throws RocksDBException {
        while (begun < segments.length) {
            rows.seek(Rows.stateKey(segments[begun++], query.channel(), query.kind(), query.fromKey()));
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
        key = rows.key();
        int compared = Math.min(key.length, Table.STATE_KEY + through.length);
        return through.length == 0
                || Arrays.compareUnsigned(key, Table.STATE_KEY, compared, through, 0, through.length) <= 0;
    }

    @Override
    public void close() {
        rows.close();
    }
}
