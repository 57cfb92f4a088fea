package io.hark.objects;

import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A tree of objects page by page, and back. A map goes on on the next page where it does not fit into
/// one, so that a page is as large as it may be, or holds one row.
public final class ObjectPages {
    private static final int OBJECT_BYTES = 200;
    private static final int ENTRY_BYTES = 60;

    private ObjectPages() {}

    /// Value: some of a tree's objects.
    ///
    /// @param next where to go on; empty text after the last page
    public record Page(List<ObjectState> objects, String next) {
        public Page {
            objects = List.copyOf(objects);
        }

        public boolean isLast() {
            return next.isEmpty();
        }
    }

    /// The root is among them also before its first operation, unless there is nothing else either.
    ///
    /// @param from empty text for the first page, then the `next` of the page before
    public static Page page(ObjectTree tree, String from, int bytesMax) {
        Maker maker = new Maker(bytesMax);
        ObjectKey last = ObjectKey.parse(from);
        Iterator<Map.Entry<String, ObjectTree.LiveObject>> objects =
                tree.objects().from(last.objectId());
        while (objects.hasNext()) {
            Map.Entry<String, ObjectTree.LiveObject> object = objects.next();
            boolean begun = object.getKey().equals(last.objectId());
            if (!maker.add(object.getKey(), object.getValue(), begun ? Optional.of(last) : Optional.empty())) {
                return new Page(maker.states, maker.last);
            }
        }
        boolean rootless = !tree.isEmpty() && tree.objects().get(ObjectId.ROOT).isEmpty();
        if (rootless) {
            maker.states.add(state(ObjectId.ROOT, ObjectHead.NEW, Map.of()));
        }
        return new Page(maker.states, "");
    }

    /// Confined: a page in the making.
    private static final class Maker {
        private final List<ObjectState> states = new ArrayList<>();
        private final int bytesMax;
        private int bytes;
        private String last = "";

        Maker(int bytesMax) {
            this.bytesMax = bytesMax;
        }

        /// @param after the row of the object that the page before ended with
        /// @return false when the page is full; the object's rest is for the next one
        boolean add(String id, ObjectTree.LiveObject object, Optional<ObjectKey> after) {
            if (after.isEmpty() && bytes >= bytesMax) {
                return false;
            }
            Map<String, ObjectEntry> entries = new LinkedHashMap<>();
            boolean whole = true;
            String from = after.flatMap(ObjectKey::entry).orElse("");
            Iterator<Map.Entry<String, ObjectEntry>> rows = object.entries().from(from);
            while (whole && rows.hasNext()) {
                Map.Entry<String, ObjectEntry> row = rows.next();
                boolean told = after.flatMap(ObjectKey::entry).equals(Optional.of(row.getKey()));
                if (told || object.head().outlives(row.getValue())) {
                    continue;
                }
                if (bytes >= bytesMax) {
                    whole = false;
                } else {
                    entries.put(row.getKey(), row.getValue());
                    bytes += ENTRY_BYTES
                            + 2 * row.getKey().length()
                            + row.getValue().size();
                    last = ObjectKey.entry(id, row.getKey()).text();
                }
            }
            if (after.isEmpty() || !entries.isEmpty()) {
                states.add(state(id, object.head(), entries));
                bytes += OBJECT_BYTES;
                if (entries.isEmpty()) {
                    last = ObjectKey.head(id).text();
                }
            }
            return whole;
        }
    }

    private static ObjectState state(String id, ObjectHead head, Map<String, ObjectEntry> entries) {
        ObjectState.Value value = ObjectId.isMap(id)
                ? new ObjectState.OfMap(entries, head.clearTimeserial())
                : new ObjectState.OfCounter(head.count());
        return new ObjectState(id, head.siteTimeserials(), head.created(), head.deletedMillis(), value);
    }

    /// The tree with what a page holds.
    public static ObjectTree add(ObjectTree tree, List<ObjectState> objects) {
        ObjectTree more = tree;
        for (ObjectState object : objects) {
            String id = object.objectId();
            boolean begun = more.objects().get(id).isPresent();
            Map<String, ObjectEntry> entries = new HashMap<>();
            Optional<String> cleared = Optional.empty();
            double count = 0;
            switch (object.value()) {
                case ObjectState.OfMap(var some, var clearTimeserial) -> {
                    entries.putAll(some);
                    cleared = clearTimeserial;
                }
                case ObjectState.OfCounter(var value) -> count = value;
            }
            if (!begun) {
                ObjectHead head = new ObjectHead(
                        object.siteTimeserials(), object.created(), object.deletedMillis(), cleared, count, 0);
                more = more.with(ObjectKey.head(id), Optional.of(head));
            }
            for (Map.Entry<String, ObjectEntry> entry : entries.entrySet()) {
                ObjectRow row = new ObjectRow.Entry(entry.getValue());
                more = more.with(ObjectKey.entry(id, entry.getKey()), Optional.of(row));
            }
        }
        return more;
    }

    /// What is needed of a tree to follow the path from the object, and all that it leads to: the steps
    /// on the way, and whatever can be reached from its end.
    public static ObjectTree along(ObjectTree tree, String start, ObjectPath path) {
        ObjectTree part = ObjectTree.EMPTY;
        String at = start;
        for (ObjectPath.Step step : path.steps()) {
            Optional<ObjectHead> head = tree.head(at).filter(known -> !known.isDeleted());
            Optional<String> key = step.key().filter(name -> head.isPresent());
            Optional<ObjectEntry> entry = Optional.empty();
            if (key.isPresent() && tree.value(at, key.get()).isPresent()) {
                entry = tree.entry(at, key.get());
            }
            if (head.isPresent()) {
                part = part.with(ObjectKey.head(at), Optional.of(head.get()));
            }
            if (entry.isEmpty()) {
                return part;
            }
            part = part.with(ObjectKey.entry(at, key.get()), Optional.of(new ObjectRow.Entry(entry.get())));
            if (!(entry.get().data().orElseThrow() instanceof ObjectData.Reference(var next))) {
                return part;
            }
            at = next;
        }
        Set<String> ids = Reachable.from(tree, at).ids();
        for (String id : ids) {
            Optional<ObjectTree.LiveObject> object = tree.objects().get(id);
            if (object.isPresent()) {
                part = part.with(id, object.get());
            }
        }
        return part;
    }
}
