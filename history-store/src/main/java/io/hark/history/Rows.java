package io.hark.history;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.IdHash;
import io.hark.channel.Origin;
import io.hark.channel.Receipt;
import io.hark.channel.StateKind;
import io.hark.channel.StateValue;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Values of the rows beside the entries themselves. RocksDB's block checksums cover what these read from
/// files.
final class Rows {
    private static final StateKind[] STATE_KINDS = StateKind.values();

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
        ChannelId channel = decode(value, in -> {
            in.getLong();
            return ChannelId.of(text(in), text(in));
        });
        if (key.length < Table.CHAN_KEY || !channelAt(key, Table.SEGMENT).equals(channel.key())) {
            throw anothersName(channel);
        }
        return channel;
    }

    static Bytes state(Bytes out, ChannelId channel, StateValue value) {
        return out.clear().putText(channel.app()).putText(channel.name()).put(value.bytes());
    }

    /// The channel that a row of state names, verified by the hash in its key.
    static ChannelId stateChannel(byte[] key, byte[] value) throws DamagedEntry {
        ChannelId channel = decode(value, in -> ChannelId.of(text(in), text(in)));
        if (key.length < Table.STATE_KEY || !stateChannelAt(key).equals(channel.key())) {
            throw anothersName(channel);
        }
        return channel;
    }

    private static ChannelKey stateChannelAt(byte[] key) {
        int hashAt = Table.SEGMENT + Table.SLOT + Table.KIND;
        return new ChannelKey(
                ByteBuffer.wrap(key).getShort(Table.SEGMENT),
                Bytes.longAt(key, hashAt),
                Bytes.longAt(key, hashAt + Long.BYTES));
    }

    static StateKind stateKind(byte[] key) throws DamagedEntry {
        int kind = key[Table.SEGMENT + Table.SLOT];
        if (kind < 0 || kind >= STATE_KINDS.length) {
            throw new DamagedEntry("a row of state is of kind %d, which is not known".formatted(kind));
        }
        return STATE_KINDS[kind];
    }

    /// The row's own key.
    static String stateKey(byte[] key) {
        return new String(key, Table.STATE_KEY, key.length - Table.STATE_KEY, StandardCharsets.UTF_8);
    }

    private static DamagedEntry anothersName(ChannelId channel) {
        return new DamagedEntry("a row names channel %s, whose hash is another".formatted(channel));
    }

    static ChannelKey channelAt(byte[] key, int at) {
        return new ChannelKey(
                ByteBuffer.wrap(key).getShort(at),
                Bytes.longAt(key, at + Table.SLOT),
                Bytes.longAt(key, at + Table.SLOT + Long.BYTES));
    }

    static StateValue stateValue(byte[] value) throws DamagedEntry {
        return decode(value, in -> {
            skipText(in);
            skipText(in);
            byte[] bytes = new byte[in.remaining()];
            in.get(bytes);
            return new StateValue(bytes);
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

    static byte[] channelKey(long segment, ChannelKey channel) {
        return new Bytes(Table.CHAN_KEY).putLong(segment).putChannel(channel).array();
    }

    static byte[] stateKey(long segment, ChannelKey channel, StateKind kind, String key) {
        return new Bytes(Table.STATE_KEY + key.length())
                .putLong(segment)
                .putShort(channel.slot())
                .putByte(kind.ordinal())
                .putLong(channel.high())
                .putLong(channel.low())
                .put(key.getBytes(StandardCharsets.UTF_8))
                .copy();
    }

    /// What the keys of a slot's rows of one kind start with.
    static byte[] stateKindKey(long segment, int slot, StateKind kind) {
        return new Bytes(Table.SEGMENT + Table.SLOT + Table.KIND)
                .putLong(segment)
                .putShort(slot)
                .putByte(kind.ordinal())
                .array();
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

    private static void skipText(ByteBuffer in) {
        long length = varint(in);
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        in.position(in.position() + (int) length);
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
