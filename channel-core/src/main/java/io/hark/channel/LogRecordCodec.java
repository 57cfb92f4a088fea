package io.hark.channel;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The bytes of what a [LogRecord] holds beside its entry, on disk and between nodes: version, flags,
/// count, retention, then what the flags announce. The entry's own bytes have their own checksum.
public final class LogRecordCodec {
    private static final byte VERSION = 2;
    private static final int HAS_CHANNEL = 1;
    private static final int HAS_ID = 1 << 1;
    private static final int HAS_CHANGES = 1 << 2;
    private static final int FSYNC = 1 << 3;
    private static final int HAS_MORE_IDS = 1 << 4;
    private static final int KEEPS_LAST = 1 << 5;
    private static final int NO_VALUE = -1;
    private static final int CHANGES_MAX = 0xFFFF;
    private static final int IDS_MAX = 0xFF;
    private static final StateKind[] KINDS = StateKind.values();

    private LogRecordCodec() {}

    static byte[] encodeCompanion(
            Optional<ChannelId> channel, int count, List<IdHash> ids, ChannelPolicy policy, List<StateChange> changes) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(VERSION);
            out.writeByte((channel.isPresent() ? HAS_CHANNEL : 0)
                    | (ids.isEmpty() ? 0 : HAS_ID)
                    | (ids.size() > 1 ? HAS_MORE_IDS : 0)
                    | (changes.isEmpty() ? 0 : HAS_CHANGES)
                    | (policy.durability() == Durability.FSYNC ? FSYNC : 0)
                    | (policy.keepsLast() ? KEEPS_LAST : 0));
            out.writeInt(count);
            out.writeLong(policy.retention().toMillis());
            if (channel.isPresent()) {
                text(out, channel.get().app());
                text(out, channel.get().name());
            }
            if (ids.size() > 1) {
                out.writeByte(count(ids));
            }
            for (IdHash id : ids) {
                out.writeLong(id.high());
                out.writeLong(id.low());
            }
            if (!changes.isEmpty()) {
                changes(out, changes);
            }
            return bytes.toByteArray();
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    /// @param encoded the entry's bytes; its checksum is verified
    public static LogRecord decode(byte[] companion, byte[] encoded) throws DamagedEntry {
        EntryHead head = EntryCodec.decodeHead(encoded);
        try {
            ByteBuffer in = ByteBuffer.wrap(companion);
            int version = in.get();
            if (version != VERSION) {
                throw new DamagedEntry("a record of version %d is not known".formatted(version));
            }
            int flags = in.get();
            int count = in.getInt();
            long retentionMillis = in.getLong();
            Optional<ChannelId> channel =
                    (flags & HAS_CHANNEL) == 0 ? Optional.empty() : Optional.of(channel(in, head.channel()));
            List<IdHash> ids =
                    (flags & HAS_ID) == 0 ? List.of() : ids(in, (flags & HAS_MORE_IDS) == 0 ? 1 : in.get() & IDS_MAX);
            List<StateChange> changes = (flags & HAS_CHANGES) == 0 ? List.of() : changes(in);
            if (in.hasRemaining()) {
                throw new DamagedEntry("a record has %d bytes too many".formatted(in.remaining()));
            }
            Durability durability = (flags & FSYNC) == 0 ? Durability.REPLICATED : Durability.FSYNC;
            return new LogRecord(
                    channel,
                    head,
                    encoded,
                    companion,
                    count,
                    ids,
                    new ChannelPolicy(durability, Duration.ofMillis(retentionMillis), (flags & KEEPS_LAST) != 0),
                    changes);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new DamagedEntry("a record has not the form of version " + VERSION, e);
        }
    }

    private static ChannelId channel(ByteBuffer in, ChannelKey key) throws DamagedEntry {
        ChannelId channel = new ChannelId(text(in), text(in), key);
        if (!ChannelId.of(channel.app(), channel.name()).key().equals(key)) {
            throw new DamagedEntry("a record names channel %s, whose hash is another".formatted(channel));
        }
        return channel;
    }

    private static int count(List<IdHash> ids) {
        if (ids.size() > IDS_MAX) {
            throw new IllegalArgumentException("a record has %d ids, the limit is %d".formatted(ids.size(), IDS_MAX));
        }
        return ids.size();
    }

    private static List<IdHash> ids(ByteBuffer in, int count) {
        List<IdHash> ids = new ArrayList<>(count);
        for (int left = count; left > 0; left--) {
            ids.add(new IdHash(in.getLong(), in.getLong()));
        }
        return ids;
    }

    private static void changes(DataOutputStream out, List<StateChange> changes) throws IOException {
        if (changes.size() > CHANGES_MAX) {
            throw new IllegalArgumentException(
                    "a record changes %d rows, the limit is %d".formatted(changes.size(), CHANGES_MAX));
        }
        out.writeShort(changes.size());
        for (StateChange change : changes) {
            out.writeByte(change.kind().ordinal());
            text(out, change.key());
            if (!change.kind().isLasting()) {
                out.writeLong(change.lifetime().millis());
                out.writeLong(change.lifetime().retention().toMillis());
            }
            value(out, change.before());
            value(out, change.after());
        }
    }

    private static List<StateChange> changes(ByteBuffer in) throws DamagedEntry {
        List<StateChange> changes = new ArrayList<>();
        for (int left = in.getShort() & CHANGES_MAX; left > 0; left--) {
            int number = in.get();
            if (number < 0 || number >= KINDS.length) {
                throw new DamagedEntry("a row of kind %d is not known".formatted(number));
            }
            StateKind kind = KINDS[number];
            String key = text(in);
            Lifetime lifetime =
                    kind.isLasting() ? Lifetime.LASTING : new Lifetime(in.getLong(), Duration.ofMillis(in.getLong()));
            changes.add(new StateChange(kind, key, lifetime, value(in), value(in)));
        }
        return changes;
    }

    private static void value(DataOutputStream out, Optional<StateValue> value) throws IOException {
        if (value.isEmpty()) {
            out.writeInt(NO_VALUE);
        } else {
            byte[] bytes = value.get().bytes();
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    private static Optional<StateValue> value(ByteBuffer in) {
        int length = in.getInt();
        return length == NO_VALUE ? Optional.empty() : Optional.of(new StateValue(bytes(in, length)));
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in, in.getInt()), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
