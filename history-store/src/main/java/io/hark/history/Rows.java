package io.hark.history;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.IdHash;
import io.hark.channel.Origin;
import io.hark.channel.Receipt;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Values of the rows beside the entries themselves. RocksDB's block checksums cover what these read from
/// files.
final class Rows {
    private Rows() {}

    /// The hash stands here so that the entry is found without making it from the companion's names.
    static Bytes log(Bytes out, ChannelKey channel, byte[] companion) {
        return out.clear().putLong(channel.high()).putLong(channel.low()).put(companion);
    }

    static ChannelKey logChannel(byte[] logKey, byte[] value) throws DamagedEntry {
        return decode(
                value,
                in -> new ChannelKey(ByteBuffer.wrap(logKey).getShort(Table.SEGMENT), in.getLong(), in.getLong()));
    }

    static byte[] logCompanion(byte[] value) {
        return Arrays.copyOfRange(value, Math.min(Table.HASH, value.length), value.length);
    }

    static Bytes receipt(Bytes out, Receipt receipt) {
        return origin(
                out.clear().putVarint(receipt.lsn()).putLong(receipt.hlc()).putVarint(receipt.count()),
                receipt.origin(),
                receipt.oseq());
    }

    static Receipt receipt(byte[] value) throws DamagedEntry {
        return decode(value, in -> {
            long lsn = varint(in);
            long hlc = in.getLong();
            int count = (int) varint(in);
            Origin origin = new Origin(text(in), (int) varint(in));
            return new Receipt(lsn, hlc, origin, varint(in), count);
        });
    }

    static Bytes channel(Bytes out, ChannelId channel, long lastLsn) {
        return out.clear().putLong(lastLsn).putText(channel.app()).putText(channel.name());
    }

    static long channelLastLsn(byte[] value) {
        return Bytes.longAt(value, 0);
    }

    /// The channel of a channel row, verified by the hash in its key.
    static ChannelId channelId(byte[] key, byte[] value) throws DamagedEntry {
        return named(key, Table.SEGMENT, decode(value, in -> {
            in.getLong();
            return ChannelId.of(text(in), text(in));
        }));
    }

    static Bytes member(Bytes out, ChannelId channel, byte[] member) {
        return out.clear().putText(channel.app()).putText(channel.name()).put(member);
    }

    /// The channel that a member's row names, verified by the hash in its key.
    static ChannelId memberChannel(byte[] key, byte[] value) throws DamagedEntry {
        return named(key, 0, decode(value, in -> ChannelId.of(text(in), text(in))));
    }

    private static ChannelId named(byte[] key, int keyAt, ChannelId channel) throws DamagedEntry {
        if (key.length < keyAt + Table.CHANNEL || !channelAt(key, keyAt).equals(channel.key())) {
            throw new DamagedEntry("a row names channel %s, whose hash is another".formatted(channel));
        }
        return channel;
    }

    static ChannelKey channelAt(byte[] key, int at) {
        return new ChannelKey(
                ByteBuffer.wrap(key).getShort(at),
                Bytes.longAt(key, at + Table.SLOT),
                Bytes.longAt(key, at + Table.SLOT + Long.BYTES));
    }

    static byte[] memberBytes(byte[] value) throws DamagedEntry {
        return decode(value, in -> {
            text(in);
            text(in);
            byte[] member = new byte[in.remaining()];
            in.get(member);
            return member;
        });
    }

    static byte[] historyKey(long segment, ChannelKey channel, long lsn) {
        return new Bytes(Table.HIST_KEY)
                .putLong(segment)
                .putChannel(channel)
                .putLong(lsn)
                .array();
    }

    static byte[] logKey(long segment, int slot, long lsn) {
        return new Bytes(Table.LOG_KEY)
                .putLong(segment)
                .putShort(slot)
                .putLong(lsn)
                .array();
    }

    static long logLsn(byte[] logKey) {
        return Bytes.longAt(logKey, Table.SEGMENT + Table.SLOT);
    }

    /// First of the slot's keys in a segment; the slot may be one past the last.
    static byte[] slotKey(long segment, int slot) {
        return new Bytes(Table.SEGMENT + Table.SLOT)
                .putLong(segment)
                .putShort(slot)
                .array();
    }

    /// The first key behind all that share the first `prefixBytes` of `key`.
    static byte[] afterPrefix(byte[] key, int prefixBytes) {
        byte[] next = Arrays.copyOf(key, prefixBytes);
        int at = prefixBytes - 1;
        while (at > 0 && next[at] == (byte) 0xFF) {
            next[at--] = 0;
        }
        next[at]++;
        return next;
    }

    static byte[] dedupeKey(long segment, ChannelKey channel, IdHash id) {
        return new Bytes(Table.DEDUPE_KEY)
                .putLong(segment)
                .putChannel(channel)
                .putLong(id.high())
                .putLong(id.low())
                .array();
    }

    static IdHash dedupeId(byte[] dedupeKey) {
        int at = Table.SEGMENT + Table.CHANNEL;
        return new IdHash(Bytes.longAt(dedupeKey, at), Bytes.longAt(dedupeKey, at + Long.BYTES));
    }

    /// What the keys of all members of a slot's channels start with; the slot may be one past the last.
    static byte[] memberSlotKey(int slot) {
        return new Bytes(Table.SLOT).putShort(slot).array();
    }

    static byte[] channelKey(long segment, ChannelKey channel) {
        return new Bytes(Table.CHAN_KEY).putLong(segment).putChannel(channel).array();
    }

    static byte[] memberKey(ChannelKey channel, String memberKey) {
        return new Bytes(Table.CHANNEL + memberKey.length())
                .putChannel(channel)
                .put(memberKey.getBytes(StandardCharsets.UTF_8))
                .copy();
    }

    static byte[] segmentKey(long segment) {
        return new Bytes(Table.SEGMENT).putLong(segment).array();
    }

    static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new BufferUnderflowException();
    }

    static String text(ByteBuffer in) {
        long length = varint(in);
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] utf8 = new byte[(int) length];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    interface Form<T> {
        T read(ByteBuffer in);
    }

    static <T> T decode(byte[] value, Form<T> form) throws DamagedEntry {
        try {
            return form.read(ByteBuffer.wrap(value));
        } catch (BufferUnderflowException e) {
            throw new DamagedEntry("a row of %d bytes ends too early".formatted(value.length), e);
        }
    }

    private static Bytes origin(Bytes out, Origin origin, long oseq) {
        return out.putText(origin.region()).putVarint(origin.lineage()).putVarint(oseq);
    }
}
