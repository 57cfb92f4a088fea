package io.hark.cluster.control;

import io.hark.channel.DamagedEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The bytes of a follower's question, "what is there after this place?", and of a voter's answer. The
/// commands and the state in it carry checksums of their own.
final class FollowCodec {
    private static final int VERSION = 1;
    private static final int ENTRIES_MAX = 1 << 16;

    private FollowCodec() {}

    /// Value: what a voter knows beyond what the one who asked has.
    ///
    /// @param index        the place up to which the voter, and with this answer the follower, has everything
    /// @param silentMillis how long the voter heard nothing of a majority
    /// @param leader       who leads, as far as the voter knows; empty text when nobody
    /// @param state        an encoded state that takes the place of everything before, if the voter no longer
    ///                     has all entries that are missing
    /// @param commands     encoded commands after that
    record Answer(long index, long silentMillis, String leader, Optional<byte[]> state, List<byte[]> commands) {}

    static byte[] question(long after) {
        return written(out -> {
            out.writeByte(VERSION);
            out.writeLong(after);
        });
    }

    /// The place after which something is asked for.
    static long question(byte[] bytes) throws DamagedEntry {
        return read(bytes, DataInputStream::readLong);
    }

    static byte[] answer(Answer answer) {
        return written(out -> {
            out.writeByte(VERSION);
            out.writeLong(answer.index());
            out.writeLong(answer.silentMillis());
            out.writeUTF(answer.leader());
            out.writeBoolean(answer.state().isPresent());
            if (answer.state().isPresent()) {
                write(out, answer.state().get());
            }
            out.writeInt(answer.commands().size());
            for (byte[] command : answer.commands()) {
                write(out, command);
            }
        });
    }

    static Answer answer(byte[] bytes) throws DamagedEntry {
        return read(bytes, in -> {
            long index = in.readLong();
            long silentMillis = in.readLong();
            String leader = in.readUTF();
            Optional<byte[]> state = in.readBoolean() ? Optional.of(bytes(in)) : Optional.empty();
            int count = in.readInt();
            if (count < 0 || count > ENTRIES_MAX) {
                throw new IOException("%d commands at once".formatted(count));
            }
            List<byte[]> commands = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                commands.add(bytes(in));
            }
            return new Answer(index, silentMillis, leader, state, commands);
        });
    }

    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private interface Reading<T> {
        T from(DataInputStream in) throws IOException;
    }

    private static byte[] written(Writing content) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
            content.to(new DataOutputStream(bytes));
            return bytes.toByteArray();
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    private static <T> T read(byte[] bytes, Reading<T> content) throws DamagedEntry {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readByte();
            if (version != VERSION) {
                throw new IOException("version %d is not known".formatted(version));
            }
            return content.from(in);
        } catch (IOException e) {
            throw new DamagedEntry("a message between a follower of the control log and a voter cannot be read", e);
        }
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a record of %d bytes".formatted(length));
        }
        return in.readNBytes(length);
    }
}
