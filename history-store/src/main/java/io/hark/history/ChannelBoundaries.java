package io.hark.history;

import io.hark.channel.EntryHead;
import io.hark.channel.Hlc;
import io.hark.channel.SlotMeta;
import io.hark.channel.Slots;
import java.util.Arrays;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/// Confined to the writer: the last LSN of each slot in each live segment of channel rows, which becomes
/// the bound for channels that are no longer known when the segment is dropped. For the segment that a
/// slot writes to it is the slot's last LSN; for those before a row says it, written when the slot goes
/// on to another segment.
final class ChannelBoundaries {
    private final Retention retention;
    private final long[] current = new long[Slots.COUNT];
    private final long[] lastLsn = new long[Slots.COUNT];

    /// @param metas as recovered, by slot
    ChannelBoundaries(Retention retention, SlotMeta[] metas) {
        this.retention = retention;
        for (SlotMeta meta : metas) {
            goOn(meta);
        }
    }

    void appended(EntryHead head, RawBatch out) {
        int slot = head.channel().slot();
        long segment = retention.channelClass().segmentAt(Hlc.millis(head.hlc()));
        if (segment != current[slot]) {
            if (current[slot] != Segment.NONE) {
                out.put(Table.META, MetaRows.boundaryKey(current[slot], slot), MetaRows.number(lastLsn[slot]));
            }
            current[slot] = segment;
        }
        lastLsn[slot] = head.lsn();
    }

    /// The slot ends where `meta` says, which may be before where it ended: no bound may be above that, as
    /// bounds become places of channels, and the next entry's place has to be above them.
    void cut(SlotMeta meta, Database database, RawBatch out) throws RocksDBException {
        for (long segment : retention.channels.all()) {
            byte[] key = MetaRows.boundaryKey(segment, meta.slot());
            var bound = database.get(Table.META, key);
            if (bound.isPresent() && Bytes.longAt(bound.get(), 0) > meta.lastLsn()) {
                out.put(Table.META, key, MetaRows.number(meta.lastLsn()));
            }
        }
        goOn(meta);
    }

    /// Channel rows of the slot came from elsewhere: none in the segment is above `lsn`.
    void raise(int slot, long segment, long lsn, Database database, RawBatch out) throws RocksDBException {
        byte[] key = MetaRows.boundaryKey(segment, slot);
        long before = database.get(Table.META, key)
                .map(value -> Bytes.longAt(value, 0))
                .orElse(0L);
        if (lsn > before) {
            out.put(Table.META, key, MetaRows.number(lsn));
        }
    }

    /// The slot's last entry is now the one that `meta` names.
    void goOn(SlotMeta meta) {
        current[meta.slot()] =
                meta.lastLsn() == 0 ? Segment.NONE : retention.channelClass().segmentAt(Hlc.millis(meta.hlc()));
        lastLsn[meta.slot()] = meta.lastLsn();
    }

    /// Forgets the slot.
    void wipe(int slot, RawBatch out) {
        for (long segment : retention.channels.all()) {
            out.delete(Table.META, MetaRows.boundaryKey(segment, slot));
        }
        current[slot] = Segment.NONE;
        lastLsn[slot] = 0;
    }

    /// Raises the slots' trims for the class's segments up to `lastSegment`, which `out` will drop, and
    /// persists that in it.
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
                bounds[slot] = Math.max(bounds[slot], lastLsn[slot]);
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
