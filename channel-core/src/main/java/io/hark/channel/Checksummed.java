package io.hark.channel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// Bytes that end in the CRC-32C of everything before it, and the numbers and short texts inside them.
final class Checksummed {
    static final int CRC_BYTES = Integer.BYTES;
    static final int VARINT_BYTES_MAX = 10;

    private Checksummed() {}

    /// Ends what was put into `buffer`, whose array is exactly as long as content and checksum, and gives the
    /// array.
    static byte[] seal(ByteBuffer buffer) {
        byte[] bytes = buffer.array();
        buffer.putInt(crc(bytes, bytes.length - CRC_BYTES));
        return bytes;
    }

    /// The content, once its checksum has been verified.
    static ByteBuffer verified(byte[] bytes) throws DamagedEntry {
        int length = bytes.length - CRC_BYTES;
        if (length < 1) {
            throw new DamagedEntry("only %d bytes are left".formatted(bytes.length));
        }
        int stored = ByteBuffer.wrap(bytes).getInt(length);
        int actual = crc(bytes, length);
        if (stored != actual) {
            throw new DamagedEntry("the checksum is %08x, the content's is %08x".formatted(stored, actual));
        }
        return ByteBuffer.wrap(bytes, 0, length);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /// Unsigned, least significant seven bits first.
    static void putVarint(ByteBuffer out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    static int varintBytes(long value) {
        return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
    }

    static long varint(ByteBuffer in) throws DamagedEntry {
        long value = 0;
        for (int shift = 0; shift < 7 * VARINT_BYTES_MAX; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new DamagedEntry("a number has more than %d bytes".formatted(VARINT_BYTES_MAX));
    }

    static int varint32(ByteBuffer in) throws DamagedEntry {
        long value = varint(in);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new DamagedEntry("a number is out of range: " + value);
        }
        return (int) value;
    }

    /// ASCII of up to 255 characters.
    static void putShortText(ByteBuffer out, String text) {
        out.put((byte) text.length());
        for (int i = 0; i < text.length(); i++) {
            out.put((byte) text.charAt(i));
        }
    }

    static String shortText(ByteBuffer in) {
        byte[] text = new byte[in.get() & 0xFF];
        in.get(text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    static byte[] rest(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return rest;
    }
}
