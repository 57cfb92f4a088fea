package io.hark.objects;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.ObjectOperation;
import io.hark.protocol.ObjectOperation.InitialValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// Confined: performs the commands of one publish one after the other, or says why the publish is
/// refused. Then what was done so far is to be forgotten.
public final class ObjectPublish {
    /// Operations of one publish: more than that a serial does not tell apart.
    public static final int OPERATIONS_MAX = 1_000;

    /// Keys that the new maps of one publish may have together: each is a row.
    public static final int KEYS_MAX = 10_000;

    /// What the operations of one publish may be together (OM3), once for each place that a path leads to.
    private static final long BYTES_MAX = 512 << 10;

    /// What is there before where a publish changes something: it stands in the log, to be taken back.
    private static final long CHANGED_BYTES_MAX = 1 << 20;

    /// Values that may be looked at to follow the paths of one publish.
    private static final int LOOKED_AT_MAX = 100_000;

    private static final int SHOWN_CHARS_MAX = 200;

    private final ObjectEdit edit;
    private final IntFunction<String> serials;
    private final String site;
    private final long millis;
    private final List<ObjectMessage> performed = new ArrayList<>();
    private long bytes;
    private int keys;
    private int lookedAt;

    /// @param serials of the operations, by their place in the publish
    /// @param millis  the serials' time
    public ObjectPublish(ObjectEdit edit, IntFunction<String> serials, String site, long millis) {
        this.edit = edit;
        this.serials = serials;
        this.site = site;
        this.millis = millis;
    }

    /// The operations as everybody is to perform them.
    public List<ObjectMessage> performed() {
        return performed;
    }

    /// @return why the publish is refused
    public Optional<ErrorInfo> perform(ObjectCommand command) {
        ObjectMessage message = command.message();
        if (command.path().isEmpty()) {
            return perform(message);
        }
        ObjectPath path = command.path().get();
        return isCreation(message.operation()) ? create(message, path) : performAt(message, path);
    }

    private static boolean isCreation(ObjectOperation operation) {
        return operation instanceof ObjectOperation.MapCreate || operation instanceof ObjectOperation.CounterCreate;
    }

    private Optional<ErrorInfo> performAt(ObjectMessage message, ObjectPath path) {
        ObjectPath.Found found = find(path);
        if (found.objects().isEmpty()) {
            return Optional.of(nothingAt(path, found));
        }
        for (String id : found.objects()) {
            ObjectOperation named = withObject(message.operation(), id);
            if (!fits(named)) {
                return Optional.of(ErrorCode.OBJECT_PATH_UNSUITABLE.info(
                        "what is at the path '%s' is %s".formatted(shown(path), kind(id))));
            }
            Optional<ErrorInfo> refusal = perform(message.withOperation(named));
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private ObjectPath.Found find(ObjectPath path) {
        ObjectPath.Found found = path.in(edit.tree(), ObjectId.ROOT, LOOKED_AT_MAX - lookedAt);
        lookedAt += found.looked();
        return found;
    }

    private ErrorInfo nothingAt(ObjectPath path, ObjectPath.Found found) {
        if (lookedAt > LOOKED_AT_MAX) {
            return ErrorCode.MESSAGE_TOO_LARGE.info(
                    "the paths of the publish lead over more than %d values; use objectId, or send fewer operations at once"
                            .formatted(LOOKED_AT_MAX));
        }
        return found.atLeaf()
                ? ErrorCode.OBJECT_PATH_UNSUITABLE.info(
                        "what is at the path '%s' is a value, not an object".formatted(shown(path)))
                : ErrorCode.OBJECT_PATH_EMPTY.info("there is no object at the path '%s'".formatted(shown(path)));
    }

    /// One new object for each map that the path without its last key leads to.
    private Optional<ErrorInfo> create(ObjectMessage message, ObjectPath path) {
        Optional<String> key = path.steps().isEmpty()
                ? Optional.empty()
                : path.steps().getLast().key();
        if (key.isEmpty()) {
            return Optional.of(ErrorCode.OBJECT_PATH_UNSUITABLE.info(
                    "a new object needs a key to be put at; the path '%s' does not end in one".formatted(shown(path))));
        }
        ObjectPath.Found found = find(path.parent());
        if (found.objects().isEmpty()) {
            return Optional.of(nothingAt(path.parent(), found));
        }
        int copy = 0;
        for (String map : found.objects()) {
            ObjectOperation creation = copy(message.operation(), copy++);
            ObjectData reference = new ObjectData.Reference(creation.objectId());
            ObjectOperation set = new ObjectOperation.MapSet(map, key.get(), reference);
            if (!fits(set)) {
                return Optional.of(ErrorCode.OBJECT_PATH_UNSUITABLE.info(
                        "what is at the path '%s' is %s".formatted(shown(path.parent()), kind(map))));
            }
            Optional<ErrorInfo> refusal =
                    perform(message.withOperation(creation)).or(() -> perform(message.withOperation(set)));
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    /// The creation itself, and from the second on one that differs in its object's id.
    private static ObjectOperation copy(ObjectOperation creation, int number) {
        return number == 0
                ? creation
                : switch (creation) {
                    case ObjectOperation.MapCreate(var id, var initial, var entries) -> {
                        Optional<InitialValue> own = own(initial, number);
                        yield new ObjectOperation.MapCreate(idLike(id, own), own, entries);
                    }
                    case ObjectOperation.CounterCreate(var id, var initial, var count) -> {
                        Optional<InitialValue> own = own(initial, number);
                        yield new ObjectOperation.CounterCreate(idLike(id, own), own, count);
                    }
                    default -> throw new IllegalStateException("not a creation: " + creation);
                };
    }

    private static Optional<InitialValue> own(Optional<InitialValue> initial, int number) {
        return initial.map(value -> new InitialValue(value.text(), value.nonce() + '-' + number));
    }

    private static String idLike(String id, Optional<InitialValue> initial) {
        ObjectId first = ObjectId.parse(id).orElseThrow();
        return ObjectId.of(first.kind(), initial.orElseThrow(), first.millis()).toString();
    }

    private static ObjectOperation withObject(ObjectOperation operation, String id) {
        return switch (operation) {
            case ObjectOperation.MapSet(var none, var key, var value) -> new ObjectOperation.MapSet(id, key, value);
            case ObjectOperation.MapRemove(var none, var key) -> new ObjectOperation.MapRemove(id, key);
            case ObjectOperation.MapClear(var none) -> new ObjectOperation.MapClear(id);
            case ObjectOperation.CounterInc(var none, var number) -> new ObjectOperation.CounterInc(id, number);
            case ObjectOperation.ObjectDelete(var none) -> new ObjectOperation.ObjectDelete(id);
            case ObjectOperation.MapCreate create -> create;
            case ObjectOperation.CounterCreate create -> create;
        };
    }

    private Optional<ErrorInfo> perform(ObjectMessage message) {
        if (performed.size() == OPERATIONS_MAX) {
            return Optional.of(ErrorCode.TOO_MANY_MESSAGES.info(
                    "the publish comes to more than %d operations; send fewer at once".formatted(OPERATIONS_MAX)));
        }
        ObjectOperation operation = message.operation();
        Optional<ErrorInfo> refusal = refusal(operation).or(() -> excess(message));
        if (refusal.isEmpty()) {
            edit.apply(operation, serials.apply(performed.size()), site, millis);
            performed.add(message);
            refusal = overflow(operation);
        }
        return refusal;
    }

    /// One operation can be many where a path has stars.
    private Optional<ErrorInfo> excess(ObjectMessage message) {
        bytes += message.size();
        keys += message.operation() instanceof ObjectOperation.MapCreate create
                ? create.entries().size()
                : 0;
        if (bytes > BYTES_MAX || keys > KEYS_MAX || edit.bytesBefore() > CHANGED_BYTES_MAX) {
            return Optional.of(ErrorCode.MESSAGE_TOO_LARGE.info(
                    "the publish comes to more than %d bytes, %d keys of new maps, or changes of %d bytes; split it"
                            .formatted(BYTES_MAX, KEYS_MAX, CHANGED_BYTES_MAX)));
        }
        return Optional.empty();
    }

    private Optional<ErrorInfo> refusal(ObjectOperation operation) {
        String id = operation.objectId();
        if (!fits(operation)) {
            return Optional.of(ErrorCode.OBJECT_INVALID.info("object %s is %s".formatted(id, kind(id))));
        }
        return switch (operation) {
            case ObjectOperation.MapCreate(var map, var initial, var entries) -> {
                Optional<ErrorInfo> refusal = deleted(id);
                for (ObjectEntry entry : entries.values()) {
                    refusal = refusal.or(() -> entry.data().flatMap(this::absent));
                }
                yield refusal;
            }
            case ObjectOperation.CounterCreate create -> deleted(id);
            case ObjectOperation.MapSet(var map, var key, var value) ->
                absent(id).or(() -> absent(value));
            default -> absent(id);
        };
    }

    /// Whether the operation is one on objects of that kind.
    private static boolean fits(ObjectOperation operation) {
        boolean map = ObjectId.isMap(operation.objectId());
        return switch (operation) {
            case ObjectOperation.CounterCreate create -> !map;
            case ObjectOperation.CounterInc inc -> !map;
            case ObjectOperation.ObjectDelete(var id) -> !id.equals(ObjectId.ROOT);
            case ObjectOperation.MapCreate(var id, var initial, var entries) -> map && !id.equals(ObjectId.ROOT);
            default -> map;
        };
    }

    private static String shown(ObjectPath path) {
        String text = path.text();
        return text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "...";
    }

    private static String kind(String id) {
        return id.equals(ObjectId.ROOT) ? "the root map" : ObjectId.isMap(id) ? "a map" : "a counter";
    }

    private Optional<ErrorInfo> absent(ObjectData data) {
        return data instanceof ObjectData.Reference(var id) ? absent(id) : Optional.empty();
    }

    private Optional<ErrorInfo> absent(String id) {
        return edit.tree().head(id).isEmpty()
                ? Optional.of(ErrorCode.OBJECT_NOT_FOUND.info("there is no object %s on the channel".formatted(id)))
                : deleted(id);
    }

    private Optional<ErrorInfo> deleted(String id) {
        return edit.tree().head(id).filter(ObjectHead::isDeleted).isPresent()
                ? Optional.of(ErrorCode.OBJECT_DELETED.info("object %s was deleted".formatted(id)))
                : Optional.empty();
    }

    /// JSON has no word for what is beyond a double.
    private Optional<ErrorInfo> overflow(ObjectOperation operation) {
        boolean finite = edit.tree()
                .head(operation.objectId())
                .filter(head -> Double.isFinite(head.count()))
                .isPresent();
        return finite
                ? Optional.empty()
                : Optional.of(ErrorCode.OBJECT_INVALID.info(
                        "counter %s would be beyond what a number holds".formatted(operation.objectId())));
    }
}
