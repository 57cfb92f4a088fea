package io.hark.objects;

import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.Payload;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Value: all objects of a channel. A change gives another tree, which shares with this one all that is
/// the same.
///
/// It keeps also what nobody sees any more: keys that were removed, objects that were deleted, what a
/// map held before it was cleared. Those rows are *spent*, and wait to be collected.
public final class ObjectTree {
    public static final ObjectTree EMPTY = new ObjectTree(SortedTree.empty(), SortedTree.empty(), 0, 0);

    private static final int ENTRY_BYTES = 32;
    private static final int MILLIS_DIGITS = 15;

    private final SortedTree<LiveObject> objects;

    /// Those spent, by since when.
    private final SortedTree<ObjectKey> spent;

    private final long liveBytes;
    private final long spentBytes;

    private ObjectTree(SortedTree<LiveObject> objects, SortedTree<ObjectKey> spent, long liveBytes, long spentBytes) {
        this.objects = objects;
        this.spent = spent;
        this.liveBytes = liveBytes;
        this.spentBytes = spentBytes;
    }

    /// Value: one object.
    record LiveObject(ObjectHead head, SortedTree<ObjectEntry> entries) {}

    public boolean isEmpty() {
        return objects.isEmpty();
    }

    /// Roughly how many bytes the rows take that somebody may see.
    public long liveBytes() {
        return liveBytes;
    }

    /// Roughly how many bytes all rows take.
    public long bytes() {
        return liveBytes + spentBytes;
    }

    /// Objects, and keys of maps.
    public int rows() {
        int rows = objects.size();
        for (Map.Entry<String, LiveObject> object : objects) {
            rows += object.getValue().entries().size();
        }
        return rows;
    }

    SortedTree<LiveObject> objects() {
        return objects;
    }

    /// The head of an object; of the root also before its first operation.
    public Optional<ObjectHead> head(String objectId) {
        Optional<ObjectHead> head = objects.get(objectId).map(LiveObject::head);
        return head.isEmpty() && objectId.equals(ObjectId.ROOT) ? Optional.of(ObjectHead.NEW) : head;
    }

    Optional<ObjectEntry> entry(String objectId, String key) {
        return objects.get(objectId).flatMap(object -> object.entries().get(key));
    }

    Optional<ObjectRow> row(ObjectKey key) {
        return key.entry().isPresent()
                ? entry(key.objectId(), key.entry().get()).map(ObjectRow.Entry::new)
                : objects.get(key.objectId()).map(LiveObject::head);
    }

    public boolean isMap(String objectId) {
        return ObjectId.isMap(objectId);
    }

    /// What a reader of the map sees at the key: nothing that was removed, and no object that is not
    /// there.
    public Optional<ObjectData> value(String objectId, String key) {
        return objects.get(objectId)
                .flatMap(object -> object.entries()
                        .get(key)
                        .filter(entry -> !object.head().outlives(entry))
                        .flatMap(ObjectEntry::data)
                        .filter(this::isThere));
    }

    /// All that a reader of the map sees, by key.
    public Map<String, ObjectData> values(String objectId) {
        Map<String, ObjectData> values = new LinkedHashMap<>();
        objects.get(objectId).ifPresent(object -> {
            for (Map.Entry<String, ObjectEntry> entry : object.entries()) {
                if (!object.head().outlives(entry.getValue())) {
                    entry.getValue().data().filter(this::isThere).ifPresent(data -> values.put(entry.getKey(), data));
                }
            }
        });
        return values;
    }

    private boolean isThere(ObjectData data) {
        return !(data instanceof ObjectData.Reference(var id))
                || head(id).filter(head -> !head.isDeleted()).isPresent();
    }

    /// The row that has been spent for longest, if that is since `millis` or before.
    Optional<ObjectKey> spentSince(long millis) {
        Iterator<Map.Entry<String, ObjectKey>> first = spent.iterator();
        if (!first.hasNext()) {
            return Optional.empty();
        }
        Map.Entry<String, ObjectKey> oldest = first.next();
        boolean due = oldest.getKey().substring(0, MILLIS_DIGITS).compareTo(padded(millis)) <= 0;
        return due ? Optional.of(oldest.getValue()) : Optional.empty();
    }

    /// The tree with that row changed.
    ///
    /// @param row empty to remove it; of an object that has no entries any more, if it is a head
    public ObjectTree with(ObjectKey key, Optional<ObjectRow> row) {
        Builder tree = new Builder();
        String id = key.objectId();
        Optional<LiveObject> before = objects.get(id);
        if (row.isEmpty() && before.isEmpty()) {
            return this;
        }
        LiveObject object = before.orElseGet(() -> {
            LiveObject made = new LiveObject(ObjectHead.NEW, SortedTree.empty());
            tree.head(id, made.head(), 1);
            return made;
        });
        if (key.entry().isPresent()) {
            tree.objects =
                    objects.with(id, withEntry(tree, id, object, key.entry().get(), row));
        } else if (row.isPresent() && row.get() instanceof ObjectHead head) {
            tree.objects = objects.with(id, withHead(tree, id, object, head));
        } else {
            tree.head(id, object.head(), -1);
            object.entries().forEach(entry -> tree.entry(id, object.head(), entry.getKey(), entry.getValue(), -1));
            tree.objects = objects.without(id);
        }
        return tree.build();
    }

    /// The tree with that object, for reading only: what is counted is not.
    ObjectTree with(String objectId, LiveObject object) {
        return new ObjectTree(objects.with(objectId, object), spent, liveBytes, spentBytes);
    }

    private static LiveObject withEntry(
            Builder tree, String id, LiveObject object, String key, Optional<ObjectRow> row) {
        ObjectHead head = object.head();
        object.entries().get(key).ifPresent(old -> tree.entry(id, head, key, old, -1));
        if (row.isPresent() && row.get() instanceof ObjectRow.Entry(ObjectEntry entry)) {
            tree.entry(id, head, key, entry, 1);
            return new LiveObject(head, object.entries().with(key, entry));
        }
        return new LiveObject(head, object.entries().without(key));
    }

    private static LiveObject withHead(Builder tree, String id, LiveObject object, ObjectHead head) {
        tree.head(id, object.head(), -1);
        tree.head(id, head, 1);
        if (head.differsForEntries(object.head())) {
            for (Map.Entry<String, ObjectEntry> entry : object.entries()) {
                tree.entry(id, object.head(), entry.getKey(), entry.getValue(), -1);
                tree.entry(id, head, entry.getKey(), entry.getValue(), 1);
            }
        }
        return new LiveObject(head, object.entries());
    }

    /// Roughly how many bytes a row takes.
    static long bytes(ObjectKey key, ObjectRow row) {
        return switch (row) {
            case ObjectHead head -> key.objectId().length() + head.size();
            case ObjectRow.Entry(ObjectEntry entry) ->
                bytes(key.objectId(), key.entry().orElseThrow(), entry);
        };
    }

    static long bytes(String id, String key, ObjectEntry entry) {
        long data = entry.data()
                .map(value -> value instanceof ObjectData.Reference(var other) ? other.length() : value.size())
                .orElse(0);
        return ENTRY_BYTES
                + id.length()
                + Payload.text(key).size()
                + entry.timeserial().map(String::length).orElse(0)
                + data;
    }

    /// Confined: the next tree in the making.
    private final class Builder {
        private SortedTree<LiveObject> objects = ObjectTree.this.objects;
        private SortedTree<ObjectKey> spent = ObjectTree.this.spent;
        private long liveBytes = ObjectTree.this.liveBytes;
        private long spentBytes = ObjectTree.this.spentBytes;

        void head(String id, ObjectHead head, int sign) {
            OptionalLong since = head.isDeleted() ? OptionalLong.of(head.deletedMillis()) : OptionalLong.empty();
            count(ObjectKey.head(id), since, id.length() + head.size(), sign);
        }

        void entry(String id, ObjectHead head, String key, ObjectEntry entry, int sign) {
            OptionalLong since = OptionalLong.empty();
            if (head.outlives(entry)) {
                since = OptionalLong.of(0); // At once, and before its object.
            } else if (entry.isTombstone()) {
                since = OptionalLong.of(entry.serialTimestamp());
            }
            count(ObjectKey.entry(id, key), since, bytes(id, key, entry), sign);
        }

        private void count(ObjectKey key, OptionalLong since, long bytes, int sign) {
            if (since.isEmpty()) {
                liveBytes += sign * bytes;
                return;
            }
            spentBytes += sign * bytes;
            String place = padded(since.getAsLong()) + key.text();
            spent = sign > 0 ? spent.with(place, key) : spent.without(place);
        }

        ObjectTree build() {
            return new ObjectTree(objects, spent, liveBytes, spentBytes);
        }
    }

    private static String padded(long millis) {
        String digits = Long.toString(Math.max(0, millis));
        return "0".repeat(Math.max(0, MILLIS_DIGITS - digits.length())) + digits;
    }
}
