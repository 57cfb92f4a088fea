package io.hark.channel;

import io.hark.objects.ObjectChange;
import io.hark.objects.ObjectHead;
import io.hark.objects.ObjectKey;
import io.hark.objects.ObjectRow;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The bytes of a stored row of objects, an object's head or one key of a map: version, form, content,
/// CRC-32C of all of it.
public final class ObjectRowCodec {
    private static final byte VERSION = 1;
    private static final byte HEAD = 0;
    private static final byte ENTRY = 1;

    private static final byte TOMBSTONE = 0;
    private static final byte REFERENCE = 1;
    private static final byte FALSE = 2;
    private static final byte TRUE = 3;
    private static final byte NUMBER = 4;
    private static final byte TEXT = 5;
    private static final byte BYTES = 6;
    private static final byte JSON = 7;

    private ObjectRowCodec() {}

    static StateChange change(ObjectChange change) {
        return StateChange.lasting(
                StateKind.OBJECT,
                change.key().text(),
                change.before().map(ObjectRowCodec::value),
                change.after().map(ObjectRowCodec::value));
    }

    private static StateValue value(ObjectRow row) {
        return new StateValue(encode(row));
    }

    static ObjectKey key(StateRow row) {
        return ObjectKey.parse(row.key());
    }

    public static byte[] encode(ObjectRow row) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(VERSION);
            switch (row) {
                case ObjectHead head -> write(head, out);
                case ObjectRow.Entry(ObjectEntry entry) -> write(entry, out);
            }
            byte[] content = bytes.toByteArray();
            return Checksummed.seal(
                    ByteBuffer.allocate(content.length + Checksummed.CRC_BYTES).put(content));
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    private static void write(ObjectHead head, DataOutputStream out) throws IOException {
        out.writeByte(HEAD);
        out.writeInt(head.siteTimeserials().size());
        for (Map.Entry<String, String> site : head.siteTimeserials().entrySet()) {
            text(out, site.getKey());
            text(out, site.getValue());
        }
        out.writeBoolean(head.created());
        out.writeLong(head.deletedMillis());
        text(out, head.clearTimeserial().orElse(""));
        out.writeDouble(head.count());
        out.writeLong(head.unreachableMillis());
    }

    private static void write(ObjectEntry entry, DataOutputStream out) throws IOException {
        out.writeByte(ENTRY);
        text(out, entry.timeserial().orElse(""));
        out.writeLong(entry.serialTimestamp());
        if (entry.data().isEmpty()) {
            out.writeByte(TOMBSTONE);
            return;
        }
        switch (entry.data().get()) {
            case ObjectData.Reference(var objectId) -> {
                out.writeByte(REFERENCE);
                text(out, objectId);
            }
            case ObjectData.Bool(boolean value) -> out.writeByte(value ? TRUE : FALSE);
            case ObjectData.Number(double value) -> {
                out.writeByte(NUMBER);
                out.writeDouble(value);
            }
            case ObjectData.Text(var value) -> {
                out.writeByte(TEXT);
                text(out, value);
            }
            case ObjectData.Bytes(byte[] value) -> {
                out.writeByte(BYTES);
                bytes(out, value);
            }
            case ObjectData.Json(var text) -> {
                out.writeByte(JSON);
                text(out, text);
            }
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    public static ObjectRow decode(byte[] bytes) throws DamagedEntry {
        ByteBuffer in = Checksummed.verified(bytes);
        try {
            int version = in.get();
            int form = in.get();
            if (version != VERSION || form != HEAD && form != ENTRY) {
                throw new DamagedEntry(
                        "a row of objects of version %d and form %d is not known".formatted(version, form));
            }
            ObjectRow row = form == HEAD ? head(in) : new ObjectRow.Entry(entry(in));
            if (in.hasRemaining()) {
                throw new DamagedEntry("a row of objects has %d bytes too many".formatted(in.remaining()));
            }
            return row;
        } catch (BufferUnderflowException e) {
            throw new DamagedEntry("a row of objects has a valid checksum but not the form of version " + VERSION, e);
        }
    }

    private static ObjectHead head(ByteBuffer in) {
        Map<String, String> siteTimeserials = new HashMap<>();
        for (int left = in.getInt(); left > 0; left--) {
            siteTimeserials.put(text(in), text(in));
        }
        return new ObjectHead(siteTimeserials, in.get() != 0, in.getLong(), serial(in), in.getDouble(), in.getLong());
    }

    private static ObjectEntry entry(ByteBuffer in) throws DamagedEntry {
        Optional<String> timeserial = serial(in);
        long serialTimestamp = in.getLong();
        byte kind = in.get();
        Optional<ObjectData> data = switch (kind) {
            case TOMBSTONE -> Optional.empty();
            case REFERENCE -> Optional.of(new ObjectData.Reference(text(in)));
            case FALSE, TRUE -> Optional.of(new ObjectData.Bool(kind == TRUE));
            case NUMBER -> Optional.of(new ObjectData.Number(in.getDouble()));
            case TEXT -> Optional.of(new ObjectData.Text(text(in)));
            case BYTES -> Optional.of(new ObjectData.Bytes(bytes(in)));
            case JSON -> Optional.of(new ObjectData.Json(text(in)));
            default -> throw new DamagedEntry("a value of kind %d is not known".formatted(kind));
        };
        return new ObjectEntry(data, timeserial, serialTimestamp);
    }

    private static Optional<String> serial(ByteBuffer in) {
        return Optional.of(text(in)).filter(text -> !text.isEmpty());
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
