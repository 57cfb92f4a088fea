package io.hark.frontend;

import io.hark.protocol.Format;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Collection;

/// Makes the bodies of comet's answers: arrays of frames, out of frames that were encoded for WebSockets.
final class CometBody {
    private static final int ARRAY_HEADER_BYTES_MAX = 5;
    private static final int FIXARRAY = 0x90;
    private static final int FIXARRAY_MAX = 15;
    private static final int ARRAY_16 = 0xdc;
    private static final int ARRAY_32 = 0xdd;
    private static final String HEX = "0123456789abcdef";

    private byte[] out;
    private int length;

    private CometBody(int sizeEstimate) {
        out = new byte[sizeEstimate];
    }

    /// @param runs frames with their WebSocket headers; they are read to their ends, not released
    static byte[] array(Format format, Collection<ByteBuf> runs) {
        return switch (format) {
            case JSON -> json(runs, false, 0);
            case MSGPACK -> msgpack(runs);
        };
    }

    /// The array as a part of an answer without end: in JSON a line. Its text is ASCII, with escapes for all else,
    /// since one SDK decodes what it reads piece by piece, wherever the network has cut it.
    static byte[] line(Format format, Collection<ByteBuf> runs) {
        return switch (format) {
            case JSON -> json(runs, true, 1);
            case MSGPACK -> msgpack(runs);
        };
    }

    private static byte[] json(Collection<ByteBuf> runs, boolean ascii, int lineEnd) {
        CometBody body = new CometBody(bytes(runs) + 2 + lineEnd);
        body.put('[');
        for (ByteBuf run : runs) {
            while (run.isReadable()) {
                int payload = nextPayload(run);
                if (body.length > 1) {
                    body.put(',');
                }
                if (ascii) {
                    body.putAscii(run, payload);
                } else {
                    body.put(run, payload);
                }
            }
        }
        body.put(']');
        if (lineEnd > 0) {
            body.put('\n');
        }
        return body.toBytes();
    }

    private static byte[] msgpack(Collection<ByteBuf> runs) {
        CometBody body = new CometBody(bytes(runs) + ARRAY_HEADER_BYTES_MAX);
        body.putArrayHeader(count(runs));
        for (ByteBuf run : runs) {
            while (run.isReadable()) {
                body.put(run, nextPayload(run));
            }
        }
        return body.toBytes();
    }

    /// More than the frames without their headers have.
    private static int bytes(Collection<ByteBuf> runs) {
        int bytes = 0;
        for (ByteBuf run : runs) {
            bytes += run.readableBytes();
        }
        return bytes;
    }

    private static int count(Collection<ByteBuf> runs) {
        int count = 0;
        for (ByteBuf run : runs) {
            for (int at = run.readerIndex(); at < run.writerIndex(); count++) {
                at += WireScratch.headerLength(run, at) + WireScratch.payloadLength(run, at);
            }
        }
        return count;
    }

    /// Passes over a frame's header.
    ///
    /// @return the length of what follows it
    private static int nextPayload(ByteBuf run) {
        int payload = WireScratch.payloadLength(run, run.readerIndex());
        run.skipBytes(WireScratch.headerLength(run, run.readerIndex()));
        return payload;
    }

    private void putArrayHeader(int count) {
        if (count <= FIXARRAY_MAX) {
            put(FIXARRAY | count);
        } else if (count <= 0xffff) {
            put(ARRAY_16);
            put(count >> 8);
            put(count);
        } else {
            put(ARRAY_32);
            put(count >> 24);
            put(count >> 16);
            put(count >> 8);
            put(count);
        }
    }

    private void put(ByteBuf run, int bytes) {
        ensure(bytes);
        run.readBytes(out, length, bytes);
        length += bytes;
    }

    /// Other than ASCII occurs in JSON within strings only, where an escape means the same.
    private void putAscii(ByteBuf run, int bytes) {
        int end = run.readerIndex() + bytes;
        while (run.readerIndex() < end) {
            byte first = run.readByte();
            if (first >= 0) {
                put(first);
            } else {
                putEscaped(run, first & 0xff);
            }
        }
    }

    private void putEscaped(ByteBuf run, int first) {
        if (first < 0xe0) {
            putUnit((first & 0x1f) << 6 | next(run));
        } else if (first < 0xf0) {
            putUnit((first & 0x0f) << 12 | next(run) << 6 | next(run));
        } else {
            int point = (first & 0x07) << 18 | next(run) << 12 | next(run) << 6 | next(run);
            putUnit(Character.highSurrogate(point));
            putUnit(Character.lowSurrogate(point));
        }
    }

    private static int next(ByteBuf run) {
        return run.readByte() & 0x3f;
    }

    private void putUnit(int unit) {
        put('\\');
        put('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            put(HEX.charAt(unit >> shift & 0xf));
        }
    }

    private void put(int b) {
        ensure(1);
        out[length++] = (byte) b;
    }

    private void ensure(int more) {
        if (length + more > out.length) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, length + more));
        }
    }

    private byte[] toBytes() {
        return length == out.length ? out : Arrays.copyOf(out, length);
    }
}
