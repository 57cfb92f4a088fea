package io.hark.protocol;

import java.util.Arrays;
import java.util.Optional;

/// Base64 as clients may send it: either alphabet, line breaks anywhere, padding or none (RFC 4648
/// sections 4 and 5). The JDK's decoders are each too strict or, for MIME, too lax: what is not base64
/// must stay recognisable as such.
final class Base64Text {
    private static final byte INVALID = -1;
    private static final byte[] VALUES = values();

    private Base64Text() {}

    private static byte[] values() {
        byte[] values = new byte[128];
        Arrays.fill(values, INVALID);
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        for (int i = 0; i < letters.length(); i++) {
            values[letters.charAt(i)] = (byte) i;
        }
        values['+'] = values['-'] = 62;
        values['/'] = values['_'] = 63;
        return values;
    }

    /// The bytes; empty when the text is not base64.
    static Optional<byte[]> decode(String text) {
        byte[] out = new byte[(int) (text.length() * 3L / 4)];
        int size = 0;
        int digits = 0;
        int padding = 0;
        int bits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                continue;
            }
            if (c == '=') {
                padding++;
                continue;
            }
            byte value = c < 128 ? VALUES[c] : INVALID;
            if (value == INVALID || padding > 0) {
                return Optional.empty();
            }
            bits = bits << 6 | value;
            if (++digits % 4 == 0) {
                out[size++] = (byte) (bits >> 16);
                out[size++] = (byte) (bits >> 8);
                out[size++] = (byte) bits;
            }
        }
        int over = digits % 4;
        if (over == 1 || padding > 0 && over + padding != 4) {
            return Optional.empty();
        }
        if (over >= 2) {
            out[size++] = (byte) (over == 2 ? bits >> 4 : bits >> 10);
        }
        if (over == 3) {
            out[size++] = (byte) (bits >> 2);
        }
        return Optional.of(size == out.length ? out : Arrays.copyOf(out, size));
    }
}
