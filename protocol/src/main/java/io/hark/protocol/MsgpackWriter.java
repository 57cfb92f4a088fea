package io.hark.protocol;

import java.io.IOException;
import java.io.OutputStream;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;

/// Confined: writes MessagePack.
final class MsgpackWriter extends WireWriter {
    private static final MessagePack.PackerConfig CONFIG = new MessagePack.PackerConfig()
            .withBufferSize(1024)
            .withBufferFlushThreshold(1024)
            // The library's own encoder for longer text throws on lone surrogates; String.getBytes replaces
            // them.
            .withSmallStringOptimizationThreshold(Integer.MAX_VALUE);

    private final MessagePacker packer;

    MsgpackWriter(OutputStream out) {
        packer = CONFIG.newPacker(out);
    }

    @Override
    void beginObject(int size) throws IOException {
        packer.packMapHeader(size);
    }

    @Override
    void endObject() {}

    @Override
    void beginArray(int size) throws IOException {
        packer.packArrayHeader(size);
    }

    @Override
    void endArray() {}

    @Override
    void key(Key key) throws IOException {
        packer.writePayload(key.msgpack());
    }

    @Override
    void key(String name) throws IOException {
        packer.packString(name);
    }

    @Override
    void text(String value) throws IOException {
        packer.packString(value);
    }

    @Override
    void integer(long value) throws IOException {
        packer.packLong(value);
    }

    @Override
    void number(double value) throws IOException {
        packer.packDouble(value);
    }

    @Override
    void bool(boolean value) throws IOException {
        packer.packBoolean(value);
    }

    @Override
    void binary(byte[] value) throws IOException {
        packer.packBinaryHeader(value.length);
        packer.writePayload(value);
    }

    @Override
    void nil() throws IOException {
        packer.packNil();
    }

    @Override
    void finish() throws IOException {
        packer.flush();
    }

    @Override
    boolean carriesBinary() {
        return true;
    }
}
