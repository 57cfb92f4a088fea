package io.hark.frontend;

import io.hark.protocol.Format;
import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/// Confined: a WebSocket. Frames are written as the bytes that were encoded for all; only where the
/// client negotiated compression does each pass the socket's own compressor.
final class WebSocketTransport implements Transport {
    private final Channel socket;
    private final Format format;
    private final WireScratch scratch;
    private final boolean compressed;
    private final long overfullBytes;

    /// @param overfullBytes see [Transport#isOverfull]
    WebSocketTransport(Channel socket, Format format, WireScratch scratch, boolean compressed, long overfullBytes) {
        this.socket = socket;
        this.format = format;
        this.scratch = scratch;
        this.compressed = compressed;
        this.overfullBytes = overfullBytes;
    }

    @Override
    public void opened(ConnectionKey key, String keyText) {
        // A WebSocket is not named by its key.
    }

    @Override
    public void send(ServerMessage message) {
        if (compressed) {
            socket.write(frame(Unpooled.wrappedBuffer(scratch.bytes(format, message))), socket.voidPromise());
            return;
        }
        ByteBuf frame = socket.alloc().directBuffer(256);
        scratch.webSocketFrame(format, message, frame);
        socket.write(frame, socket.voidPromise());
    }

    @Override
    public void send(ByteBuf frames) {
        if (!compressed) {
            socket.write(frames, socket.voidPromise());
            return;
        }
        // One at a time, without the headers that were written for the others.
        while (frames.isReadable()) {
            int header = WireScratch.headerLength(frames, frames.readerIndex());
            int length = WireScratch.payloadLength(frames, frames.readerIndex());
            frames.skipBytes(header);
            socket.write(frame(frames.readRetainedSlice(length)), socket.voidPromise());
        }
        frames.release();
    }

    private WebSocketFrame frame(ByteBuf payload) {
        return format == Format.JSON ? new TextWebSocketFrame(payload) : new BinaryWebSocketFrame(payload);
    }

    @Override
    public void ping() {
        socket.write(new PingWebSocketFrame(), socket.voidPromise());
    }

    @Override
    public void flush() {
        socket.flush();
    }

    @Override
    public boolean isWritable() {
        return socket.isWritable();
    }

    @Override
    public boolean isOverfull() {
        // Counted from the low mark, at which the socket becomes writable again.
        return !socket.isWritable() && socket.bytesBeforeWritable() > overfullBytes;
    }

    @Override
    public void read(boolean enabled) {
        socket.config().setAutoRead(enabled);
    }

    @Override
    public void close(boolean goingAway) {
        WebSocketCloseStatus status =
                goingAway ? WebSocketCloseStatus.ENDPOINT_UNAVAILABLE : WebSocketCloseStatus.NORMAL_CLOSURE;
        LingeringClose.after(socket.writeAndFlush(new CloseWebSocketFrame(status)));
    }

    @Override
    public void whenClosed(Runnable action) {
        socket.closeFuture().addListener(closed -> action.run());
    }
}
