package io.hark.history;

import io.hark.channel.DamagedEntry;
import io.hark.channel.Lifetime;
import io.hark.channel.Slots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/// Handle: which retention classes exist, in which segments there are rows, and what was trimmed. The
/// writer thread changes it, any thread reads.
///
/// Four kinds of segment: entries and their log rows by the retention of their channel's policy; dedupe
/// rows by the dedupe window; channel rows by [HistoryConfig#channelMemory]; rows of state by their
/// lifetime. Channel rows do not go with their entries' policy because then a channel whose policy
/// changed to a shorter retention would be found at an old position once its newer rows had expired, and
/// a reader would be told of a continuity that is not.
final class Retention {
    final SegmentSet history = new SegmentSet();
    final SegmentSet dedupe = new SegmentSet();
    final SegmentSet channels = new SegmentSet();
    final SegmentSet state = new SegmentSet();

    private final AtomicLongArray trimmed = new AtomicLongArray(Slots.COUNT);
    // By class id - 1; replaced when a class is added.
    private volatile List<RetentionClass> classes = List.of();
    private volatile RetentionClass dedupeClass;
    private volatile RetentionClass channelClass;

    private Retention() {}

    /// What the database holds; classes that the config needs are added to `out`.
    static Retention load(Database database, HistoryConfig config, RawBatch out) throws RocksDBException, DamagedEntry {
        Retention retention = new Retention();
        retention.loadClasses(database);
        retention.loadSegments(database, Table.HIST, retention.history);
        retention.loadSegments(database, Table.DEDUPE, retention.dedupe);
        retention.loadSegments(database, Table.CHAN, retention.channels);
        retention.loadSegments(database, Table.STATE, retention.state);
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            retention.trimmed.set(
                    slot,
                    database.get(Table.META, MetaRows.trimKey(slot))
                            .map(value -> Bytes.longAt(value, 0))
                            .orElse(0L));
        }
        retention.dedupeClass = retention.classOf(config.dedupeWindow(), out);
        retention.channelClass = retention.classOf(config.channelMemory(), out);
        return retention;
    }

    private void loadClasses(Database database) throws RocksDBException, DamagedEntry {
        for (int id = 1; id <= RetentionClass.ID_MAX; id++) {
            var row = database.get(Table.META, MetaRows.classKey(id));
            if (row.isEmpty()) {
                return;
            }
            add(new RetentionClass(id, Bytes.longAt(row.get(), 0)));
        }
    }

    private void loadSegments(Database database, Table table, SegmentSet segments) throws RocksDBException {
        try (RocksIterator rows = database.fullScan(table)) {
            rows.seek(Rows.segmentKey(Segment.NONE + 1));
            while (rows.isValid()) {
                long segment = Bytes.longAt(rows.key(), 0);
                segments.add(segment);
                rows.seek(Rows.segmentKey(segment + 1));
            }
            rows.status();
        }
    }

    /// The class of a retention; a new one is persisted with the batch that first needs it. Writer only.
    RetentionClass classOf(Duration retention, RawBatch out) {
        long millis = retention.toMillis();
        for (RetentionClass known : classes) {
            if (known.retentionMillis() == millis) {
                return known;
            }
        }
        return newClass(millis, out);
    }

    /// The segment for rows of state of that lifetime, known from then on. Writer only.
    long stateSegment(Lifetime lifetime, RawBatch out) {
        if (lifetime.isLasting()) {
            return Segment.NONE;
        }
        long segment = classOf(lifetime.retention(), out).segmentAt(lifetime.millis());
        state.add(segment);
        return segment;
    }

    private RetentionClass newClass(long millis, RawBatch out) {
        int id = classes.size() + 1;
        if (id > RetentionClass.ID_MAX) {
            throw new IllegalStateException(
                    "%d different retentions have been used, the most there can be; use one of these instead of %d ms"
                            .formatted(RetentionClass.ID_MAX, millis));
        }
        RetentionClass added = new RetentionClass(id, millis);
        out.put(Table.META, MetaRows.classKey(id), MetaRows.number(millis));
        add(added);
        return added;
    }

    private void add(RetentionClass added) {
        List<RetentionClass> all = new ArrayList<>(classes);
        all.add(added);
        classes = List.copyOf(all);
    }

    List<RetentionClass> classes() {
        return classes;
    }

    RetentionClass byId(int classId) {
        return classes.get(classId - 1);
    }

    /// Whether a table has rows in the class's segments up to `lastSegment`.
    boolean hasRowsThrough(long lastSegment) {
        return Stream.of(history, dedupe, channels, state).anyMatch(segments -> segments.hasThrough(lastSegment));
    }

    /// Forgets the class's segments up to `lastSegment` and says in how many tables they were.
    int dropped(long lastSegment) {
        return history.removeThrough(lastSegment)
                + dedupe.removeThrough(lastSegment)
                + channels.removeThrough(lastSegment)
                + state.removeThrough(lastSegment);
    }

    RetentionClass dedupeClass() {
        return dedupeClass;
    }

    RetentionClass channelClass() {
        return channelClass;
    }

    /// An LSN at or above all entries of the slot whose channel rows were dropped; 0 when none were.
    long trimmedThrough(int slot) {
        return trimmed.get(slot);
    }

    /// The segments of `live`, one of the sets here, that rows of this time are in, whatever class they were
    /// written with.
    long[] at(long millis, SegmentSet live) {
        return classes.stream()
                .mapToLong(each -> each.segmentAt(millis))
                .filter(live::contains)
                .toArray();
    }

    /// Before the rows disappear, so that a reader who finds none sees the new bound.
    void raiseTrim(int slot, long lsn) {
        trimmed.set(slot, Math.max(trimmed.get(slot), lsn));
    }

    /// Once the slot ends at `lsn`, before which its bound need not be.
    void lowerTrim(int slot, long lsn) {
        trimmed.set(slot, Math.min(trimmed.get(slot), lsn));
    }
}
