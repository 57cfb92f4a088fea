package io.hark.history;

import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Entry;
import io.hark.channel.EntryCodec;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.Hlc;
import io.hark.channel.IdHash;
import io.hark.channel.LogRecord;
import io.hark.channel.LogRecordCodec;
import io.hark.channel.Receipt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.rocksdb.RocksDBException;

/// Blocking: reads of one channel. Any thread.
final class HistoryReader {
    private final Database database;
    private final Retention retention;
    private final StateReader state;

    HistoryReader(Database database, Retention retention, StateReader state) {
        this.database = database;
        this.retention = retention;
        this.state = state;
    }

    HistoryPage page(HistoryQuery query) throws RocksDBException, DamagedEntry {
        List<ChannelScan> scans = new ArrayList<>(1);
        try {
            for (RetentionClass each : retention.classes()) {
                long[] segments = Arrays.stream(retention.history.of(each.id()))
                        .filter(segment -> each.overlaps(segment, query.startMillis(), query.endMillis()))
                        .toArray();
                if (segments.length > 0) {
                    scans.add(new ChannelScan(
                            database, query.channel(), segments, query.afterLsn(), query.upToLsn(), query.backwards()));
                }
            }
            return page(query, scans);
        } finally {
            scans.forEach(ChannelScan::close);
        }
    }

    private static HistoryPage page(HistoryQuery query, List<ChannelScan> scans) throws RocksDBException, DamagedEntry {
        List<Entry> entries = new ArrayList<>();
        long bytes = 0;
        while (true) {
            Optional<ChannelScan> next = next(scans, query.backwards());
            if (next.isEmpty()) {
                return new HistoryPage(entries, false);
            }
            ChannelScan scan = next.get();
            byte[] encoded = scan.value();
            EntryCodec.Head head = EntryCodec.head(encoded);
            long millis = Hlc.millis(head.hlc());
            // Time only grows along the log.
            if (query.backwards() ? millis < query.startMillis() : millis > query.endMillis()) {
                return new HistoryPage(entries, false);
            }
            if (millis >= query.startMillis()
                    && millis <= query.endMillis()
                    && query.kinds().contains(head.kind())) {
                if (entries.size() >= query.entriesMax() || !entries.isEmpty() && bytes >= query.bytesMax()) {
                    return new HistoryPage(entries, true);
                }
                entries.add(decode(encoded, query.channel(), scan.lsn()));
                bytes += encoded.length;
            }
            scan.advance();
        }
    }

    /// The scan whose entry comes next; most channels have only one scan with entries.
    private static Optional<ChannelScan> next(List<ChannelScan> scans, boolean backwards) {
        ChannelScan next = null;
        for (ChannelScan scan : scans) {
            if (!scan.atEnd() && (next == null || scan.lsn() > next.lsn() == backwards)) {
                next = scan;
            }
        }
        return Optional.ofNullable(next);
    }

    private static Entry decode(byte[] encoded, ChannelKey channel, long lsn) throws DamagedEntry {
        Entry entry = EntryCodec.decode(encoded);
        if (entry.lsn() != lsn || !entry.channel().equals(channel)) {
            throw new DamagedEntry("at %d of channel %s stands entry %d of channel %s"
                    .formatted(lsn, channel, entry.lsn(), entry.channel()));
        }
        return entry;
    }

    /// One entry; empty when it is not kept any more, or is of another channel.
    Optional<Entry> entry(ChannelKey channel, long lsn) throws RocksDBException, DamagedEntry {
        Optional<Found> found = find(channel, lsn);
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(decode(found.get().encoded(), channel, lsn));
    }

    /// The same with everything that is kept together with it.
    Optional<LogRecord> record(ChannelKey channel, long lsn) throws RocksDBException, DamagedEntry {
        Optional<Found> found = find(channel, lsn);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Optional<byte[]> row = database.get(Table.LOG, Rows.logKey(found.get().segment(), channel.slot(), lsn));
        if (row.isEmpty()) {
            return Optional.empty(); // It has expired meanwhile: both rows go as one.
        }
        LogRecord record =
                LogRecordCodec.decode(Rows.logCompanion(row.get()), found.get().encoded());
        if (record.lsn() != lsn || !record.head().channel().equals(channel)) {
            throw new DamagedEntry("at %d of channel %s stands entry %d of channel %s"
                    .formatted(lsn, channel, record.lsn(), record.head().channel()));
        }
        return Optional.of(record);
    }

    private record Found(long segment, byte[] encoded) {}

    /// Looks from the newest segment on, as most of what is asked for is new.
    private Optional<Found> find(ChannelKey channel, long lsn) throws RocksDBException {
        for (RetentionClass each : retention.classes()) {
            long[] segments = retention.history.of(each.id());
            for (int i = segments.length - 1; i >= 0; i--) {
                Optional<byte[]> entry = database.get(Table.HIST, Rows.historyKey(segments[i], channel, lsn));
                if (entry.isPresent()) {
                    return Optional.of(new Found(segments[i], entry.get()));
                }
            }
        }
        return Optional.empty();
    }

    /// Remembered for the dedupe window at least, an eighth longer at most.
    Optional<Receipt> receipt(ChannelKey channel, IdHash id) throws RocksDBException, DamagedEntry {
        long[] segments = retention.dedupe.all();
        for (int i = segments.length - 1; i >= 0; i--) {
            Optional<byte[]> row = database.get(Table.DEDUPE, Rows.dedupeKey(segments[i], channel, id));
            if (row.isPresent()) {
                return Optional.of(Rows.receipt(row.get()));
            }
        }
        return Optional.empty();
    }

    ChannelImage channel(ChannelKey channel) throws RocksDBException, DamagedEntry {
        return new ChannelImage(place(channel).lastLsn(), state.members(channel), state.dueSummaries(channel));
    }

    /// Value: where a channel ends.
    ///
    /// @param lastLsn its last entry, or an upper bound of it
    /// @param segment of the row that says so; [Segment#NONE] when there is none
    record Place(long lastLsn, long segment) {}

    Place place(ChannelKey channel) throws RocksDBException {
        long lastLsn = 0;
        long segment = Segment.NONE;
        for (RetentionClass each : retention.classes()) {
            long[] segments = retention.channels.of(each.id());
            for (int i = segments.length - 1; i >= 0; i--) {
                Optional<byte[]> row = database.get(Table.CHAN, Rows.channelKey(segments[i], channel));
                if (row.isPresent()) {
                    long found = Rows.channelLastLsn(row.get());
                    segment = found > lastLsn ? segments[i] : segment;
                    lastLsn = Math.max(lastLsn, found);
                    break;
                }
            }
        }
        // Read after the rows: a bound is raised before the rows that it stands for disappear. A row is above it,
        // unless the channel memory was another for a while: then newer rows may have gone before this one.
        return new Place(Math.max(lastLsn, retention.trimmedThrough(channel.slot())), segment);
    }
}
