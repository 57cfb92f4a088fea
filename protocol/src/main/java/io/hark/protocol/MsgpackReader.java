package io.hark.protocol;

import java.io.IOException;
import org.msgpack.core.MessageFormat;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueType;

/// Confined: reads MessagePack. Lengths in it are claims of whoever sent it: nothing is allocated by one
/// before it is known to lie within the input.
final class MsgpackReader implements WireReader {
    // The library makes this buffer for every reader, of 16 KB unless told, and uses it only for text in several
    // pieces.
    private static final MessagePack.UnpackerConfig CONFIG =
            new MessagePack.UnpackerConfig().withStringDecoderBufferSize(64);

    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final MessageUnpacker unpacker;
    /// Per open array or object, how many elements or fields are still to come.
    private final int[] remaining;

    private int depth;
    private String name = "";

    MsgpackReader(byte[] bytes, int offset, int length, int depthMax) {
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        unpacker = CONFIG.newUnpacker(bytes, offset, length);
        remaining = new int[depthMax];
    }

    @Override
    public Kind kind() throws IOException {
        MessageFormat format = unpacker.getNextFormat();
        return switch (format) {
            case NIL -> Kind.NULL;
            case BOOLEAN -> Kind.BOOLEAN;
            case POSFIXINT, NEGFIXINT, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32 -> Kind.INTEGER;
            case UINT64 -> isPositiveLong() ? Kind.INTEGER : Kind.FLOAT;
            case FLOAT32, FLOAT64 -> Kind.FLOAT;
            case FIXSTR, STR8, STR16, STR32 -> Kind.TEXT;
            case BIN8, BIN16, BIN32 -> Kind.BINARY;
            case FIXARRAY, ARRAY16, ARRAY32 -> Kind.ARRAY;
            case FIXMAP, MAP16, MAP32 -> Kind.OBJECT;
            case FIXEXT1 -> isUndefined() ? Kind.NULL : Kind.EXTENSION;
            case FIXEXT2, FIXEXT4, FIXEXT8, FIXEXT16, EXT8, EXT16, EXT32, NEVER_USED -> Kind.EXTENSION;
        };
    }

    /// The JavaScript codec's own spelling of undefined is an extension of type 0: `d4 00 00`.
    private boolean isUndefined() {
        int at = position();
        return at + 1 < length && bytes[offset + at + 1] == 0;
    }

    private boolean isPositiveLong() {
        int at = position();
        return at + 1 < length && bytes[offset + at + 1] >= 0;
    }

    private int position() {
        return (int) unpacker.getTotalReadBytes();
    }

    @Override
    public boolean bool() throws IOException {
        return unpacker.unpackBoolean();
    }

    @Override
    public long integer() throws IOException {
        return unpacker.unpackLong();
    }

    @Override
    public double number() throws IOException {
        return unpacker.getNextFormat().getValueType() == ValueType.INTEGER
                ? unpacker.unpackBigInteger().doubleValue()
                : unpacker.unpackDouble();
    }

    @Override
    public String text() throws IOException {
        return unpacker.unpackString();
    }

    @Override
    public byte[] binary() throws IOException, MalformedFrame {
        int size = unpacker.unpackBinaryHeader();
        if (size > length - position()) {
            throw WireReader.malformed("binary of " + size + " bytes goes beyond the frame's end");
        }
        return unpacker.readPayload(size);
    }

    @Override
    public void enterArray() throws IOException, MalformedFrame {
        enter(unpacker.unpackArrayHeader());
    }

    @Override
    public boolean nextElement() {
        return next();
    }

    @Override
    public void enterObject() throws IOException, MalformedFrame {
        enter(unpacker.unpackMapHeader());
    }

    private void enter(int size) throws MalformedFrame {
        if (depth == remaining.length) {
            throw WireReader.tooDeep(remaining.length);
        }
        remaining[depth++] = size;
    }

    @Override
    public boolean nextField() throws IOException, MalformedFrame {
        if (!next()) {
            return false;
        }
        name = unpacker.unpackString();
        if (name.length() > ProtocolCodec.NAME_LENGTH_MAX) {
            throw WireReader.malformed(
                    "field name of " + name.length() + " characters, the limit is " + ProtocolCodec.NAME_LENGTH_MAX);
        }
        return true;
    }

    private boolean next() {
        if (remaining[depth - 1] == 0) {
            depth--;
            return false;
        }
        remaining[depth - 1]--;
        return true;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void skip() throws IOException, MalformedFrame {
        switch (kind()) {
            case ARRAY -> {
                enterArray();
                while (nextElement()) {
                    skip();
                }
            }
            case OBJECT -> {
                enterObject();
                while (nextField()) {
                    skip();
                }
            }
            default -> unpacker.skipValue();
        }
    }

    @Override
    public void end() throws MalformedFrame {
        if (position() != length) {
            throw WireReader.malformed((length - position()) + " bytes follow the MessagePack value");
        }
    }

    @Override
    public void close() throws IOException {
        unpacker.close();
    }

    @Override
    public boolean carriesBinary() {
        return true;
    }
}
