package io.hark.history;

import java.util.List;
import org.rocksdb.RocksDBException;

/// Confined to the writer: drops whole segments once all that is in them is older than its retention.
/// One range deletion a table makes the rows invisible, then the files that hold nothing else are
/// unlinked; no row is deleted on its own.
final class Expiry {
    private static final List<Table> TABLES = List.of(Table.HIST, Table.LOG, Table.DEDUPE, Table.CHAN, Table.STATE);

    private final Database database;
    private final Retention retention;
    private final ChannelBoundaries boundaries;
    private final RawBatch batch;

    Expiry(Database database, Retention retention, ChannelBoundaries boundaries) {
        this.database = database;
        this.retention = retention;
        this.boundaries = boundaries;
        this.batch = database.newBatch();
    }

    /// Returns how many segments were dropped.
    int expire(long nowMillis) throws RocksDBException {
        int dropped = 0;
        for (RetentionClass each : retention.classes()) {
            long bucket = each.expiredThrough(nowMillis);
            if (bucket >= 0 && retention.hasRowsThrough(Segment.of(each.id(), bucket))) {
                dropped += drop(each, bucket);
            }
        }
        return dropped;
    }

    private int drop(RetentionClass expired, long lastBucket) throws RocksDBException {
        long lastSegment = Segment.of(expired.id(), lastBucket);
        byte[] begin = Rows.segmentKey(Segment.of(expired.id(), 0));
        byte[] end = Rows.segmentKey(lastSegment + 1);
        batch.clear();
        boundaries.dropThrough(lastSegment, database, batch);
        batch.put(Table.META, MetaRows.droppedKey(expired.id()), MetaRows.number(lastBucket));
        TABLES.forEach(table -> batch.deleteRange(table, begin, end));
        // Synced, because unlinking files is durable at once: after a power loss the trims must not be missing.
        database.write(batch, true);
        for (Table table : TABLES) {
            database.dropFiles(table, begin, end);
        }
        return retention.dropped(lastSegment);
    }
}
