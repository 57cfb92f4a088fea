package io.hark.control;

import io.hark.channel.DamagedEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// The bytes of [ControlCommand] and [ControlState], in the log, in snapshots and between nodes:
/// version, content, CRC-32C of both.
public final class ControlCodec {
    private static final int VERSION = 1;
    private static final int CRC_BYTES = 4;
    private static final NodeEntry.Status[] STATUSES = NodeEntry.Status.values();

    private ControlCodec() {}

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private interface Reading<T> {
        T from(DataInputStream in) throws IOException;
    }

    public static byte[] encode(ControlCommand command) {
        return sealed(out -> write(out, command));
    }

    public static byte[] encode(ControlState state) {
        return sealed(out -> {
            write(out, state);
            write(out, state.revocations());
        });
    }

    public static ControlCommand decodeCommand(byte[] bytes) throws DamagedEntry {
        return verified(bytes, ControlCodec::command);
    }

    public static ControlState decodeState(byte[] bytes) throws DamagedEntry {
        return verified(bytes, in -> revoked(state(in), in));
    }

    private static byte[] sealed(Writing content) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(VERSION);
            content.to(out);
            out.writeInt(crc(bytes.toByteArray(), bytes.size()));
            return bytes.toByteArray();
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    private static <T> T verified(byte[] bytes, Reading<T> content) throws DamagedEntry {
        int length = bytes.length - CRC_BYTES;
        if (length < 1) {
            throw new DamagedEntry("only %d bytes of a control record are left".formatted(bytes.length));
        }
        try (DataInputStream tail = new DataInputStream(new ByteArrayInputStream(bytes, length, CRC_BYTES));
                DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length))) {
            if (tail.readInt() != crc(bytes, length)) {
                throw new DamagedEntry("the checksum of a control record is wrong");
            }
            int version = in.readByte();
            if (version != VERSION) {
                throw new DamagedEntry("a control record of version %d is not known".formatted(version));
            }
            T value = content.from(in);
            if (in.available() > 0) {
                throw new DamagedEntry("a control record has %d bytes too many".formatted(in.available()));
            }
            return value;
        } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new DamagedEntry("a control record has a valid checksum but not the form of version " + VERSION, e);
        }
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static void write(DataOutputStream out, ControlCommand command) throws IOException {
        switch (command) {
            case ControlCommand.Register(var node, var incarnation, var address, var weight, var clean, var dirty) -> {
                out.writeByte(1);
                out.writeUTF(node);
                out.writeUTF(incarnation);
                out.writeUTF(address);
                out.writeInt(weight);
                out.writeBoolean(clean);
                writeList(out, dirty, slot -> out.writeShort(slot));
            }
            case ControlCommand.NodeDown(var node, var incarnation) -> {
                out.writeByte(2);
                out.writeUTF(node);
                out.writeUTF(incarnation);
            }
            case ControlCommand.Drain(var node, var incarnation) -> {
                out.writeByte(3);
                out.writeUTF(node);
                out.writeUTF(incarnation);
            }
            case ControlCommand.Remove(var node) -> {
                out.writeByte(4);
                out.writeUTF(node);
            }
            case ControlCommand.Bootstrap(var replicasWanted, var minIsr, var replicas) -> {
                out.writeByte(5);
                out.writeByte(replicasWanted);
                out.writeByte(minIsr);
                writeList(out, replicas, nodes -> writeTexts(out, nodes));
            }
            case ControlCommand.Import(var state, var replicasWanted) -> {
                out.writeByte(6);
                write(out, state);
                out.writeByte(replicasWanted);
                write(out, state.revocations());
            }
            case ControlCommand.RaiseMinIsr(var minIsr) -> {
                out.writeByte(14);
                out.writeByte(minIsr);
            }
            case ControlCommand.ChangeIsr(var changes) -> {
                out.writeByte(7);
                writeList(out, changes, change -> {
                    out.writeShort(change.slot());
                    out.writeInt(change.epoch());
                    out.writeInt(change.version());
                    writeTexts(out, change.isr());
                });
            }
            case ControlCommand.Move(var steps) -> {
                out.writeByte(8);
                writeList(out, steps, step -> write(out, step));
            }
            case ControlCommand.Transfer(var steps) -> {
                out.writeByte(9);
                writeList(out, steps, step -> write(out, step));
            }
            case ControlCommand.SetReplicas(var slots) -> {
                out.writeByte(10);
                writeList(out, slots, replicas -> {
                    out.writeShort(replicas.slot());
                    out.writeInt(replicas.version());
                    writeTexts(out, replicas.nodes());
                });
            }
            case ControlCommand.ForceElect(var slot, var node) -> {
                out.writeByte(11);
                out.writeShort(slot);
                out.writeUTF(node);
            }
            case ControlCommand.PutApp(var appId, var document) -> {
                out.writeByte(12);
                out.writeUTF(appId);
                writeBytes(out, document);
            }
            case ControlCommand.ChangeApp(var appId, var before, var after) -> {
                out.writeByte(16);
                out.writeUTF(appId);
                writeBytes(out, before);
                writeBytes(out, after);
            }
            case ControlCommand.DeleteApp(var appId) -> {
                out.writeByte(13);
                out.writeUTF(appId);
            }
            case ControlCommand.Revoke(var revocations, var atMillis) -> {
                out.writeByte(15);
                writeList(out, revocations, revocation -> write(out, revocation));
                out.writeLong(atMillis);
            }
        }
    }

    private static ControlCommand command(DataInputStream in) throws IOException {
        int kind = in.readByte();
        return switch (kind) {
            case 1 ->
                new ControlCommand.Register(
                        in.readUTF(), in.readUTF(), in.readUTF(), in.readInt(), in.readBoolean(), readList(in, () ->
                                (int) in.readShort()));
            case 2 -> new ControlCommand.NodeDown(in.readUTF(), in.readUTF());
            case 3 -> new ControlCommand.Drain(in.readUTF(), in.readUTF());
            case 4 -> new ControlCommand.Remove(in.readUTF());
            case 5 -> new ControlCommand.Bootstrap(in.readByte(), in.readByte(), readList(in, () -> readTexts(in)));
            case 6 -> {
                ControlState local = state(in);
                int replicasWanted = in.readByte();
                yield new ControlCommand.Import(revoked(local, in), replicasWanted);
            }
            case 7 ->
                new ControlCommand.ChangeIsr(readList(
                        in,
                        () -> new ControlCommand.IsrChange(in.readShort(), in.readInt(), in.readInt(), readTexts(in))));
            case 8 -> new ControlCommand.Move(readList(in, () -> step(in)));
            case 9 -> new ControlCommand.Transfer(readList(in, () -> step(in)));
            case 10 ->
                new ControlCommand.SetReplicas(
                        readList(in, () -> new ControlCommand.Replicas(in.readShort(), in.readInt(), readTexts(in))));
            case 11 -> new ControlCommand.ForceElect(in.readShort(), in.readUTF());
            case 12 -> new ControlCommand.PutApp(in.readUTF(), readBytes(in));
            case 13 -> new ControlCommand.DeleteApp(in.readUTF());
            case 14 -> new ControlCommand.RaiseMinIsr(in.readByte());
            case 15 -> new ControlCommand.Revoke(readList(in, () -> revocation(in)), in.readLong());
            case 16 -> new ControlCommand.ChangeApp(in.readUTF(), readBytes(in), readBytes(in));
            default -> throw new IOException("a control command of kind " + kind);
        };
    }

    private static void write(DataOutputStream out, ControlCommand.Step step) throws IOException {
        out.writeShort(step.slot());
        out.writeInt(step.version());
        out.writeUTF(step.to());
    }

    private static ControlCommand.Step step(DataInputStream in) throws IOException {
        return new ControlCommand.Step(in.readShort(), in.readInt(), in.readUTF());
    }

    private static void write(DataOutputStream out, Revocations revocations) throws IOException {
        writeList(out, revocations.all(), revocation -> write(out, revocation));
    }

    private static void write(DataOutputStream out, Revocation revocation) throws IOException {
        out.writeUTF(revocation.keyName());
        out.writeUTF(revocation.target());
        out.writeLong(revocation.issuedBeforeMillis());
        out.writeLong(revocation.appliesAtMillis());
        out.writeLong(revocation.untilMillis());
    }

    private static Revocation revocation(DataInputStream in) throws IOException {
        return new Revocation(in.readUTF(), in.readUTF(), in.readLong(), in.readLong(), in.readLong());
    }

    /// The state with what is revoked, which stands at the end of a record: older ones end before it.
    private static ControlState revoked(ControlState state, DataInputStream in) throws IOException {
        List<Revocation> all = in.available() == 0 ? List.of() : readList(in, () -> revocation(in));
        return new ControlState(
                state.version(),
                state.replicasWanted(),
                state.minIsr(),
                state.nodes(),
                state.slots(),
                state.apps(),
                Revocations.of(all));
    }

    /// All but what is revoked.
    private static void write(DataOutputStream out, ControlState state) throws IOException {
        out.writeLong(state.version());
        out.writeByte(state.replicasWanted());
        out.writeByte(state.minIsr());
        writeList(out, List.copyOf(new TreeMap<>(state.nodes()).values()), node -> {
            out.writeUTF(node.id());
            out.writeUTF(node.incarnation());
            out.writeUTF(node.address());
            out.writeInt(node.weight());
            out.writeByte(node.status().ordinal());
        });
        writeList(out, state.slots(), slot -> {
            out.writeInt(slot.version());
            out.writeInt(slot.epoch());
            out.writeUTF(slot.owner());
            writeTexts(out, slot.isr());
            writeTexts(out, slot.replicas());
            writeTexts(out, slot.eligible());
            out.writeInt(slot.lineage());
            out.writeUTF(slot.movingTo());
        });
        writeList(out, List.copyOf(new TreeMap<>(state.apps()).entrySet()), app -> {
            out.writeUTF(app.getKey());
            writeBytes(out, app.getValue());
        });
    }

    private static ControlState state(DataInputStream in) throws IOException {
        long version = in.readLong();
        int replicasWanted = in.readByte();
        int minIsr = in.readByte();
        Map<String, NodeEntry> nodes = new TreeMap<>();
        for (NodeEntry node : readList(
                in,
                () -> new NodeEntry(in.readUTF(), in.readUTF(), in.readUTF(), in.readInt(), STATUSES[in.readByte()]))) {
            nodes.put(node.id(), node);
        }
        List<SlotAssignment> slots = new ArrayList<>();
        int count = in.readInt();
        for (int slot = 0; slot < count; slot++) {
            slots.add(new SlotAssignment(
                    slot,
                    in.readInt(),
                    in.readInt(),
                    in.readUTF(),
                    readTexts(in),
                    readTexts(in),
                    readTexts(in),
                    in.readInt(),
                    in.readUTF()));
        }
        Map<String, byte[]> apps = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            apps.put(in.readUTF(), readBytes(in));
        }
        return new ControlState(version, replicasWanted, minIsr, nodes, slots, apps, Revocations.NONE);
    }

    private interface WritingOf<T> {
        void write(T value) throws IOException;
    }

    private interface ReadingOf<T> {
        T read() throws IOException;
    }

    private static <T> void writeList(DataOutputStream out, List<T> values, WritingOf<T> form) throws IOException {
        out.writeInt(values.size());
        for (T value : values) {
            form.write(value);
        }
    }

    private static <T> List<T> readList(DataInputStream in, ReadingOf<T> form) throws IOException {
        List<T> values = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            values.add(form.read());
        }
        return values;
    }

    private static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeByte(texts.size());
        for (String text : texts) {
            out.writeUTF(text);
        }
    }

    private static List<String> readTexts(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int left = in.readByte(); left > 0; left--) {
            texts.add(in.readUTF());
        }
        return texts;
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a document of %d bytes".formatted(length));
        }
        return in.readNBytes(length);
    }
}
