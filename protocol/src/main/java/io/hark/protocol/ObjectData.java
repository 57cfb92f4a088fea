package io.hark.protocol;

import java.util.Arrays;

/// Value: what a key of a map object holds (OD2): a reference to another object, or a value of one of
/// five kinds.
public sealed interface ObjectData {
    /// Size in bytes as the message size limit counts it (OD3).
    int size();

    record Reference(String objectId) implements ObjectData {
        @Override
        public int size() {
            return 0;
        }
    }

    record Bool(boolean value) implements ObjectData {
        @Override
        public int size() {
            return 1;
        }
    }

    /// Always finite.
    record Number(double value) implements ObjectData {
        @Override
        public int size() {
            return Double.BYTES;
        }
    }

    record Text(String value) implements ObjectData {
        @Override
        public int size() {
            return Payload.text(value).size();
        }
    }

    /// The array is owned by the value: whoever hands it over does not touch it again.
    record Bytes(byte[] value) implements ObjectData {
        @Override
        public int size() {
            return value.length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes(byte[] bytes) && Arrays.equals(value, bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return "Bytes[" + value.length + " bytes]";
        }
    }

    /// @param text of a JSON object or array, as its sender wrote it
    record Json(String text) implements ObjectData {
        @Override
        public int size() {
            return Payload.text(text).size();
        }
    }
}
