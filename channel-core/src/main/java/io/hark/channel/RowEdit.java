package io.hark.channel;

import java.util.Optional;

/// Value: what a [RowsChange] does to one row, and what it expects to find there.
public sealed interface RowEdit {
    /// UTF-16 units of a row's key; a longer one is a mistake of the caller's.
    int KEY_CHARS_MAX = 8 * 1024;

    /// Bytes of a row's value; a larger one is a mistake of the caller's.
    int VALUE_BYTES_MAX = 256 * 1024;

    String key();

    /// The row is there from then on, with that value.
    record Put(String key, Expected expected, StateValue value) implements RowEdit {
        public Put {
            checkKey(key);
            if (value.bytes().length > VALUE_BYTES_MAX) {
                throw new IllegalArgumentException("a row has a value of %d bytes, the limit is %d"
                        .formatted(value.bytes().length, VALUE_BYTES_MAX));
            }
        }
    }

    /// The row is there no longer.
    record Remove(String key, Expected expected) implements RowEdit {
        public Remove {
            checkKey(key);
        }
    }

    /// The row counts: it holds that much more, and is there while it is not 0.
    ///
    /// @param max what it can hold; a change beyond it is not made
    record Count(String key, long by, long max) implements RowEdit {
        public Count {
            checkKey(key);
        }
    }

    /// Value: what a row must hold for an edit to be made.
    sealed interface Expected {
        record Anything() implements Expected {}

        record Nothing() implements Expected {}

        record Value(StateValue value) implements Expected {}

        default boolean isMetBy(Optional<StateValue> found) {
            return switch (this) {
                case Anything() -> true;
                case Nothing() -> found.isEmpty();
                case Value(var value) -> found.equals(Optional.of(value));
            };
        }
    }

    private static void checkKey(String key) {
        if (key.length() > KEY_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "the key of a row has %d characters, the limit is %d".formatted(key.length(), KEY_CHARS_MAX));
        }
    }
}
