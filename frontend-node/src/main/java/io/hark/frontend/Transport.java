package io.hark.frontend;

import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;

/// The way to and from the client of a realtime connection: a WebSocket, or what takes its place. Confined to
/// its loop.
interface Transport {
    /// The connection is open; CONNECTED comes next, and with it the client learns the key.
    ///
    /// @param keyText the key as the client gets it
    void opened(ConnectionKey key, String keyText);

    /// Encodes and queues a message.
    void send(ServerMessage message);

    /// Queues frames that are encoded already, and takes them over.
    void send(ByteBuf frames);

    /// Keeps an idle socket alive without the client's code noticing.
    void ping();

    void flush();

    /// Whether less is queued than the limit.
    boolean isWritable();

    /// Whether so much is queued that nothing may be read whose answer would add to it: deliveries stop at the
    /// limit of [#isWritable], answers do not, and a client can ask without ever reading.
    boolean isOverfull();

    /// Whether the client's frames are read.
    void read(boolean enabled);

    /// Sends what is queued, then closes normally: any other code makes some SDKs give up for good. The socket
    /// stays a little longer, so that the client can read it; what comes meanwhile is to be passed over.
    void close(boolean goingAway);

    /// Has `action` run on the loop when the socket is gone.
    void whenClosed(Runnable action);
}
