package io.hark.history;

import io.hark.channel.ChannelId;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Lifetime;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotRow;
import io.hark.channel.StateRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/// Blocking: reads what the store knows of a slot beside its records, page by page: ids, then places, then
/// state. A page's `next` is the number of the table that was being read and the last key that was. Any
/// thread.
final class ImageReader {
    /// A page ends once its rows take this much, as rows of state can be large.
    private static final int PAGE_BYTES = 1 << 20;

    private static final List<Table> TABLES = List.of(Table.DEDUPE, Table.CHAN, Table.STATE);
    private static final byte[] NO_KEY = {};

    private final Database database;
    private final Retention retention;
    private final HistoryReader channels;

    ImageReader(Database database, Retention retention, HistoryReader channels) {
        this.database = database;
        this.retention = retention;
        this.channels = channels;
    }

    SlotImage page(int slot, byte[] from, int rowsMax) throws RocksDBException, DamagedEntry {
        if (from.length > 0 && (from[0] < 0 || from[0] >= TABLES.size())) {
            throw new IllegalArgumentException("this is not the next of a page: " + Arrays.toString(from));
        }
        Page page = new Page(rowsMax);
        byte[] next = SlotImage.START;
        byte[] after = from.length == 0 ? NO_KEY : Arrays.copyOfRange(from, 1, from.length);
        for (int table = from.length == 0 ? 0 : from[0]; table < TABLES.size() && next.length == 0; table++) {
            Optional<byte[]> stoppedAfter = read(TABLES.get(table), slot, after, page);
            if (stoppedAfter.isPresent()) {
                byte[] key = stoppedAfter.get();
                next = new Bytes(1 + key.length).putByte(table).put(key).array();
            }
            after = NO_KEY;
        }
        // After the rows: a bound is raised before the rows that it stands for disappear.
        return new SlotImage(page.rows, retention.trimmedThrough(slot), next);
    }

    /// Confined: rows that were read so far.
    private static final class Page {
        private final List<SlotRow> rows = new ArrayList<>();
        private final int rowsMax;
        private long bytes;

        Page(int rowsMax) {
            this.rowsMax = rowsMax;
        }

        boolean isFull() {
            return rows.size() >= rowsMax || bytes >= PAGE_BYTES;
        }
    }

    /// Adds the table's rows of the slot with keys after `after`.
    ///
    /// @return the last key that was read when the page is full and there are more
    private Optional<byte[]> read(Table table, int slot, byte[] after, Page page)
            throws RocksDBException, DamagedEntry {
        byte[] last = after;
        try (RocksIterator rows = database.fullScan(table)) {
            for (byte[] range : ranges(table, slot)) {
                if (Arrays.compareUnsigned(Rows.afterPrefix(range, range.length), last) <= 0) {
                    continue;
                }
                rows.seek(Arrays.compareUnsigned(range, last) < 0 ? last : range);
                if (rows.isValid() && Arrays.equals(rows.key(), last)) {
                    rows.next();
                }
                for (; rows.isValid() && Bytes.startsWith(rows.key(), range); rows.next()) {
                    if (page.isFull()) {
                        return Optional.of(last);
                    }
                    last = rows.key();
                    byte[] value = rows.value();
                    Optional<SlotRow> row = row(table, last, value);
                    row.ifPresent(page.rows::add);
                    page.bytes += row.isPresent() ? last.length + value.length : 0;
                }
                rows.status();
            }
        }
        return Optional.empty();
    }

    /// What the keys of the table's rows of the slot start with, in order.
    private List<byte[]> ranges(Table table, int slot) {
        LongStream segments = switch (table) {
            case DEDUPE -> Arrays.stream(retention.dedupe.all());
            case CHAN -> Arrays.stream(retention.channels.all());
            default -> LongStream.concat(LongStream.of(Segment.NONE), Arrays.stream(retention.state.all()));
        };
        return segments.mapToObj(segment -> Rows.slotKey(segment, slot)).toList();
    }

    private Optional<SlotRow> row(Table table, byte[] key, byte[] value) throws RocksDBException, DamagedEntry {
        return switch (table) {
            case DEDUPE ->
                Optional.of(new SlotRow.Published(
                        Rows.channelAt(key, Table.SEGMENT), Rows.dedupeId(key), Rows.receipt(value)));
            case CHAN -> place(key, value);
            default ->
                Optional.of(new SlotRow.State(
                        Rows.stateChannel(key, value),
                        new StateRow(Rows.stateKind(key), Rows.stateKey(key), lifetime(key), Rows.stateValue(value))));
        };
    }

    private Lifetime lifetime(byte[] stateKey) {
        return StateReader.lifetime(retention, Bytes.longAt(stateKey, 0));
    }

    /// Only from a channel's newest row, and not below what this store would answer.
    private Optional<SlotRow> place(byte[] key, byte[] value) throws RocksDBException, DamagedEntry {
        long segment = Bytes.longAt(key, 0);
        ChannelId channel = Rows.channelId(key, value);
        HistoryReader.Place place = channels.place(channel.key());
        if (place.segment() != segment) {
            return Optional.empty();
        }
        // The segment's first moment: what is appended later then goes to the same segment or a later one, whatever
        // the buckets of the store that gets it.
        long millis = retention.byId(Segment.classId(segment)).startMillis(segment);
        return Optional.of(new SlotRow.Place(channel, place.lastLsn(), millis));
    }
}
