package io.hark.launcher.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Blocking: a TCP connection on which HTTP/2 is spoken without having asked, frame by frame.
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int GOAWAY = 7;
    static final int REFUSED_STREAM = 7;
    static final int ENHANCE_YOUR_CALM = 11;

    private static final int SETTINGS = 4;
    private static final int END_STREAM_AND_HEADERS = 5;
    private static final int FRAME_HEADER_BYTES = 9;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final RawSocket socket;

    record Frame(int type, int flags, int stream, byte[] payload) {
        /// Of a RST_STREAM, or of a GOAWAY.
        int errorCode() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    RawHttp2(int port) throws IOException {
        socket = new RawSocket(port);
        socket.write(PREFACE);
        socket.write(frame(SETTINGS, 0, 0, new byte[0]));
    }

    /// A GET without a body.
    byte[] get(int stream, String path) {
        return frame(HEADERS, END_STREAM_AND_HEADERS, stream, requestFor(path).toByteArray());
    }

    /// A GET with one header again and again, which takes little room in the frame and much in the node.
    byte[] getRepeating(int stream, String path, int valueBytes, int times) {
        ByteArrayOutputStream headers = requestFor(path);
        headers.write(0x40); // a literal to remember, with a new name
        headers.write(1);
        headers.write('x');
        headers.write(0x7f);
        int rest = valueBytes - 0x7f;
        headers.write(rest & 0x7f | 0x80);
        headers.write(rest >>> 7);
        headers.writeBytes("x".repeat(valueBytes).getBytes(StandardCharsets.US_ASCII));
        for (int i = 1; i < times; i++) {
            headers.write(0xbe); // what was remembered last
        }
        return frame(HEADERS, END_STREAM_AND_HEADERS, stream, headers.toByteArray());
    }

    private static ByteArrayOutputStream requestFor(String path) {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        headers.write(0x82); // :method GET
        headers.write(0x86); // :scheme http
        literal(headers, 0x01, "localhost"); // :authority
        literal(headers, 0x04, path); // :path
        return headers;
    }

    private static void literal(ByteArrayOutputStream headers, int name, String value) {
        if (value.length() >= 0x7f) {
            throw new IllegalArgumentException("too long for one byte of length: " + value);
        }
        headers.write(name);
        headers.write(value.length());
        headers.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    byte[] reset(int stream) {
        return frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
    }

    void write(byte[] frames) throws IOException {
        socket.write(frames);
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(FRAME_HEADER_BYTES + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /// The next frame of the type, whatever comes before it.
    Frame next(int type) throws IOException {
        while (true) {
            ByteBuffer header = ByteBuffer.wrap(socket.exactly(FRAME_HEADER_BYTES));
            int lengthAndType = header.getInt();
            int flags = header.get();
            Frame frame = new Frame(lengthAndType & 0xff, flags, header.getInt(), socket.exactly(lengthAndType >>> 8));
            if (frame.type() == type) {
                return frame;
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
