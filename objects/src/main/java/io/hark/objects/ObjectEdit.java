package io.hark.objects;

import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectOperation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Confined: changes a tree of objects and remembers which rows that changed.
///
/// Operations merge as clients merge them (RTLO4a, RTLC7, RTLM15): one that an object has seen changes
/// nothing, of two that set the same key the one with the greater serial counts whichever comes first,
/// a creation counts once, and what is deleted stays so. So whoever has applied the same operations, in
/// any order and however often, has the same objects. What may be published at all is for
/// [ObjectPublish] to say.
public final class ObjectEdit {
    /// What [#collect] removes at once, as a record of the log holds what was there before.
    private static final long COLLECTED_BYTES = 128 << 10;

    private static final long COLLECTED_BYTES_MAX = 1 << 20;

    private final Map<ObjectKey, Optional<ObjectRow>> before = new LinkedHashMap<>();
    private long bytesBefore;
    private ObjectTree tree;

    public ObjectEdit(ObjectTree tree) {
        this.tree = tree;
    }

    public ObjectTree tree() {
        return tree;
    }

    /// The rows that are not as they were, in the order in which they were touched first.
    public List<ObjectChange> changes() {
        List<ObjectChange> changes = new ArrayList<>(before.size());
        before.forEach((key, row) -> {
            Optional<ObjectRow> now = tree.row(key);
            if (!now.equals(row)) {
                changes.add(new ObjectChange(key, row, now));
            }
        });
        return changes;
    }

    /// Roughly how many bytes the rows took that were touched.
    long bytesBefore() {
        return bytesBefore;
    }

    void put(ObjectKey key, Optional<ObjectRow> row) {
        if (!before.containsKey(key)) {
            Optional<ObjectRow> there = tree.row(key);
            before.put(key, there);
            bytesBefore += there.map(old -> ObjectTree.bytes(key, old)).orElse(0L);
        }
        tree = tree.with(key, row);
    }

    private void put(String objectId, ObjectHead head) {
        put(ObjectKey.head(objectId), Optional.of(head));
    }

    private ObjectHead head(String objectId) {
        return tree.head(objectId).orElse(ObjectHead.NEW);
    }

    /// @param serial greater than that of every operation of the site before it
    /// @param site   whose serials it is to be compared with
    /// @param millis the serial's time
    public void apply(ObjectOperation operation, String serial, String site, long millis) {
        String id = operation.objectId();
        ObjectHead head = head(id);
        if (head.hasSeen(serial, site)) {
            return;
        }
        put(id, head.seen(serial, site));
        if (head.isDeleted()) {
            return;
        }
        switch (operation) {
            case ObjectOperation.MapCreate(var map, var initial, var entries) -> {
                if (isMap(id) && !head.created()) {
                    put(id, head(id).withCreation(0));
                    entries.forEach((key, entry) -> merge(id, key, entry));
                }
            }
            case ObjectOperation.MapSet(var map, var key, var value) -> {
                if (isMap(id)) {
                    merge(id, key, ObjectEntry.set(value, serial));
                }
            }
            case ObjectOperation.MapRemove(var map, var key) -> {
                if (isMap(id)) {
                    merge(id, key, ObjectEntry.removed(serial, millis));
                }
            }
            case ObjectOperation.MapClear(var map) -> {
                if (isMap(id)
                        && head.clearTimeserial()
                                .filter(last -> last.compareTo(serial) > 0)
                                .isEmpty()) {
                    put(id, head(id).cleared(serial));
                }
            }
            case ObjectOperation.CounterCreate(var counter, var initial, var count) -> {
                if (!isMap(id) && !head.created()) {
                    put(id, head(id).withCreation(count.orElse(0)));
                }
            }
            case ObjectOperation.CounterInc(var counter, double number) -> {
                if (!isMap(id)) {
                    put(id, head(id).plus(number));
                }
            }
            case ObjectOperation.ObjectDelete(var object) -> {
                if (!id.equals(ObjectId.ROOT)) {
                    put(id, head(id).deleted(millis));
                }
            }
        }
    }

    private static boolean isMap(String id) {
        return ObjectId.isMap(id);
    }

    /// The last writer of a key wins (RTLM7 to RTLM9, RTLM25).
    private void merge(String id, String key, ObjectEntry entry) {
        ObjectHead head = head(id);
        if (head.outlives(entry)) {
            return;
        }
        Optional<ObjectEntry> there = tree.entry(id, key).filter(old -> !head.outlives(old));
        if (there.isPresent() && !isAfter(entry.timeserial(), there.get().timeserial())) {
            return;
        }
        put(ObjectKey.entry(id, key), Optional.of(new ObjectRow.Entry(entry)));
        if (entry.data().isPresent() && entry.data().get() instanceof ObjectData.Reference(var other)) {
            refer(other);
        }
    }

    /// A missing serial is older than any other.
    private static boolean isAfter(Optional<String> serial, Optional<String> other) {
        return serial.isPresent() && (other.isEmpty() || serial.get().compareTo(other.get()) > 0);
    }

    /// A key that is set to an object makes it be there, whoever creates it (RTLM7g1).
    private void refer(String id) {
        Optional<ObjectHead> head = tree.head(id);
        if (head.isEmpty()) {
            put(id, ObjectHead.NEW);
        } else if (head.get().unreachableMillis() != 0) {
            put(id, head.get().unreachableSince(0));
        }
    }

    /// Removes rows that have been spent since `sinceMillis` or before, the oldest first: no more than
    /// `rowsMax` or 128 KiB, unless more are needed to make up for `bytesMin`, up to 1 MiB. So what an
    /// operation may cost is bounded by its own size, and what is spent goes faster than it comes.
    public void collect(long sinceMillis, int rowsMax, long bytesMin) {
        long needed = Math.min(bytesMin, COLLECTED_BYTES_MAX);
        long bytes = tree.bytes();
        long collected = 0;
        for (int rows = 0; collected < needed || rows < rowsMax && collected < COLLECTED_BYTES; rows++) {
            Optional<ObjectKey> next = tree.spentSince(sinceMillis);
            if (next.isEmpty()) {
                return;
            }
            put(next.get(), Optional.empty());
            collected = bytes - tree.bytes();
        }
    }

    /// Value: what a sweep has found.
    ///
    /// @param due      objects that are to be deleted
    /// @param complete whether all objects are marked as they should be, and all that are due given back
    public record Sweep(List<String> due, boolean complete) {}

    /// Looks which objects the root does not lead to, and marks them with the time.
    ///
    /// @param nowMillis   the time of the operation that gives occasion
    /// @param sinceMillis those that have been unreachable since then or before are due
    /// @param max         how many objects may be marked, and how many given back
    public Sweep sweep(long nowMillis, long sinceMillis, int max) {
        Reachable reachable = Reachable.from(tree, ObjectId.ROOT);
        List<String> due = new ArrayList<>();
        Map<String, ObjectHead> marks = new LinkedHashMap<>();
        for (Map.Entry<String, ObjectTree.LiveObject> object : tree.objects()) {
            String id = object.getKey();
            ObjectHead head = object.getValue().head();
            if (head.isDeleted() || id.equals(ObjectId.ROOT)) {
                continue;
            }
            boolean marked = head.unreachableMillis() != 0;
            if (reachable.contains(id) == marked) {
                marks.put(id, head.unreachableSince(marked ? 0 : nowMillis));
            } else if (marked && head.unreachableMillis() <= sinceMillis) {
                due.add(id);
            }
            if (marks.size() == max || due.size() == max) {
                break;
            }
        }
        marks.forEach(this::put);
        return new Sweep(due, marks.size() < max && due.size() < max);
    }
}
