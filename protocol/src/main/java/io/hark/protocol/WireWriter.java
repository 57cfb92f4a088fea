package io.hark.protocol;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// Confined: writes one value in either format. Sizes are given up front because MessagePack needs them there.
abstract class WireWriter {
    abstract void beginObject(int size) throws IOException;

    abstract void endObject() throws IOException;

    abstract void beginArray(int size) throws IOException;

    abstract void endArray() throws IOException;

    abstract void key(Key key) throws IOException;

    abstract void key(String name) throws IOException;

    abstract void text(String value) throws IOException;

    abstract void integer(long value) throws IOException;

    abstract void number(double value) throws IOException;

    abstract void bool(boolean value) throws IOException;

    /// In JSON as base64 text.
    abstract void binary(byte[] value) throws IOException;

    abstract void nil() throws IOException;

    /// Hands everything to the stream, which stays open.
    abstract void finish() throws IOException;

    /// Whether bytes travel as such; if not, they become base64 text and `encoding` says so.
    abstract boolean carriesBinary();

    final void field(Key key, String value) throws IOException {
        key(key);
        text(value);
    }

    final void field(Key key, long value) throws IOException {
        key(key);
        integer(value);
    }

    final void field(Key key, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            field(key, value.get());
        }
    }

    /// Left out when zero, which stands for absent.
    final void fieldUnlessZero(Key key, long value) throws IOException {
        if (value != 0) {
            field(key, value);
        }
    }

    /// Left out when empty.
    final void field(Key key, Map<String, ?> value) throws IOException {
        if (!value.isEmpty()) {
            key(key);
            ValueTree.write(value, this);
        }
    }

    static int one(Optional<?> value) {
        return value.isPresent() ? 1 : 0;
    }

    static int one(Map<String, ?> value) {
        return value.isEmpty() ? 0 : 1;
    }

    static int one(long value) {
        return value == 0 ? 0 : 1;
    }
}
