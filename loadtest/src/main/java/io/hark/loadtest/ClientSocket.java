package io.hark.loadtest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/// Confined to its lane: a WebSocket that makes no object for a frame it reads.
///
/// Netty's own client has a dozen objects for each; here frames are read where the socket's bytes
/// were put, so that the generator is not the first to be out of breath. Frames that are sent carry
/// a mask of zeros: masks protect proxies from what browsers are made to send, and there is no
/// browser here.
final class ClientSocket extends ChannelInboundHandlerAdapter {
    static final int FRAME_BYTES_MAX = 4 << 20;
    private static final int HANDSHAKE_BYTES_MAX = 16 << 10;
    private static final byte[] NOTHING = {};
    private static final int FIN = 0x80;
    private static final int MASKED = 0x80;
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int SHORT_LENGTH = 126;
    private static final int LONG_LENGTH = 127;

    /// Who reads what comes; called on the lane's loop.
    interface Reader {
        void opened();

        /// @param bytes are another frame's after the call
        /// @param nanos when the socket was read
        void frame(byte[] bytes, int offset, int length, long nanos);

        /// The last that is told.
        void ended(String why);
    }

    private final Lane lane;
    private final String request;
    private final boolean text;
    private final boolean tls;
    private final Reader reader;
    private byte[] kept = NOTHING;
    private byte[] parts = NOTHING;
    private Channel channel;
    private boolean open;
    private boolean closed;
    private String why = "the socket was closed without a word";

    /// @param pathAndQuery what is asked for
    /// @param headers      of the request, besides those of every WebSocket
    ClientSocket(
            Lane lane, Target target, String pathAndQuery, Map<String, String> headers, boolean text, Reader reader) {
        this.lane = lane;
        this.text = text;
        this.tls = target.tls();
        this.reader = reader;
        StringBuilder lines = new StringBuilder("GET " + pathAndQuery + " HTTP/1.1\r\n"
                + "Host: " + target.host() + ":" + target.port() + "\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: aGFyay1sb2FkLXRlc3QuLg==\r\nSec-WebSocket-Version: 13\r\n");
        headers.forEach(
                (name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
        request = lines.append("\r\n").toString();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        if (closed) {
            channel.close();
        } else if (!tls) {
            ask();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
            ask();
        }
    }

    private void ask() {
        ByteBuf buffer = channel.alloc().buffer(request.length());
        buffer.writeCharSequence(request, StandardCharsets.UTF_8);
        channel.writeAndFlush(buffer, channel.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        long nanos = System.nanoTime();
        ByteBuf in = (ByteBuf) message;
        try {
            int length = kept.length + in.readableBytes();
            byte[] bytes = lane.scratch(length);
            System.arraycopy(kept, 0, bytes, 0, kept.length);
            in.readBytes(bytes, kept.length, in.readableBytes());
            int used = open ? 0 : handshake(bytes, length);
            if (open) {
                used = frames(bytes, used, length, nanos);
            }
            kept = used == length ? NOTHING : Arrays.copyOfRange(bytes, used, length);
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    /// @return where the frames begin
    private int handshake(byte[] bytes, int length) {
        String head = new String(bytes, 0, Math.min(length, HANDSHAKE_BYTES_MAX), StandardCharsets.ISO_8859_1);
        int end = head.indexOf("\r\n\r\n");
        if (end < 0) {
            if (length >= HANDSHAKE_BYTES_MAX) {
                close("the server's handshake has more than %d bytes".formatted(HANDSHAKE_BYTES_MAX));
            }
            return 0;
        }
        String status = head.substring(0, head.indexOf("\r\n"));
        if (status.startsWith("HTTP/1.1 101")) {
            open = true;
            reader.opened();
        } else {
            close("the server answered \"%s\" to the WebSocket's handshake".formatted(status));
        }
        return end + 4;
    }

    /// @return where the first frame begins that is not complete
    private int frames(byte[] bytes, int from, int to, long nanos) {
        int at = from;
        while (to - at >= 2 && open) {
            int first = bytes[at];
            int length = bytes[at + 1] & 0xff;
            int header = length == LONG_LENGTH ? 10 : length == SHORT_LENGTH ? 4 : 2;
            if (length > LONG_LENGTH) {
                close("the server sent a masked frame");
                break;
            }
            if (to - at < header) {
                break;
            }
            long payload = header == 2 ? length : bigEndian(bytes, at + 2, at + header);
            if (payload < 0 || payload > FRAME_BYTES_MAX) {
                close("the server sent a frame of %d bytes; the load generator takes %d"
                        .formatted(payload, FRAME_BYTES_MAX));
                break;
            }
            if (to - at - header < payload) {
                break;
            }
            frame(first, bytes, at + header, (int) payload, nanos);
            at += header + (int) payload;
        }
        return open ? at : to;
    }

    private static long bigEndian(byte[] bytes, int from, int to) {
        long value = 0;
        for (int at = from; at < to; at++) {
            value = value << Byte.SIZE | bytes[at] & 0xff;
        }
        return value;
    }

    private void frame(int first, byte[] bytes, int offset, int length, long nanos) {
        boolean last = (first & FIN) != 0;
        switch (first & 0x0f) {
            case TEXT, BINARY -> {
                if (last) {
                    reader.frame(bytes, offset, length, nanos);
                } else {
                    parts = Arrays.copyOfRange(bytes, offset, offset + length);
                }
            }
            case CONTINUATION -> continued(bytes, offset, length, last, nanos);
            case PING -> send(PONG, Arrays.copyOfRange(bytes, offset, offset + length), true);
            case PONG -> {}
            case CLOSE -> {
                long code = length >= 2 ? bigEndian(bytes, offset, offset + 2) : 1005;
                close("the server closed the WebSocket with " + code);
            }
            default -> close("the server sent a frame with opcode " + (first & 0x0f));
        }
    }

    private void continued(byte[] bytes, int offset, int length, boolean last, long nanos) {
        if (parts.length + length > FRAME_BYTES_MAX) {
            close("the server sent a message of more than %d bytes".formatted(FRAME_BYTES_MAX));
            return;
        }
        byte[] whole = Arrays.copyOf(parts, parts.length + length);
        System.arraycopy(bytes, offset, whole, parts.length, length);
        parts = last ? NOTHING : whole;
        if (last) {
            reader.frame(whole, 0, whole.length, nanos);
        }
    }

    /// Sends a frame of the protocol.
    ///
    /// @param flush whether nothing follows at once
    void send(byte[] payload, boolean flush) {
        send(text ? TEXT : BINARY, payload, flush);
    }

    private void send(int opcode, byte[] payload, boolean flush) {
        if (channel == null || !channel.isActive()) {
            return; // The reader is told, or has been.
        }
        ByteBuf buffer = channel.alloc().buffer(payload.length + 14);
        buffer.writeByte(FIN | opcode);
        if (payload.length < SHORT_LENGTH) {
            buffer.writeByte(MASKED | payload.length);
        } else if (payload.length < 1 << Short.SIZE) {
            buffer.writeByte(MASKED | SHORT_LENGTH).writeShort(payload.length);
        } else {
            buffer.writeByte(MASKED | LONG_LENGTH).writeLong(payload.length);
        }
        buffer.writeInt(0).writeBytes(payload);
        if (flush) {
            channel.writeAndFlush(buffer, channel.voidPromise());
        } else {
            channel.write(buffer, channel.voidPromise());
        }
    }

    void flush() {
        if (channel != null) {
            channel.flush();
        }
    }

    /// Whether what was written waits for the kernel to take it.
    boolean isBehind() {
        return channel != null && !channel.isWritable();
    }

    /// Stops or goes on reading, so that the server sees a slow client.
    void read(boolean on) {
        if (channel != null) {
            channel.config().setAutoRead(on);
        }
    }

    /// Ends it.
    void close(String reason) {
        if (!closed) {
            why = reason;
        }
        closed = true;
        open = false;
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        open = false;
        reader.ended(why);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        close("the socket failed: " + cause.getMessage());
    }
}
