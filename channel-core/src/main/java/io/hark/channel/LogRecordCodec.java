package io.hark.channel;

import io.hark.presence.Member;
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

/// The bytes of what a [LogRecord] holds beside its entry, on disk and between nodes: version, flags, count,
/// retention,
/// then what the flags announce. The entry's own bytes have their own checksum; so do a member's.
public final class LogRecordCodec {
    private static final byte VERSION = 1;
    private static final int HAS_CHANNEL = 1;
    private static final int HAS_ID = 1 << 1;
    private static final int HAS_MEMBERS = 1 << 2;
    private static final int FSYNC = 1 << 3;

    private LogRecordCodec() {}

    static byte[] encodeCompanion(
            Optional<ChannelId> channel,
            int count,
            Optional<IdHash> id,
            ChannelPolicy policy,
            List<MemberChange> members) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(96);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(VERSION);
            out.writeByte((channel.isPresent() ? HAS_CHANNEL : 0)
                    | (id.isPresent() ? HAS_ID : 0)
                    | (members.isEmpty() ? 0 : HAS_MEMBERS)
                    | (policy.durability() == Durability.FSYNC ? FSYNC : 0));
            out.writeInt(count);
            out.writeLong(policy.retention().toMillis());
            if (channel.isPresent()) {
                text(out, channel.get().app());
                text(out, channel.get().name());
            }
            if (id.isPresent()) {
                out.writeLong(id.get().high());
                out.writeLong(id.get().low());
            }
            if (!members.isEmpty()) {
                out.writeShort(members.size());
                for (MemberChange change : members) {
                    member(out, change.before());
                    member(out, change.after());
                }
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
            Optional<IdHash> id =
                    (flags & HAS_ID) == 0 ? Optional.empty() : Optional.of(new IdHash(in.getLong(), in.getLong()));
            List<MemberChange> members = (flags & HAS_MEMBERS) == 0 ? List.of() : changes(in);
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
                    id,
                    new ChannelPolicy(durability, Duration.ofMillis(retentionMillis)),
                    members);
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

    private static List<MemberChange> changes(ByteBuffer in) throws DamagedEntry {
        List<MemberChange> changes = new ArrayList<>();
        for (int left = in.getShort() & 0xFFFF; left > 0; left--) {
            Optional<Member> before = member(in);
            Optional<Member> after = member(in);
            if (after.isPresent()) {
                changes.add(new MemberChange.Put(after.get(), before));
            } else if (before.isPresent()) {
                changes.add(new MemberChange.Remove(before.get()));
            } else {
                throw new DamagedEntry("a change of a member has neither before nor after");
            }
        }
        return changes;
    }

    private static void member(DataOutputStream out, Optional<Member> member) throws IOException {
        byte[] bytes = member.map(MemberCodec::encode).orElse(new byte[0]);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static Optional<Member> member(ByteBuffer in) throws DamagedEntry {
        byte[] bytes = bytes(in, in.getInt());
        return bytes.length == 0 ? Optional.empty() : Optional.of(MemberCodec.decode(bytes));
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
