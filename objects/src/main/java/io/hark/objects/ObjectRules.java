package io.hark.objects;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectOperation;
import io.hark.protocol.ObjectOperation.InitialValue;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// What holds for an operation whatever objects there are (RTO11, RTO12, RTO14).
public final class ObjectRules {
    /// How long what was removed is remembered: by owners, and by clients, which are told (RTO10).
    public static final Duration GRACE = Duration.ofHours(24);

    /// Characters of a map's key: decoders take no longer names.
    public static final int KEY_CHARS_MAX = 2_048;

    static final int NONCE_CHARS_MIN = 16;

    /// Clients ask the server for the time, and may keep what they have made until they are connected
    /// again.
    private static final Duration OLDEST = Duration.ofHours(24);

    private static final Duration NEWEST = Duration.ofMinutes(5);

    private ObjectRules() {}

    /// @param named whether the operation must name its object; one with a path does not
    /// @return 92000 for what nobody can perform, 92004 for an object that nobody can have made
    public static Optional<ErrorInfo> refusal(ObjectOperation operation, boolean named, long nowMillis) {
        String id = operation.objectId();
        Optional<ErrorInfo> unknown = named ? unknown(id) : Optional.empty();
        return switch (operation) {
            case ObjectOperation.MapCreate(var map, var initial, var entries) ->
                creation(id, initial, ObjectId.Kind.MAP, nowMillis).or(() -> entries(entries));
            case ObjectOperation.CounterCreate(var counter, var initial, var count) ->
                creation(id, initial, ObjectId.Kind.COUNTER, nowMillis);
            case ObjectOperation.MapSet(var map, var key, var value) ->
                unknown.or(() -> key(key)).or(() -> value(value));
            case ObjectOperation.MapRemove(var map, var key) -> unknown.or(() -> key(key));
            case ObjectOperation.MapClear clear -> unknown;
            case ObjectOperation.CounterInc inc -> unknown;
            case ObjectOperation.ObjectDelete delete -> unknown;
        };
    }

    private static Optional<ErrorInfo> creation(
            String text, Optional<InitialValue> initial, ObjectId.Kind kind, long nowMillis) {
        Optional<ObjectId> id = ObjectId.parse(text);
        if (id.isEmpty() || id.get().kind() != kind) {
            return invalid("the creation of a %s cannot make an object '%s'"
                    .formatted(kind == ObjectId.Kind.MAP ? "map" : "counter", shown(text)));
        }
        if (initial.filter(made -> made.nonce().length() < NONCE_CHARS_MIN).isPresent()) {
            return invalid("the nonce has %d characters, it has at least %d"
                    .formatted(initial.get().nonce().length(), NONCE_CHARS_MIN));
        }
        if (initial.filter(made -> !id.get().isMadeOf(made)).isPresent()) {
            return invalid("the object's id is not the hash of its initialValue and nonce");
        }
        long age = nowMillis - id.get().millis();
        if (age > OLDEST.toMillis() || age < -NEWEST.toMillis()) {
            return invalid("the object's id is of %d, and it is %d; make ids with the server's time"
                    .formatted(id.get().millis(), nowMillis));
        }
        return Optional.empty();
    }

    private static Optional<ErrorInfo> entries(Map<String, ObjectEntry> entries) {
        Optional<ErrorInfo> refusal = Optional.empty();
        for (Map.Entry<String, ObjectEntry> entry : entries.entrySet()) {
            refusal = refusal.or(() -> key(entry.getKey()))
                    .or(() -> entry.getValue().data().flatMap(ObjectRules::value));
        }
        return refusal;
    }

    private static Optional<ErrorInfo> key(String key) {
        return key.length() > KEY_CHARS_MAX
                ? invalid("a key has %d characters, the limit is %d".formatted(key.length(), KEY_CHARS_MAX))
                : Optional.empty();
    }

    private static Optional<ErrorInfo> value(ObjectData value) {
        return value instanceof ObjectData.Reference(var id) ? unknown(id) : Optional.empty();
    }

    /// Why there can be no such object. Clients mistype an object's hash more often than its form.
    private static Optional<ErrorInfo> unknown(String id) {
        if (ObjectId.isValid(id)) {
            return Optional.empty();
        }
        return ObjectId.hasForm(id)
                ? Optional.of(
                        ErrorCode.OBJECT_NOT_FOUND.info("there is no object %s on the channel".formatted(shown(id))))
                : invalid("'%s' is not the id of an object".formatted(shown(id)));
    }

    private static String shown(String id) {
        return id.length() <= 80 ? id : id.substring(0, 80) + "...";
    }

    private static Optional<ErrorInfo> invalid(String why) {
        return Optional.of(ErrorCode.OBJECT_INVALID.info(why));
    }
}
