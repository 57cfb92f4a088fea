package io.hark.history;

import io.hark.channel.Entry;
import io.hark.channel.Hlc;
import io.hark.channel.SlotMeta;
import io.hark.channel.Slots;
import java.util.Arrays;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/// Confined to the writer: the last LSN of each slot in each live segment of channel rows, which becomes the bound for
/// channels that are no longer known when the segment is dropped. For the segment that a slot writes to it is the
/// slot's last LSN; for those before a row says it, written when the slot goes on to another segment.
final class ChannelBoundaries {
    private final Retention retention;
    private final long[] current = new long[Slots.COUNT];
    private final long[] lastLsn = new long[Slots.COUNT];

    /// @param metas as recovered, by slot
    ChannelBoundaries(Retention retention, SlotMeta[] metas) {
        this.retention = retention;
        for (SlotMeta meta : metas) {
            if (meta.lastLsn() > 0) {
                current[meta.slot()] = retention.channelClass().segmentAt(Hlc.millis(meta.hlc()));
                lastLsn[meta.slot()] = meta.lastLsn();
            }
        }
    }

    void appended(Entry entry, RawBatch out) {
        int slot = entry.channel().slot();
        long segment = retention.channelClass().segmentAt(Hlc.millis(entry.hlc()));
        if (segment != current[slot]) {
            if (current[slot] != Segment.NONE) {
                out.put(Table.META, MetaRows.boundaryKey(current[slot], slot), MetaRows.number(lastLsn[slot]));
            }
            current[slot] = segment;
        }
        lastLsn[slot] = entry.lsn();
    }

    /// Raises the slots' trims for the class's segments up to `lastSegment`, which `out` will drop, and persists
    /// that in it.
    void dropThrough(long lastSegment, Database database, RawBatch out) throws RocksDBException {
        long firstSegment = Segment.of(Segment.classId(lastSegment), 0);
        byte[] begin = MetaRows.boundariesKey(firstSegment);
        byte[] end = MetaRows.boundariesKey(lastSegment + 1);
        long[] bounds = new long[Slots.COUNT];
        try (RocksIterator rows = database.fullScan(Table.META)) {
            rows.seek(begin);
            while (rows.isValid() && Arrays.compareUnsigned(rows.key(), end) < 0) {
                int slot = MetaRows.boundarySlot(rows.key());
                bounds[slot] = Math.max(bounds[slot], Bytes.longAt(rows.value(), 0));
                rows.next();
            }
            rows.status();
        }
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            if (current[slot] >= firstSegment && current[slot] <= lastSegment) {
                bounds[slot] = lastLsn[slot];
                current[slot] = Segment.NONE;
            }
            if (bounds[slot] > retention.trimmedThrough(slot)) {
                retention.raiseTrim(slot, bounds[slot]);
                out.put(Table.META, MetaRows.trimKey(slot), MetaRows.number(bounds[slot]));
            }
        }
        out.deleteRange(Table.META, begin, end);
    }
}
