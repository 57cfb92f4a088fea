package io.hark.rest;

import io.hark.objects.ObjectHead;
import io.hark.objects.ObjectPath;
import io.hark.objects.ObjectTree;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ObjectData;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Confined: objects as plain values, each within the map that refers to it. One that is within itself
/// is only named there.
///
/// As an object can stand in many places, what is shown can be much larger than what is stored: it has
/// a limit.
final class ObjectView {
    private static final int VALUES_MAX = 200_000;
    private static final int BYTES_MAX = 16 << 20;
    private static final int DEPTH_MAX = 100;
    private static final double WHOLE_MAX = 1L << 53;

    private final ObjectTree tree;
    private final boolean compact;
    private final Set<String> open = new HashSet<>();
    private int values;
    private long bytes;

    /// @param compact values only, else with what they are
    ObjectView(ObjectTree tree, boolean compact) {
        this.tree = tree;
        this.compact = compact;
    }

    /// What is at the end of the path.
    Object at(String start, ObjectPath path) throws Refusal {
        require(start);
        ObjectData place = new ObjectData.Reference(start);
        for (ObjectPath.Step step : path.steps()) {
            Optional<ObjectData> next = place instanceof ObjectData.Reference(String id)
                    ? tree.value(id, step.key().orElseThrow())
                    : Optional.empty();
            place = next.orElseThrow(() -> new Refusal(
                    ErrorCode.OBJECT_PATH_EMPTY, "there is nothing at the path '%s'".formatted(path.text())));
        }
        return value(place);
    }

    private void require(String id) throws Refusal {
        if (tree.head(id).filter(head -> !head.isDeleted()).isEmpty()) {
            throw new Refusal(ErrorCode.OBJECT_NOT_FOUND, "there is no object %s on the channel".formatted(id));
        }
    }

    private Object value(ObjectData data) throws Refusal {
        bytes += data.size();
        boolean tooDeep = data instanceof ObjectData.Reference && open.size() == DEPTH_MAX;
        if (++values > VALUES_MAX || bytes > BYTES_MAX || tooDeep) {
            throw new Refusal(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "this holds more than %d values or %d bytes, or is nested deeper than %d; ask for a part of it"
                            .formatted(VALUES_MAX, BYTES_MAX, DEPTH_MAX));
        }
        return data instanceof ObjectData.Reference(String id) ? object(id) : leaf(data);
    }

    private Object object(String id) throws Refusal {
        if (!open.add(id)) {
            return Map.of("objectId", id);
        }
        try {
            return tree.isMap(id) ? map(id) : counter(id);
        } finally {
            open.remove(id);
        }
    }

    private Object map(String id) throws Refusal {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (Map.Entry<String, ObjectData> entry : tree.values(id).entrySet()) {
            bytes += entry.getKey().length();
            Object value = value(entry.getValue());
            entries.put(entry.getKey(), compact ? value : Map.of("data", value));
        }
        return compact ? entries : described(id, "map", Map.of("semantics", "LWW", "entries", entries));
    }

    private Object counter(String id) {
        Object number = number(tree.head(id).map(ObjectHead::count).orElse(0.0));
        return compact ? number : described(id, "counter", Map.of("data", Map.of("number", number)));
    }

    private static Map<String, Object> described(String id, String kind, Object value) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("objectId", id);
        object.put(kind, value);
        return object;
    }

    private Object leaf(ObjectData data) {
        return switch (data) {
            case ObjectData.Bool(boolean value) -> compact ? value : Map.of("boolean", value);
            case ObjectData.Number(double value) -> compact ? number(value) : Map.of("number", number(value));
            case ObjectData.Text(String value) -> compact ? value : Map.of("string", value);
            case ObjectData.Bytes(byte[] value) -> compact ? value : Map.of("bytes", value);
            case ObjectData.Json(String text) -> compact ? text : Map.of("json", text);
            case ObjectData.Reference(String id) -> throw new IllegalArgumentException("not a leaf: " + id);
        };
    }

    private static Object number(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) <= WHOLE_MAX;
        return whole ? (Object) (long) value : (Object) value;
    }
}
