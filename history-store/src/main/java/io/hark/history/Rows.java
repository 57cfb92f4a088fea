package io.hark.history;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Entry;
import io.hark.channel.Origin;
import io.hark.channel.Receipt;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Values of the rows beside the entries themselves. RocksDB's block checksums cover what these read from files.
final class Rows {
    private Rows() {}

    /// Value: a channel's last place in the log.
    record Channel(long lastLsn, ChannelId id) {}

    static Bytes log(Bytes out, Entry entry) {
        return origin(
                out.clear()
                        .putLong(entry.channel().high())
                        .putLong(entry.channel().low())
                        .putVarint(entry.epoch()),
                entry.origin(),
                entry.oseq());
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

    static Bytes member(Bytes out, ChannelId channel, byte[] member) {
        return out.clear().putText(channel.app()).putText(channel.name()).put(member);
    }

    /// The channel that a member's row names, verified by the hash in its key.
    static ChannelId memberChannel(byte[] key, byte[] value) throws DamagedEntry {
        ChannelId channel = decode(value, in -> ChannelId.of(text(in), text(in)));
        byte[] prefix = new Bytes(Table.CHANNEL).putChannel(channel.key()).array();
        if (!Arrays.equals(prefix, 0, Table.CHANNEL, key, 0, Table.CHANNEL)) {
            throw new DamagedEntry("a member's row names channel %s, whose hash is another".formatted(channel));
        }
        return channel;
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
