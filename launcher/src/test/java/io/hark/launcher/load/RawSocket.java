package io.hark.launcher.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Blocking: a TCP connection that writes whatever it is told, and reads HTTP answers and WebSocket frames.
public final class RawSocket implements AutoCloseable {
    private static final int READ_MILLIS_MAX = 10_000;
    private static final int PAYLOAD_BYTES_MAX = 4 << 20;

    private final Socket socket;
    private final InputStream in;

    /// One answer; the body is empty where it goes on without end.
    public record Answer(int status, Map<String, String> headers, byte[] body) {
        boolean isStream() {
            return headers.getOrDefault("transfer-encoding", "").equals("chunked");
        }

        boolean closes() {
            return headers.getOrDefault("connection", "").equals("close");
        }
    }

    /// One frame of the server.
    record Frame(int opcode, byte[] payload) {
        static final int TEXT = 1;
        static final int BINARY = 2;
        static final int CLOSE = 8;
        static final int PING = 9;
        static final int PONG = 10;

        int closeCode() {
            return payload.length < 2 ? 0 : ByteBuffer.wrap(payload).getShort() & 0xffff;
        }
    }

    public RawSocket(int port) throws IOException {
        socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_MILLIS_MAX);
        in = new BufferedInputStream(socket.getInputStream(), 8192);
    }

    public void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /// Tells the server that nothing more comes.
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    void upgrade(String target) throws IOException {
        write(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    void get(String target) throws IOException {
        write(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    void post(String target, byte[] body) throws IOException {
        write(("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        write(body);
    }

    /// The next part of an answer that is a stream; empty at its end.
    byte[] chunk() throws IOException {
        byte[] chunk = exactly(Integer.parseInt(line(), 16));
        line();
        return chunk;
    }

    /// @throws EOFException when the server has closed the connection
    public Answer answer() throws IOException {
        String line = line();
        if (!line.startsWith("HTTP/1.1 ")) {
            throw new IllegalStateException("not an HTTP answer: " + line);
        }
        int status = Integer.parseInt(line, 9, 12, 10);
        Map<String, String> headers = new HashMap<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Answer(status, headers, exactly(length));
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int b = read(); b != '\n'; b = read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /// @throws EOFException when the server has closed the connection
    Frame frame() throws IOException {
        int first = read();
        int second = read();
        if ((first & 0x70) != 0 || (second & 0x80) != 0) {
            throw new IllegalStateException("the server's frame starts with %02x %02x".formatted(first, second));
        }
        long length = second;
        if (second == 126) {
            length = ByteBuffer.wrap(exactly(2)).getShort() & 0xffff;
        } else if (second == 127) {
            length = ByteBuffer.wrap(exactly(8)).getLong();
        }
        if (length < 0 || length > PAYLOAD_BYTES_MAX) {
            throw new IllegalStateException("the server's frame has %d bytes".formatted(length));
        }
        return new Frame(first & 0xf, exactly((int) length));
    }

    private int read() throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException();
        }
        return b;
    }

    byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    /// Whether the server sends something, or closes, within the time.
    boolean hears(int millis) throws IOException {
        socket.setSoTimeout(millis);
        in.mark(1);
        try {
            in.read();
            return true;
        } catch (SocketTimeoutException silence) {
            return false;
        } finally {
            in.reset();
            socket.setSoTimeout(READ_MILLIS_MAX);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /// A client's frame as it should be: one piece, masked.
    static byte[] masked(int opcode, byte[] payload) {
        return masked(0x80 | opcode, payload.length, payload);
    }

    /// @param firstByte FIN, reserved bits and opcode, right or wrong
    /// @param length    as the frame claims
    static byte[] masked(int firstByte, long length, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(payload.length + 14);
        out.put((byte) firstByte);
        length(out, 0x80, length);
        byte[] mask = {0x1d, 0x2c, 0x3b, 0x4a};
        out.put(mask);
        for (int i = 0; i < payload.length; i++) {
            out.put((byte) (payload[i] ^ mask[i % 4]));
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /// A frame without the mask that clients owe.
    static byte[] unmasked(int firstByte, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(payload.length + 10);
        out.put((byte) firstByte);
        length(out, 0, payload.length);
        out.put(payload);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void length(ByteBuffer out, int maskBit, long length) {
        if (length >= 0 && length < 126) {
            out.put((byte) (maskBit | length));
        } else if (length >= 0 && length <= 0xffff) {
            out.put((byte) (maskBit | 126)).putShort((short) length);
        } else {
            out.put((byte) (maskBit | 127)).putLong(length);
        }
    }
}
