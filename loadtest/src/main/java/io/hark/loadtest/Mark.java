package io.hark.loadtest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What each payload begins with, so that a delivery is accounted for without reading the frame
/// around it: when the message was due, its number in its stream, and the stream.
///
/// It is of characters that look the same in JSON and in MessagePack:
///
/// ``` '~' due (8 digits, microseconds) sequence (6 digits) stream (4 digits) '!' ```
final class Mark {
    /// Bytes of a mark, the least that a payload has.
    static final int LENGTH = 20;

    /// Streams that can be told apart.
    static final int STREAMS_MAX = 1 << 24;

    private static final byte BEGIN = '~';
    private static final byte END = '!';
    private static final int BITS_PER_DIGIT = 6;
    private static final int DUE = 1;
    private static final int SEQUENCE = DUE + 8;
    private static final int STREAM = SEQUENCE + 6;
    private static final int LAST = STREAM + 4;

    private static final byte[] DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = new byte[1 << Byte.SIZE];

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EIGHT_ONES = 0x0101010101010101L;

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < DIGITS.length; i++) {
            VALUES[DIGITS[i]] = (byte) i;
        }
    }

    private Mark() {}

    /// Writes a mark to the beginning of a payload.
    static void write(byte[] payload, long dueMicros, long sequence, int stream) {
        payload[0] = BEGIN;
        number(payload, DUE, SEQUENCE, dueMicros);
        number(payload, SEQUENCE, STREAM, sequence);
        number(payload, STREAM, LAST, stream);
        payload[LAST] = END;
    }

    private static void number(byte[] bytes, int from, int to, long value) {
        long rest = value;
        for (int at = to - 1; at >= from; at--) {
            bytes[at] = DIGITS[(int) rest & (DIGITS.length - 1)];
            rest >>>= BITS_PER_DIGIT;
        }
    }

    /// Where the first mark begins; -1 when there is none.
    static int find(byte[] bytes, int from, int to) {
        int last = to - LENGTH;
        int at = indexOfBegin(bytes, from, last + 1);
        while (at >= 0) {
            if (isMark(bytes, at)) {
                return at;
            }
            at = indexOfBegin(bytes, at + 1, last + 1);
        }
        return -1;
    }

    /// Looks at eight bytes at once: at millions of deliveries a second this is most of what is
    /// done for each.
    private static int indexOfBegin(byte[] bytes, int from, int to) {
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            long zeroWhereFound = (long) LONGS.get(bytes, at) ^ BEGIN * EIGHT_ONES;
            long found = (zeroWhereFound - EIGHT_ONES) & ~zeroWhereFound & EIGHT_ONES << 7;
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        for (; at < to; at++) {
            if (bytes[at] == BEGIN) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isMark(byte[] bytes, int at) {
        if (bytes[at + LAST] != END) {
            return false;
        }
        for (int i = at + DUE; i < at + LAST; i++) {
            if (VALUES[bytes[i] & 0xff] < 0) {
                return false;
            }
        }
        return true;
    }

    static long dueMicros(byte[] bytes, int at) {
        return number(bytes, at + DUE, at + SEQUENCE);
    }

    static long sequence(byte[] bytes, int at) {
        return number(bytes, at + SEQUENCE, at + STREAM);
    }

    static int stream(byte[] bytes, int at) {
        return (int) number(bytes, at + STREAM, at + LAST);
    }

    private static long number(byte[] bytes, int from, int to) {
        long value = 0;
        for (int at = from; at < to; at++) {
            value = value << BITS_PER_DIGIT | VALUES[bytes[at]];
        }
        return value;
    }
}
