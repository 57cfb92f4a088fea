package io.hark.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/// Confined: the fields of one operation on an object (OOP3), which come in any order, and what they
/// come to.
final class OperationReader {
    static final int MAP_CREATE = 0;
    static final int MAP_SET = 1;
    static final int MAP_REMOVE = 2;
    static final int COUNTER_CREATE = 3;
    static final int COUNTER_INC = 4;
    static final int OBJECT_DELETE = 5;
    static final int MAP_CLEAR = 6;

    /// The only semantics of maps that there is (OMP2).
    static final int LAST_WRITER_WINS = 0;

    private static final ErrorCode WRONG = ErrorCode.OBJECT_INVALID;

    private OptionalLong action = OptionalLong.empty();
    private Optional<String> objectId = Optional.empty();

    /// What the field says that belongs to an action, given the object.
    private Optional<Function<String, ObjectOperation>> payload = Optional.empty();

    private int payloadAction;
    private int payloads;

    static int action(ObjectOperation operation) {
        return switch (operation) {
            case ObjectOperation.MapCreate create -> MAP_CREATE;
            case ObjectOperation.MapSet set -> MAP_SET;
            case ObjectOperation.MapRemove remove -> MAP_REMOVE;
            case ObjectOperation.CounterCreate create -> COUNTER_CREATE;
            case ObjectOperation.CounterInc inc -> COUNTER_INC;
            case ObjectOperation.ObjectDelete delete -> OBJECT_DELETE;
            case ObjectOperation.MapClear clear -> MAP_CLEAR;
        };
    }

    /// Empty, and refused, when it is not an operation.
    static Optional<ObjectOperation> read(FieldReader in) throws IOException, MalformedFrame {
        if (!in.isObject(WRONG)) {
            return Optional.empty();
        }
        OperationReader reader = new OperationReader();
        in.enterObject();
        while (in.nextField()) {
            reader.readField(in);
        }
        if (reader.action.isEmpty()) {
            in.refuse(WRONG.info("an operation has no action"));
        }
        return reader.operation(in);
    }

    /// An operation as REST callers give it (RestObjectOperation): the field that is there says which
    /// action it is.
    static ObjectRequest readRequest(FieldReader in) throws IOException, MalformedFrame {
        OperationReader reader = new OperationReader();
        Optional<String> id = Optional.empty();
        Optional<String> path = Optional.empty();
        Optional<String> nonce = Optional.empty();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case ID -> id = in.text(ErrorCode.INVALID_MESSAGE_ID);
                case PATH -> path = in.text(WRONG);
                case NONCE -> nonce = in.text(WRONG);
                default -> reader.readField(in);
            }
        }
        ObjectOperation operation =
                reader.operation(in).orElseGet(() -> new ObjectOperation.ObjectDelete(reader.objectId.orElse("")));
        return new ObjectRequest(id, path, nonce, operation);
    }

    private void readField(FieldReader in) throws IOException, MalformedFrame {
        switch (in.key()) {
            case ACTION -> action = OptionalLong.of(in.integer(WRONG));
            case OBJECT_ID -> objectId = in.text(WRONG);
            case MAP_CREATE -> readMapCreate(in);
            case MAP_CREATE_WITH_OBJECT_ID -> readInitial(in, MAP_CREATE);
            case MAP_SET -> readMapSet(in);
            case MAP_REMOVE -> readMapRemove(in);
            case COUNTER_CREATE -> readCounterCreate(in);
            case COUNTER_CREATE_WITH_OBJECT_ID -> readInitial(in, COUNTER_CREATE);
            case COUNTER_INC -> readCounterInc(in);
            case OBJECT_DELETE -> readEmpty(in, OBJECT_DELETE, ObjectOperation.ObjectDelete::new);
            case MAP_CLEAR -> readEmpty(in, MAP_CLEAR, ObjectOperation.MapClear::new);
            default -> in.skip();
        }
    }

    private void is(int of, Function<String, ObjectOperation> what) {
        payloadAction = of;
        payload = Optional.of(what);
        payloads++;
    }

    private Optional<ObjectOperation> operation(FieldReader in) {
        if (payloads == 0 && action.isPresent()) {
            // These two have nothing to say but their name.
            if (action.getAsLong() == OBJECT_DELETE) {
                is(OBJECT_DELETE, ObjectOperation.ObjectDelete::new);
            } else if (action.getAsLong() == MAP_CLEAR) {
                is(MAP_CLEAR, ObjectOperation.MapClear::new);
            }
        }
        if (payloads != 1) {
            in.refuse(WRONG.info(
                    "an operation has %d of mapCreate, mapSet, mapRemove, counterCreate, counterInc and so on; it has exactly one"
                            .formatted(payloads)));
        } else if (action.isPresent() && action.getAsLong() != payloadAction) {
            in.refuse(WRONG.info("an operation's action is %d, but what it holds belongs to action %d"
                    .formatted(action.getAsLong(), payloadAction)));
        }
        return payload.map(what -> what.apply(objectId.orElse("")));
    }

    private void readMapCreate(FieldReader in) throws IOException, MalformedFrame {
        if (in.isObject(WRONG)) {
            Map<String, ObjectEntry> entries = readMap(in);
            is(MAP_CREATE, id -> new ObjectOperation.MapCreate(id, Optional.empty(), entries));
        }
    }

    private static Map<String, ObjectEntry> readMap(FieldReader in) throws IOException, MalformedFrame {
        Map<String, ObjectEntry> entries = Map.of();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case SEMANTICS -> readSemantics(in);
                case ENTRIES -> entries = ObjectCodec.readEntries(in);
                default -> in.skip();
            }
        }
        return entries;
    }

    private static void readSemantics(FieldReader in) throws IOException, MalformedFrame {
        boolean known = switch (in.kind()) {
            case TEXT -> in.text().filter("LWW"::equalsIgnoreCase).isPresent();
            case INTEGER, FLOAT -> in.integer(WRONG) == LAST_WRITER_WINS;
            default -> {
                in.skip();
                yield false;
            }
        };
        if (!known) {
            in.refuse(WRONG.info("the semantics of a map is 0, the last writer of a key wins"));
        }
    }

    private void readMapSet(FieldReader in) throws IOException, MalformedFrame {
        if (!in.isObject(WRONG)) {
            return;
        }
        Optional<String> key = Optional.empty();
        Optional<ObjectData> value = Optional.empty();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case KEY -> key = in.text(WRONG);
                case VALUE -> value = ObjectCodec.readData(in);
                default -> in.skip();
            }
        }
        if (key.isEmpty() || value.isEmpty()) {
            in.refuse(WRONG.info("mapSet has a key and a value"));
        }
        String name = key.orElse("");
        ObjectData data = value.orElseGet(() -> new ObjectData.Bool(false));
        is(MAP_SET, id -> new ObjectOperation.MapSet(id, name, data));
    }

    private void readMapRemove(FieldReader in) throws IOException, MalformedFrame {
        if (!in.isObject(WRONG)) {
            return;
        }
        Optional<String> key = Optional.empty();
        in.enterObject();
        while (in.nextField()) {
            if (in.key() == Key.KEY) {
                key = in.text(WRONG);
            } else {
                in.skip();
            }
        }
        if (key.isEmpty()) {
            in.refuse(WRONG.info("mapRemove has a key"));
        }
        String name = key.orElse("");
        is(MAP_REMOVE, id -> new ObjectOperation.MapRemove(id, name));
    }

    private void readCounterCreate(FieldReader in) throws IOException, MalformedFrame {
        if (in.isObject(WRONG)) {
            OptionalDouble count = readNumber(in, Key.COUNT);
            is(COUNTER_CREATE, id -> new ObjectOperation.CounterCreate(id, Optional.empty(), count));
        }
    }

    private void readCounterInc(FieldReader in) throws IOException, MalformedFrame {
        if (!in.isObject(WRONG)) {
            return;
        }
        OptionalDouble number = readNumber(in, Key.NUMBER);
        if (number.isEmpty()) {
            in.refuse(WRONG.info("counterInc has a number"));
        }
        is(COUNTER_INC, id -> new ObjectOperation.CounterInc(id, number.orElse(0)));
    }

    /// The number in an object that has at most that field.
    private static OptionalDouble readNumber(FieldReader in, Key key) throws IOException, MalformedFrame {
        OptionalDouble number = OptionalDouble.empty();
        in.enterObject();
        while (in.nextField()) {
            if (in.key() == key && in.kind() != WireReader.Kind.NULL) {
                Optional<Double> read = ObjectCodec.readNumber(in);
                number = read.isPresent() ? OptionalDouble.of(read.get()) : OptionalDouble.empty();
            } else {
                in.skip();
            }
        }
        return number;
    }

    private void readEmpty(FieldReader in, int of, Function<String, ObjectOperation> what)
            throws IOException, MalformedFrame {
        if (in.kind() == WireReader.Kind.OBJECT) {
            is(of, what);
        }
        in.skip();
    }

    private void readInitial(FieldReader in, int of) throws IOException, MalformedFrame {
        if (!in.isObject(WRONG)) {
            return;
        }
        Optional<String> text = Optional.empty();
        Optional<String> nonce = Optional.empty();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case INITIAL_VALUE -> text = in.text(WRONG);
                case NONCE -> nonce = in.text(WRONG);
                default -> in.skip();
            }
        }
        if (text.isEmpty() || nonce.isEmpty()) {
            in.refuse(WRONG.info("the creation of an object has an initialValue and a nonce"));
        }
        ObjectOperation.InitialValue initial = new ObjectOperation.InitialValue(text.orElse(""), nonce.orElse(""));
        ObjectOperation made = readInitialValue(in, of, initial);
        is(of, id -> named(id, made));
    }

    private static ObjectOperation named(String id, ObjectOperation made) {
        return switch (made) {
            case ObjectOperation.MapCreate(var none, var initial, var entries) ->
                new ObjectOperation.MapCreate(id, initial, entries);
            case ObjectOperation.CounterCreate(var none, var initial, var count) ->
                new ObjectOperation.CounterCreate(id, initial, count);
            default -> throw new IllegalStateException("not a creation: " + made);
        };
    }

    /// The text is JSON also where everything around it is MessagePack, as the object's id is its hash.
    private static ObjectOperation readInitialValue(FieldReader in, int of, ObjectOperation.InitialValue initial) {
        byte[] json = initial.text().getBytes(StandardCharsets.UTF_8);
        try {
            return ProtocolCodec.of(Format.JSON).decode(json, 0, json.length, ProtocolCodec.DEPTH_MAX, WRONG, wire -> {
                FieldReader inner = new FieldReader(wire, FieldReader.Sender.CLIENT);
                ObjectOperation made = readInitialValue(inner, of, Optional.of(initial));
                inner.refusal().ifPresent(in::refuse);
                return made;
            });
        } catch (MalformedFrame notJson) {
            in.refuse(WRONG.info("the initialValue of an object cannot be read: "
                    + notJson.info().message()));
            return new ObjectOperation.CounterCreate("", Optional.of(initial), OptionalDouble.empty());
        }
    }

    private static ObjectOperation readInitialValue(
            FieldReader in, int of, Optional<ObjectOperation.InitialValue> initial) throws IOException, MalformedFrame {
        if (!in.isObject(WRONG)) {
            in.refuse(WRONG.info("the initialValue of an object is not an object"));
            return new ObjectOperation.CounterCreate("", initial, OptionalDouble.empty());
        }
        return of == MAP_CREATE
                ? new ObjectOperation.MapCreate("", initial, readMap(in))
                : new ObjectOperation.CounterCreate("", initial, readNumber(in, Key.COUNT));
    }

    static boolean isJsonTree(String text) {
        try {
            Object tree = ProtocolCodec.of(Format.JSON).decodeValue(text.getBytes(StandardCharsets.UTF_8));
            return tree instanceof Map || tree instanceof List;
        } catch (MalformedFrame notJson) {
            return false;
        }
    }
}
