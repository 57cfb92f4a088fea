package io.hark.frontend;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Confined: encodes frames with their WebSocket header into buffers, by way of one scratch array per
/// loop, as the header needs the length first.
final class WireScratch extends ByteArrayOutputStream {
    private static final int KEPT_BYTES_MAX = 256 << 10;
    private static final int FIN_TEXT = 0x81;
    private static final int FIN_BINARY = 0x82;
    private static final int LENGTH_IN_2_BYTES = 126;
    private static final int LENGTH_IN_8_BYTES = 127;

    WireScratch() {
        super(1024);
    }

    /// Appends one complete unmasked WebSocket frame to `out`.
    void webSocketFrame(Format format, ServerMessage message, ByteBuf out) {
        encode(format, message);
        header(format, count, out);
        out.writeBytes(buf, 0, count);
        release();
    }

    /// The message's bytes without a header.
    byte[] bytes(Format format, ServerMessage message) {
        encode(format, message);
        byte[] bytes = toByteArray();
        release();
        return bytes;
    }

    private void encode(Format format, ServerMessage message) {
        reset();
        try {
            ProtocolCodec.of(format).encode(message, this);
        } catch (IOException arraysDoNotFail) {
            throw new UncheckedIOException(arraysDoNotFail);
        }
    }

    private void release() {
        if (buf.length > KEPT_BYTES_MAX) {
            buf = new byte[1024];
        }
        reset();
    }

    static void header(Format format, int length, ByteBuf out) {
        out.writeByte(format == Format.JSON ? FIN_TEXT : FIN_BINARY);
        if (length < LENGTH_IN_2_BYTES) {
            out.writeByte(length);
        } else if (length <= 0xffff) {
            out.writeByte(LENGTH_IN_2_BYTES).writeShort(length);
        } else {
            out.writeByte(LENGTH_IN_8_BYTES).writeLong(length);
        }
    }

    /// Length of the header of the frame that starts at `index`.
    static int headerLength(ByteBuf frames, int index) {
        return switch (frames.getByte(index + 1)) {
            case LENGTH_IN_2_BYTES -> 4;
            case LENGTH_IN_8_BYTES -> 10;
            default -> 2;
        };
    }

    /// Length of what follows that header.
    static int payloadLength(ByteBuf frames, int index) {
        int length = frames.getByte(index + 1);
        return switch (length) {
            case LENGTH_IN_2_BYTES -> frames.getUnsignedShort(index + 2);
            case LENGTH_IN_8_BYTES -> Math.toIntExact(frames.getLong(index + 2));
            default -> length;
        };
    }
}
