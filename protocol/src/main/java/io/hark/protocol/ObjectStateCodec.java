package io.hark.protocol;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Reads and writes [ObjectState], an object as OBJECT_SYNC tells it (OST2).
final class ObjectStateCodec {
    private static final ErrorCode WRONG = ErrorCode.OBJECT_INVALID;

    private ObjectStateCodec() {}

    static void write(ObjectState state, WireWriter out) throws IOException {
        out.beginObject(1 + WireWriter.one(state.deletedMillis()));
        out.fieldUnlessZero(Key.SERIAL_TIMESTAMP, state.deletedMillis());
        out.key(Key.OBJECT);
        boolean created = state.created() && !state.isDeleted();
        out.beginObject(4 + (created ? 1 : 0));
        out.field(Key.OBJECT_ID, state.objectId());
        out.key(Key.SITE_TIMESERIALS);
        out.beginObject(state.siteTimeserials().size());
        for (Map.Entry<String, String> site : state.siteTimeserials().entrySet()) {
            out.key(site.getKey());
            out.text(site.getValue());
        }
        out.endObject();
        out.key(Key.TOMBSTONE);
        out.bool(state.isDeleted());
        switch (state.value()) {
            case ObjectState.OfMap map -> {
                if (created) {
                    writeCreation(state.objectId(), OperationReader.MAP_CREATE, out);
                }
                write(map, state.isDeleted(), out);
            }
            case ObjectState.OfCounter(var count) -> {
                if (created) {
                    writeCreation(state.objectId(), OperationReader.COUNTER_CREATE, out);
                }
                out.key(Key.COUNTER);
                out.beginObject(state.isDeleted() ? 0 : 1);
                if (!state.isDeleted()) {
                    out.key(Key.COUNT);
                    out.number(count);
                }
                out.endObject();
            }
        }
        out.endObject();
        out.endObject();
    }

    private static void writeCreation(String objectId, int action, WireWriter out) throws IOException {
        out.key(Key.CREATE_OP);
        out.beginObject(3);
        out.field(Key.ACTION, action);
        out.field(Key.OBJECT_ID, objectId);
        if (action == OperationReader.MAP_CREATE) {
            out.key(Key.MAP_CREATE);
            out.beginObject(2);
            ObjectCodec.writeMap(Map.of(), out);
            out.endObject();
        } else {
            ObjectCodec.writeEmpty(Key.COUNTER_CREATE, out);
        }
        out.endObject();
    }

    private static void write(ObjectState.OfMap map, boolean deleted, WireWriter out) throws IOException {
        out.key(Key.MAP);
        if (deleted) {
            out.beginObject(1);
            out.field(Key.SEMANTICS, OperationReader.LAST_WRITER_WINS);
        } else {
            out.beginObject(2 + WireWriter.one(map.clearTimeserial()));
            ObjectCodec.writeMap(map.entries(), out);
            out.field(Key.CLEAR_TIMESERIAL, map.clearTimeserial());
        }
        out.endObject();
    }

    /// An object that is deleted is given a time that is not 0; the right one stands around it.
    static ObjectState read(FieldReader in) throws IOException, MalformedFrame {
        String objectId = "";
        Map<String, String> siteTimeserials = Map.of();
        boolean deleted = false;
        boolean created = false;
        Optional<ObjectState.Value> value = Optional.empty();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case OBJECT_ID -> objectId = in.text(WRONG).orElse("");
                case SITE_TIMESERIALS -> siteTimeserials = in.strings(WRONG);
                case TOMBSTONE -> deleted = ObjectCodec.readBoolean(in);
                case CREATE_OP -> {
                    created = in.kind() == WireReader.Kind.OBJECT;
                    in.skip();
                }
                case MAP -> value = in.isObject(WRONG) ? Optional.of(readMap(in)) : Optional.empty();
                case COUNTER -> value = in.isObject(WRONG) ? Optional.of(readCounter(in)) : Optional.empty();
                default -> in.skip();
            }
        }
        if (value.isEmpty()) {
            in.refuse(WRONG.info("an object is neither a map nor a counter"));
        }
        return new ObjectState(
                objectId,
                siteTimeserials,
                created,
                deleted ? 1 : 0,
                value.orElseGet(() -> new ObjectState.OfCounter(0)));
    }

    private static ObjectState.Value readMap(FieldReader in) throws IOException, MalformedFrame {
        Map<String, ObjectEntry> entries = new LinkedHashMap<>();
        Optional<String> clearTimeserial = Optional.empty();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case ENTRIES -> entries.putAll(ObjectCodec.readEntries(in));
                case CLEAR_TIMESERIAL -> clearTimeserial = in.text(WRONG);
                default -> in.skip();
            }
        }
        return new ObjectState.OfMap(entries, clearTimeserial);
    }

    private static ObjectState.Value readCounter(FieldReader in) throws IOException, MalformedFrame {
        double count = 0;
        in.enterObject();
        while (in.nextField()) {
            if (in.key() == Key.COUNT) {
                count = ObjectCodec.readNumber(in).orElse(0.0);
            } else {
                in.skip();
            }
        }
        return new ObjectState.OfCounter(count);
    }
}
