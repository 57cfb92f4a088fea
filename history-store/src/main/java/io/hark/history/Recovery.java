package io.hark.history;

import io.hark.channel.DamagedEntry;
import io.hark.channel.Hlc;
import io.hark.channel.SlotMeta;
import io.hark.channel.Slots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Blocking: reads what the store was when it was left, verifies that each slot's log reaches as far as its
/// meta says, and cuts back the slots of which it does not. What may be lost is written down until it is
/// known elsewhere, as the next start cannot tell any more. Everything it changes is synced before it
/// returns.
final class Recovery {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);
    private final Database database;
    private final HistoryConfig config;
    private final RunMark.Left left;
    private final RawBatch batch;
    private final Bytes scratch = new Bytes(256);
    private final MetaRows.Slot[] slots = new MetaRows.Slot[Slots.COUNT];

    /// Value: what the store starts with.
    ///
    /// @param metas       by slot
    /// @param mayHaveLost whether acknowledged entries may be gone without a trace
    /// @param dirty       slots that were cut back
    /// @param unproven    slots with rows of another node's image that may show what was never committed
    record Recovered(
            SlotMeta[] metas, Retention retention, boolean mayHaveLost, List<Integer> dirty, BitSet unproven) {}

    Recovery(Database database, HistoryConfig config, RunMark.Left left) {
        this.database = database;
        this.config = config;
        this.left = left;
        this.batch = database.newBatch();
    }

    Recovered run() throws RocksDBException, DamagedEntry {
        verifyFormat();
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            var row = database.get(Table.META, MetaRows.slotKey(slot));
            slots[slot] = row.isPresent()
                    ? MetaRows.slot(slot, row.get())
                    : new MetaRows.Slot(SlotMeta.empty(slot), Segment.NONE);
        }
        Retention retention = Retention.load(database, config, batch);
        List<Integer> disagreeing = disagreeing(droppedBuckets(retention));
        if (!disagreeing.isEmpty() && !config.acceptLostTail() && !config.replicated()) {
            throw refusal(disagreeing);
        }
        keepBoundariesOfFormerClass(retention);
        for (int slot : disagreeing) {
            cutBack(slot, retention);
        }
        boolean mayHaveLost = mayHaveLost();
        List<Integer> dirty = dirty(disagreeing);
        if (mayHaveLost || !dirty.isEmpty()) {
            log.warn(
                    "acknowledged entries may be lost: the store was left as {}, {} slots were cut back to the end of"
                            + " their log",
                    left,
                    dirty.size());
        }
        database.write(batch, true);
        SlotMeta[] metas = Arrays.stream(slots).map(MetaRows.Slot::meta).toArray(SlotMeta[]::new);
        return new Recovered(metas, retention, mayHaveLost, dirty, unproven());
    }

    /// Rows of another format would be read as something else.
    private void verifyFormat() throws RocksDBException {
        var format = database.get(Table.META, MetaRows.formatKey()).map(value -> Bytes.longAt(value, 0));
        boolean isNew = format.isEmpty()
                && database.get(Table.META, MetaRows.channelClassKey()).isEmpty();
        if (!isNew && !format.equals(Optional.of(MetaRows.FORMAT))) {
            throw new DamagedStore(
                    "the store was written by another version of the software: its rows have format %d, known is %d; "
                                    .formatted(format.orElse(1L), MetaRows.FORMAT)
                            + "move the directory away to start empty");
        }
        batch.put(Table.META, MetaRows.formatKey(), MetaRows.number(MetaRows.FORMAT));
    }

    /// Whether the end of the log may be missing, now or when an earlier start found so and nobody was told.
    private boolean mayHaveLost() throws RocksDBException {
        boolean anyEntry = Arrays.stream(slots).anyMatch(slot -> slot.meta().lastLsn() > 0);
        boolean lost = left == RunMark.Left.POWER_MAY_HAVE_FAILED && anyEntry;
        if (lost) {
            batch.put(Table.META, MetaRows.lossKey(), MetaRows.number(1));
        }
        return lost || database.get(Table.META, MetaRows.lossKey()).isPresent();
    }

    /// The slots that are cut back now, or were by an earlier start.
    private List<Integer> dirty(List<Integer> cutBack) throws RocksDBException {
        List<Integer> dirty = new ArrayList<>();
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            if (cutBack.contains(slot)) {
                batch.put(Table.META, MetaRows.dirtyKey(slot), MetaRows.number(1));
                dirty.add(slot);
            } else if (database.get(Table.META, MetaRows.dirtyKey(slot)).isPresent()) {
                dirty.add(slot);
            }
        }
        return List.copyOf(dirty);
    }

    private BitSet unproven() throws RocksDBException {
        BitSet unproven = new BitSet(Slots.COUNT);
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            unproven.set(slot, database.get(Table.META, MetaRows.imageKey(slot)).isPresent());
        }
        return unproven;
    }

    /// By class id, the newest bucket that was dropped; -1 for none.
    private long[] droppedBuckets(Retention retention) throws RocksDBException {
        long[] buckets = new long[retention.classes().size() + 1];
        for (RetentionClass each : retention.classes()) {
            buckets[each.id()] = database.get(Table.META, MetaRows.droppedKey(each.id()))
                    .map(value -> Bytes.longAt(value, 0))
                    .orElse(-1L);
        }
        return buckets;
    }

    /// Slots whose newest log row is not the one that their meta names.
    private List<Integer> disagreeing(long[] droppedBuckets) throws RocksDBException {
        List<Integer> disagreeing = new ArrayList<>();
        try (RocksIterator rows = database.prefixScan(Table.LOG)) {
            for (MetaRows.Slot slot : slots) {
                long segment = slot.segment();
                boolean expired =
                        segment == Segment.NONE || Segment.bucket(segment) <= droppedBuckets[Segment.classId(segment)];
                if (!expired && !logEndsAt(rows, segment, slot.meta())) {
                    disagreeing.add(slot.meta().slot());
                }
            }
        }
        return disagreeing;
    }

    private static boolean logEndsAt(RocksIterator rows, long segment, SlotMeta meta) throws RocksDBException {
        byte[] last = Rows.logKey(segment, meta.slot(), meta.lastLsn());
        rows.seek(last);
        boolean found = rows.isValid() && Arrays.equals(rows.key(), last);
        if (found) {
            rows.next();
            found = !rows.isValid();
        }
        rows.status();
        return found;
    }

    private DamagedStore refusal(List<Integer> disagreeing) {
        SlotMeta first = slots[disagreeing.getFirst()].meta();
        return new DamagedStore(
                "the log of %d slots does not end where their meta says (slot %d: at %d); files were lost, changed or mixed"
                                .formatted(disagreeing.size(), first.slot(), first.lastLsn())
                        + " from different copies. Restore the whole directory from one copy, or set"
                        + " history.acceptLostTail=true to serve what is left: these slots then go on in a new lineage"
                        + " and clients are told that they may have missed messages");
    }

    /// When channel rows are kept for another time than before, the segments of the former class end
    /// with what is there.
    private void keepBoundariesOfFormerClass(Retention retention) throws RocksDBException {
        int now = retention.channelClass().id();
        int before = database.get(Table.META, MetaRows.channelClassKey())
                .map(value -> (int) Bytes.longAt(value, 0))
                .orElse(now);
        if (before != now) {
            for (MetaRows.Slot slot : slots) {
                SlotMeta meta = slot.meta();
                long segment = retention.byId(before).segmentAt(Hlc.millis(meta.hlc()));
                if (meta.lastLsn() > 0) {
                    batch.put(Table.META, MetaRows.boundaryKey(segment, meta.slot()), MetaRows.number(meta.lastLsn()));
                }
            }
        }
        batch.put(Table.META, MetaRows.channelClassKey(), MetaRows.number(now));
    }

    /// Ends the slot where its log does. Its channels count as unknown, since their rows may be as old
    /// as the meta is new.
    private void cutBack(int slot, Retention retention) throws RocksDBException {
        SlotMeta meta = slots[slot].meta();
        long lastLsn = 0;
        long lastSegment = Segment.NONE;
        try (RocksIterator rows = database.prefixScan(Table.LOG)) {
            for (long segment : retention.history.all()) {
                rows.seekForPrev(Rows.logKey(segment, slot, Long.MAX_VALUE));
                if (rows.isValid() && Rows.logLsn(rows.key()) > lastLsn) {
                    lastLsn = Rows.logLsn(rows.key());
                    lastSegment = segment;
                }
                rows.status();
            }
        }
        for (long segment : retention.channels.all()) {
            batch.deleteRange(Table.CHAN, Rows.slotKey(segment, slot), Rows.slotKey(segment, slot + 1));
        }
        retention.raiseTrim(slot, lastLsn);
        batch.put(Table.META, MetaRows.trimKey(slot), MetaRows.number(retention.trimmedThrough(slot)));
        long hlc = lastSegment == Segment.NONE
                ? meta.hlc()
                : Math.max(
                        meta.hlc(),
                        Hlc.next(0, retention.byId(Segment.classId(lastSegment)).endMillis(lastSegment)));
        long end = lastLsn;
        List<SlotMeta.EpochStart> epochs =
                meta.epochs().stream().filter(epoch -> epoch.startLsn() <= end).toList();
        SlotMeta cut = new SlotMeta(slot, epochs, meta.lineage(), meta.ended(), lastLsn, meta.oseq(), hlc);
        slots[slot] = new MetaRows.Slot(cut, lastSegment);
        batch.put(Table.META, MetaRows.SLOT_KEY).put(MetaRows.slotKey(slot));
        batch.value(MetaRows.slot(scratch, cut, lastSegment));
    }
}
