package io.hark.protocol;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// Reads and writes entries of `state` (OM2): operations on objects, and objects themselves.
final class ObjectCodec {

    /// Whom an operation is written for.
    enum Reader {
        /// The server that is to perform it, and checks what the id of a new object was made of.
        SERVER,
        /// Clients, and our own log.
        OTHERS
    }

    private static final ErrorCode WRONG = ErrorCode.OBJECT_INVALID;

    private ObjectCodec() {}

    static StateEntry read(FieldReader in) throws IOException, MalformedFrame {
        Optional<String> id = Optional.empty();
        Optional<String> clientId = Optional.empty();
        Optional<String> serial = Optional.empty();
        long serialTimestamp = 0;
        Optional<String> siteCode = Optional.empty();
        Optional<ObjectOperation> operation = Optional.empty();
        Optional<ObjectState> object = Optional.empty();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case ID -> id = in.text(ErrorCode.INVALID_MESSAGE_ID);
                case CLIENT_ID -> clientId = in.text(ErrorCode.INVALID_CLIENT_ID);
                case SERIAL -> serial = in.text();
                case SERIAL_TIMESTAMP -> serialTimestamp = in.looseInteger();
                case SITE_CODE -> siteCode = in.text();
                case OPERATION -> operation = OperationReader.read(in);
                case OBJECT -> object = in.isObject(WRONG) ? Optional.of(ObjectStateCodec.read(in)) : Optional.empty();
                default -> in.skip();
            }
        }
        // The server's own fields are taken from the server only, else a publisher could forge them.
        boolean ours = in.sender() == FieldReader.Sender.SERVER;
        if (ours && object.isPresent()) {
            ObjectState state = object.get();
            long deleted = state.isDeleted() ? serialTimestamp : 0;
            return new ObjectState(state.objectId(), state.siteTimeserials(), state.created(), deleted, state.value());
        }
        if (operation.isEmpty()) {
            in.refuse(WRONG.info("an entry of state has no operation"));
        }
        return new ObjectMessage(
                ours ? id : Optional.empty(),
                clientId,
                ours ? serial : Optional.empty(),
                ours ? serialTimestamp : 0,
                ours ? siteCode : Optional.empty(),
                operation.orElseGet(() -> new ObjectOperation.ObjectDelete("")));
    }

    static void writeAll(List<? extends StateEntry> entries, Reader reader, WireWriter out) throws IOException {
        out.beginArray(entries.size());
        for (StateEntry entry : entries) {
            switch (entry) {
                case ObjectMessage message -> write(message, reader, out);
                case ObjectState state -> ObjectStateCodec.write(state, out);
            }
        }
        out.endArray();
    }

    private static void write(ObjectMessage m, Reader reader, WireWriter out) throws IOException {
        out.beginObject(1
                + WireWriter.one(m.id())
                + WireWriter.one(m.clientId())
                + WireWriter.one(m.serial())
                + WireWriter.one(m.serialTimestamp())
                + WireWriter.one(m.siteCode()));
        out.field(Key.ID, m.id());
        out.field(Key.CLIENT_ID, m.clientId());
        out.field(Key.SERIAL, m.serial());
        out.fieldUnlessZero(Key.SERIAL_TIMESTAMP, m.serialTimestamp());
        out.field(Key.SITE_CODE, m.siteCode());
        out.key(Key.OPERATION);
        write(m.operation(), reader, out);
        out.endObject();
    }

    private static void write(ObjectOperation operation, Reader reader, WireWriter out) throws IOException {
        out.beginObject(3);
        out.field(Key.ACTION, OperationReader.action(operation));
        out.field(Key.OBJECT_ID, operation.objectId());
        switch (operation) {
            case ObjectOperation.MapCreate(var id, var initial, var entries) -> {
                if (reader == Reader.SERVER && initial.isPresent()) {
                    write(Key.MAP_CREATE_WITH_OBJECT_ID, initial.get(), out);
                } else {
                    out.key(Key.MAP_CREATE);
                    out.beginObject(2);
                    writeMap(entries, out);
                    out.endObject();
                }
            }
            case ObjectOperation.MapSet(var id, var key, var value) -> {
                out.key(Key.MAP_SET);
                out.beginObject(2);
                out.field(Key.KEY, key);
                out.key(Key.VALUE);
                write(value, out);
                out.endObject();
            }
            case ObjectOperation.MapRemove(var id, var key) -> {
                out.key(Key.MAP_REMOVE);
                out.beginObject(1);
                out.field(Key.KEY, key);
                out.endObject();
            }
            case ObjectOperation.MapClear(var id) -> writeEmpty(Key.MAP_CLEAR, out);
            case ObjectOperation.CounterCreate(var id, var initial, var count) -> {
                if (reader == Reader.SERVER && initial.isPresent()) {
                    write(Key.COUNTER_CREATE_WITH_OBJECT_ID, initial.get(), out);
                } else {
                    out.key(Key.COUNTER_CREATE);
                    writeCount(count, out);
                }
            }
            case ObjectOperation.CounterInc(var id, var number) -> {
                out.key(Key.COUNTER_INC);
                out.beginObject(1);
                out.key(Key.NUMBER);
                out.number(number);
                out.endObject();
            }
            case ObjectOperation.ObjectDelete(var id) -> writeEmpty(Key.OBJECT_DELETE, out);
        }
        out.endObject();
    }

    /// What the id of an object is made of when the server creates it.
    static void writeInitialValue(ObjectOperation creation, WireWriter out) throws IOException {
        switch (creation) {
            case ObjectOperation.MapCreate(var id, var none, var entries) -> {
                out.beginObject(2);
                writeMap(entries, out);
                out.endObject();
            }
            case ObjectOperation.CounterCreate(var id, var none, var count) -> writeCount(count, out);
            default -> throw new IllegalArgumentException("not a creation: " + creation);
        }
    }

    private static void writeCount(OptionalDouble count, WireWriter out) throws IOException {
        out.beginObject(count.isPresent() ? 1 : 0);
        if (count.isPresent()) {
            out.key(Key.COUNT);
            out.number(count.getAsDouble());
        }
        out.endObject();
    }

    static void writeEmpty(Key key, WireWriter out) throws IOException {
        out.key(key);
        out.beginObject(0);
        out.endObject();
    }

    private static void write(Key key, ObjectOperation.InitialValue initial, WireWriter out) throws IOException {
        out.key(key);
        out.beginObject(2);
        out.field(Key.INITIAL_VALUE, initial.text());
        out.field(Key.NONCE, initial.nonce());
        out.endObject();
    }

    /// Two fields: semantics, without which one SDK stops at the object, and the entries.
    static void writeMap(Map<String, ObjectEntry> entries, WireWriter out) throws IOException {
        out.field(Key.SEMANTICS, OperationReader.LAST_WRITER_WINS);
        out.key(Key.ENTRIES);
        out.beginObject(entries.size());
        for (Map.Entry<String, ObjectEntry> entry : entries.entrySet()) {
            out.key(entry.getKey());
            write(entry.getValue(), out);
        }
        out.endObject();
    }

    private static void write(ObjectEntry entry, WireWriter out) throws IOException {
        out.beginObject(1 + WireWriter.one(entry.timeserial()) + WireWriter.one(entry.serialTimestamp()));
        out.field(Key.TIMESERIAL, entry.timeserial());
        out.fieldUnlessZero(Key.SERIAL_TIMESTAMP, entry.serialTimestamp());
        if (entry.data().isPresent()) {
            out.key(Key.DATA);
            write(entry.data().get(), out);
        } else {
            out.key(Key.TOMBSTONE);
            out.bool(true);
        }
        out.endObject();
    }

    static void write(ObjectData data, WireWriter out) throws IOException {
        out.beginObject(1);
        switch (data) {
            case ObjectData.Reference(var objectId) -> out.field(Key.OBJECT_ID, objectId);
            case ObjectData.Bool(var value) -> {
                out.key(Key.BOOLEAN);
                out.bool(value);
            }
            // A float also where the number is whole: one SDK reads nothing else (OD4c3).
            case ObjectData.Number(var value) -> {
                out.key(Key.NUMBER);
                out.number(value);
            }
            case ObjectData.Text(var value) -> out.field(Key.STRING, value);
            case ObjectData.Bytes(var value) -> {
                out.key(Key.BYTES);
                out.binary(value);
            }
            case ObjectData.Json(var text) -> out.field(Key.JSON, text);
        }
        out.endObject();
    }

    /// The entries of a map; of those from outside only what they hold counts.
    static Map<String, ObjectEntry> readEntries(FieldReader in) throws IOException, MalformedFrame {
        if (!in.isObject(WRONG)) {
            return Map.of();
        }
        Map<String, ObjectEntry> entries = new LinkedHashMap<>();
        in.enterObject();
        while (in.nextField()) {
            String key = in.wire().name();
            if (in.isObject(WRONG)) {
                readEntry(in).ifPresent(entry -> entries.put(key, entry));
            }
        }
        return entries;
    }

    private static Optional<ObjectEntry> readEntry(FieldReader in) throws IOException, MalformedFrame {
        Optional<ObjectData> data = Optional.empty();
        Optional<String> timeserial = Optional.empty();
        long serialTimestamp = 0;
        boolean tombstone = false;
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case DATA -> data = readData(in);
                case TIMESERIAL -> timeserial = in.text();
                case SERIAL_TIMESTAMP -> serialTimestamp = in.looseInteger();
                case TOMBSTONE -> tombstone = readBoolean(in);
                default -> in.skip();
            }
        }
        if (in.sender() == FieldReader.Sender.SERVER) {
            return Optional.of(new ObjectEntry(tombstone ? Optional.empty() : data, timeserial, serialTimestamp));
        }
        if (data.isEmpty() && !tombstone) {
            in.refuse(WRONG.info("an entry of a map has no data"));
        }
        return tombstone ? Optional.empty() : data.map(ObjectEntry::initial);
    }

    /// Empty, and refused, when it holds none or several values, or one that is not what it should be.
    static Optional<ObjectData> readData(FieldReader in) throws IOException, MalformedFrame {
        if (!in.isObject(WRONG)) {
            return Optional.empty();
        }
        Optional<ObjectData> data = Optional.empty();
        int values = 0;
        boolean json = false;
        in.enterObject();
        while (in.nextField()) {
            Key key = in.key();
            switch (key) {
                case OBJECT_ID, BOOLEAN, NUMBER, STRING, BYTES, JSON -> {
                    if (in.kind() == WireReader.Kind.NULL) {
                        in.skip();
                    } else {
                        values++;
                        data = readValue(key, in);
                    }
                }
                case ENCODING -> json = in.text().filter("json"::equals).isPresent();
                default -> in.skip();
            }
        }
        if (json && data.isPresent() && data.get() instanceof ObjectData.Text(var text)) {
            data = json(text, in);
        }
        if (values != 1) {
            in.refuse(
                    WRONG.info("a value has %d of objectId, boolean, number, string, bytes and json; it has exactly one"
                            .formatted(values)));
        }
        return data;
    }

    private static Optional<ObjectData> readValue(Key key, FieldReader in) throws IOException, MalformedFrame {
        return switch (key) {
            case OBJECT_ID -> in.text(WRONG).map(ObjectData.Reference::new);
            case BOOLEAN -> {
                if (in.kind() == WireReader.Kind.BOOLEAN) {
                    yield Optional.of(new ObjectData.Bool(in.wire().bool()));
                }
                in.refuseValue(WRONG, "a boolean");
                yield Optional.empty();
            }
            case NUMBER -> {
                Optional<Double> number = readNumber(in);
                yield number.map(ObjectData.Number::new);
            }
            case STRING -> in.text(WRONG).map(ObjectData.Text::new);
            case BYTES -> readBytes(in);
            case JSON -> {
                Optional<String> text = in.text(WRONG);
                yield text.isEmpty() ? Optional.empty() : json(text.get(), in);
            }
            default -> throw new IllegalStateException("not a kind of value: " + key);
        };
    }

    /// Anything but a boolean is as good as false.
    static boolean readBoolean(FieldReader in) throws IOException, MalformedFrame {
        if (in.kind() == WireReader.Kind.BOOLEAN) {
            return in.wire().bool();
        }
        in.skip();
        return false;
    }

    /// Empty, and refused, for anything but a finite number.
    static Optional<Double> readNumber(FieldReader in) throws IOException, MalformedFrame {
        if (in.kind() != WireReader.Kind.INTEGER && in.kind() != WireReader.Kind.FLOAT) {
            in.refuseValue(WRONG, "a number");
            return Optional.empty();
        }
        double number = in.wire().number();
        if (!Double.isFinite(number)) {
            in.refuse(WRONG.info("a number must be finite"));
            return Optional.empty();
        }
        return Optional.of(number);
    }

    private static Optional<ObjectData> readBytes(FieldReader in) throws IOException, MalformedFrame {
        if (in.kind() == WireReader.Kind.BINARY) {
            return Optional.of(new ObjectData.Bytes(in.wire().binary()));
        }
        Optional<byte[]> bytes = in.text(WRONG).flatMap(Base64Text::decode);
        if (bytes.isEmpty()) {
            in.refuse(WRONG.info("bytes are not base64"));
        }
        return bytes.map(ObjectData.Bytes::new);
    }

    /// Not every SDK survives text there that is not what it says.
    private static Optional<ObjectData> json(String text, FieldReader in) {
        if (in.sender() != FieldReader.Sender.SERVER && !OperationReader.isJsonTree(text)) {
            in.refuse(WRONG.info("the text in json is not a JSON object or array"));
        }
        return Optional.of(new ObjectData.Json(text));
    }
}
