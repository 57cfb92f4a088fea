package io.hark.history;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.EntryHead;
import io.hark.channel.Hlc;
import io.hark.channel.IdHash;
import io.hark.channel.LogRecord;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotRow;
import io.hark.channel.StateChange;
import io.hark.channel.StateKind;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;

/// Confined to the writer: takes back, wipes and installs what the store has of one slot. Everything but
/// [#proven] is synced when a method returns, and what fails before it was written has changed nothing.
final class SlotChanges {
    /// Records that are taken back in one batch; a crash between two leaves the slot somewhere on the way.
    private static final int BATCH_RECORDS = 4096;

    private final Database database;
    private final Retention retention;
    private final ChannelBoundaries boundaries;
    private final RawBatch batch;
    private final Bytes scratch = new Bytes(1 << 10);

    SlotChanges(Database database, Retention retention, ChannelBoundaries boundaries) {
        this.database = database;
        this.retention = retention;
        this.boundaries = boundaries;
        this.batch = database.newBatch();
    }

    private interface Reading<T> {
        T read() throws RocksDBException, DamagedEntry;
    }

    /// A damaged file is no reason to end the store, as nothing has been written yet.
    private static <T> T reading(Reading<T> reading) throws RocksDBException, DamagedEntry {
        try {
            return reading.read();
        } catch (RocksDBException e) {
            if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption) {
                throw new DamagedEntry("rows of the slot cannot be read", e);
            }
            throw e;
        }
    }

    /// Takes back everything after `lsn`; empty when an entry after it is not kept any more, or the one
    /// there is not and was the last of its lineage.
    Optional<SlotMeta> truncate(int slot, long lsn) throws RocksDBException, DamagedEntry {
        var row = reading(() -> database.get(Table.META, MetaRows.slotKey(slot)));
        SlotMeta meta = row.isPresent() ? MetaRows.slot(slot, row.get()).meta() : SlotMeta.empty(slot);
        if (lsn == meta.lastLsn()) {
            return Optional.of(meta);
        }
        SlotMeta whole = meta;
        long first = meta.isEndOfLineage(lsn) ? lsn : lsn + 1;
        if (lsn > meta.lastLsn() || !reading(() -> isKept(slot, Math.max(1, first), whole.lastLsn()))) {
            return Optional.empty();
        }
        while (meta.lastLsn() > lsn) {
            SlotMeta from = meta;
            long to = Math.max(lsn, from.lastLsn() - BATCH_RECORDS);
            meta = reading(() -> planCut(from, to));
            database.write(batch, true);
            boundaries.goOn(meta);
            retention.lowerTrim(slot, meta.lastLsn());
        }
        return Optional.of(meta);
    }

    /// Whether the log has every entry from the first to the last.
    private boolean isKept(int slot, long firstLsn, long lastLsn) throws RocksDBException {
        try (LogCursor cursor = new LogCursor(database, retention, slot, firstLsn - 1)) {
            long expected = firstLsn;
            while (cursor.next()) {
                if (cursor.lsn() != expected++) {
                    return false;
                }
            }
            return expected == lastLsn + 1;
        }
    }

    /// Puts what takes the slot back to `lsn` into the batch.
    private SlotMeta planCut(SlotMeta from, long lsn) throws RocksDBException, DamagedEntry {
        batch.clear();
        SlotMeta cut = SlotMeta.empty(from.slot());
        long segment = Segment.NONE;
        Cut undo = new Cut();
        try (LogCursor cursor = new LogCursor(database, retention, from.slot(), Math.max(0, lsn - 1))) {
            while (cursor.next()) {
                LogRecord record = cursor.record()
                        .orElseThrow(() -> new DamagedEntry("the log of slot %d expired while it was taken back to %d"
                                .formatted(from.slot(), lsn)));
                if (record.lsn() == lsn) {
                    cut = from.cutTo(record.head());
                    segment = cursor.segment();
                } else {
                    if (lsn > 0 && cut.lastLsn() == 0) {
                        cut = from.before(record.head()); // The one before has expired.
                    }
                    undo.takeBack(record, cursor.segment());
                }
            }
        }
        undo.places(cut);
        boundaries.cut(cut, database, batch);
        if (retention.trimmedThrough(cut.slot()) > cut.lastLsn()) {
            batch.put(Table.META, MetaRows.trimKey(cut.slot()), MetaRows.number(cut.lastLsn()));
        }
        batch.put(
                Table.META,
                MetaRows.slotKey(cut.slot()),
                MetaRows.slot(scratch, cut, segment).copy());
        return cut;
    }

    /// Confined: undoes records, which come oldest first. Of what several of them changed, the oldest knows
    /// what was there before.
    private final class Cut {
        private final Set<Changed> changed = new HashSet<>();
        private final Map<ChannelId, Long> placesBefore = new HashMap<>();

        private record Changed(ChannelKey channel, StateKind kind, String key) {}

        void takeBack(LogRecord record, long segment) throws RocksDBException, DamagedEntry {
            EntryHead head = record.head();
            batch.delete(Table.HIST, Rows.historyKey(segment, head.channel(), head.lsn()));
            batch.delete(Table.LOG, Rows.logKey(segment, head.channel().slot(), head.lsn()));
            for (IdHash id : record.ids()) {
                deleteReceipt(head, id);
            }
            if (record.channel().isPresent()) {
                ChannelId channel = record.channel().get();
                placesBefore.putIfAbsent(channel, head.prevLsn());
                record.changes().forEach(change -> takeBack(channel, change));
            }
        }

        private void deleteReceipt(EntryHead head, IdHash id) throws RocksDBException, DamagedEntry {
            for (long segment : retention.at(Hlc.millis(head.hlc()), retention.dedupe)) {
                byte[] key = Rows.dedupeKey(segment, head.channel(), id);
                Optional<byte[]> row = database.get(Table.DEDUPE, key);
                if (row.isPresent() && Rows.receipt(row.get()).lsn() == head.lsn()) {
                    batch.delete(Table.DEDUPE, key);
                }
            }
        }

        private void takeBack(ChannelId channel, StateChange change) {
            if (changed.add(new Changed(channel.key(), change.kind(), change.key()))) {
                long segment = retention.stateSegment(change.lifetime(), batch);
                byte[] key = Rows.stateKey(segment, channel.key(), change.kind(), change.key());
                change.before()
                        .ifPresentOrElse(value -> putState(channel, key, value), () -> batch.delete(Table.STATE, key));
            }
        }

        /// Puts the channels' places back to where they were, which the records know, as the rows that said
        /// so may be overwritten. Afterwards no row speaks of an entry behind the slot's end, and none stands
        /// in a segment of a time behind it: of two rows the one in the later segment counts, and the slot's
        /// time goes on from there.
        void places(SlotMeta cut) throws RocksDBException, DamagedEntry {
            Map<ChannelId, Long> places = rowsBehind(cut);
            places.putAll(placesBefore);
            places.forEach((channel, lastLsn) -> {
                // It can be a bound above the end, behind which the channel has nothing now.
                long place = Math.min(lastLsn, cut.lastLsn());
                if (place > 0) {
                    putPlace(channel, place, Hlc.millis(cut.hlc()));
                }
            });
        }

        /// Deletes the rows that must not stay, and gives the highest of each channel.
        private Map<ChannelId, Long> rowsBehind(SlotMeta cut) throws RocksDBException, DamagedEntry {
            Map<ChannelId, Long> highest = new HashMap<>();
            try (RocksIterator rows = database.fullScan(Table.CHAN)) {
                for (long segment : retention.channels.all()) {
                    RetentionClass ofSegment = retention.byId(Segment.classId(segment));
                    boolean isLater = segment > ofSegment.segmentAt(Hlc.millis(cut.hlc()));
                    byte[] range = Rows.slotKey(segment, cut.slot());
                    for (rows.seek(range); rows.isValid() && Bytes.startsWith(rows.key(), range); rows.next()) {
                        long lastLsn = Rows.channelLastLsn(rows.value());
                        if (isLater || lastLsn > cut.lastLsn()) {
                            batch.delete(Table.CHAN, rows.key());
                            highest.merge(Rows.channelId(rows.key(), rows.value()), lastLsn, Math::max);
                        }
                    }
                    rows.status();
                }
            }
            return highest;
        }
    }

    private long putPlace(ChannelId channel, long lastLsn, long millis) {
        long segment = retention.channelClass().segmentAt(millis);
        retention.channels.add(segment);
        batch.put(
                Table.CHAN,
                Rows.channelKey(segment, channel.key()),
                Rows.channel(scratch, channel, lastLsn).copy());
        return segment;
    }

    private void putState(ChannelId channel, byte[] key, StateValue value) {
        batch.put(Table.STATE, key, Rows.state(scratch, channel, value).copy());
    }

    /// Forgets everything of the slot.
    void wipe(int slot) throws RocksDBException, DamagedEntry {
        batch.clear();
        reading(() -> {
            deleteSlot(Table.HIST, retention.history, slot);
            deleteSlot(Table.LOG, retention.history, slot);
            deleteSlot(Table.DEDUPE, retention.dedupe, slot);
            deleteSlot(Table.CHAN, retention.channels, slot);
            deleteSlot(Table.STATE, retention.state, slot);
            deleteRange(Table.STATE, Rows.slotKey(Segment.NONE, slot), Rows.slotKey(Segment.NONE, slot + 1));
            return slot;
        });
        boundaries.wipe(slot, batch);
        batch.delete(Table.META, MetaRows.slotKey(slot));
        batch.delete(Table.META, MetaRows.trimKey(slot));
        batch.delete(Table.META, MetaRows.dirtyKey(slot));
        batch.delete(Table.META, MetaRows.imageKey(slot));
        database.write(batch, true);
        retention.lowerTrim(slot, 0);
    }

    private void deleteSlot(Table table, SegmentSet segments, int slot) throws RocksDBException {
        for (long segment : segments.all()) {
            deleteRange(table, Rows.slotKey(segment, slot), Rows.slotKey(segment, slot + 1));
        }
    }

    /// Only where there is something, because every range deletion costs all later reads until it is flushed.
    private void deleteRange(Table table, byte[] begin, byte[] end) throws RocksDBException {
        try (RocksIterator rows = database.fullScan(table)) {
            rows.seek(begin);
            rows.status();
            if (rows.isValid() && Bytes.startsWith(rows.key(), begin)) {
                batch.deleteRange(table, begin, end);
            }
        }
    }

    /// Adds the page's rows to where this store would have put them.
    void install(SlotMeta meta, SlotImage page) throws RocksDBException {
        batch.clear();
        int slot = meta.slot();
        Map<Long, Long> highestPlaces = new HashMap<>();
        for (SlotRow row : page.rows()) {
            switch (row) {
                case SlotRow.Published(var channel, var id, var receipt) -> {
                    long segment = retention.dedupeClass().segmentAt(Hlc.millis(receipt.hlc()));
                    retention.dedupe.add(segment);
                    batch.put(
                            Table.DEDUPE,
                            Rows.dedupeKey(segment, channel, id),
                            Rows.receipt(scratch, receipt).copy());
                }
                case SlotRow.Place(var channel, var lastLsn, var millis) ->
                    highestPlaces.merge(putPlace(channel, lastLsn, millis), lastLsn, Math::max);
                case SlotRow.State(var channel, StateRow state) -> {
                    long segment = retention.stateSegment(state.lifetime(), batch);
                    putState(channel, Rows.stateKey(segment, channel.key(), state.kind(), state.key()), state.value());
                }
            }
        }
        for (var highest : highestPlaces.entrySet()) {
            boundaries.raise(slot, highest.getKey(), highest.getValue(), database, batch);
        }
        long trim = Math.max(retention.trimmedThrough(slot), page.trimmedLsn());
        batch.put(Table.META, MetaRows.trimKey(slot), MetaRows.number(trim));
        batch.put(Table.META, MetaRows.imageKey(slot), MetaRows.number(1));
        // The last entry came without its rows, so no segment has to have them.
        batch.put(
                Table.META,
                MetaRows.slotKey(slot),
                MetaRows.slot(scratch, meta, Segment.NONE).copy());
        database.write(batch, true);
        retention.raiseTrim(slot, trim);
        boundaries.goOn(meta);
    }

    /// The rows of another node's image show only what is committed. Not synced.
    void proven(int slot) throws RocksDBException {
        batch.clear();
        batch.delete(Table.META, MetaRows.imageKey(slot));
        database.write(batch, false);
    }

    /// Forgets that entries may be lost, and that these slots were cut back.
    void lossIsKnown(List<Integer> cutBack) throws RocksDBException {
        batch.clear();
        batch.delete(Table.META, MetaRows.lossKey());
        cutBack.forEach(slot -> batch.delete(Table.META, MetaRows.dirtyKey(slot)));
        database.write(batch, true);
    }
}
