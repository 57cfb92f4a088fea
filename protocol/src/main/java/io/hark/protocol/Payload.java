package io.hark.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Value: a message's `data` as it is carried: absent, text or bytes, never a JSON object (RSL4).
public sealed interface Payload {
    Payload NONE = new None();

    /// Size in bytes as the message size limit counts it (TM6, TO3l8).
    int size();

    record None() implements Payload {
        @Override
        public int size() {
            return 0;
        }
    }

    record Text(String value) implements Payload {
        @Override
        public int size() {
            // The copy costs less than looking at each character does: the JDK takes many at a time.
            return value.getBytes(StandardCharsets.UTF_8).length;
        }
    }

    /// The array is owned by the value: whoever hands it over does not touch it again.
    record Binary(byte[] value) implements Payload {
        @Override
        public int size() {
            return value.length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Binary(byte[] bytes) && Arrays.equals(value, bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return "Binary[" + value.length + " bytes]";
        }
    }

    /// This and what is appended to it. None is the start of everything and the end of nothing; of two kinds the
    /// later one is left.
    default Payload then(Payload end) {
        return switch (end) {
            case None() -> this;
            case Text(String text) when this instanceof Text(String start) -> text(start + text);
            case Binary(byte[] bytes)
            when this instanceof Binary(byte[] start) -> {
                byte[] joined = Arrays.copyOf(start, start.length + bytes.length);
                System.arraycopy(bytes, 0, joined, start.length, bytes.length);
                yield binary(joined);
            }
            default -> end;
        };
    }

    static Payload text(String value) {
        return new Text(value);
    }

    static Payload binary(byte[] value) {
        return new Binary(value);
    }

    static Payload utf8(byte[] value) {
        return new Text(new String(value, StandardCharsets.UTF_8));
    }
}
