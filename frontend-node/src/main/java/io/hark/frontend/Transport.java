package io.hark.frontend;

import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;

/// One socket that carries a realtime connection. Confined to its loop.
interface Transport {
    /// Encodes and queues a message.
    void send(ServerMessage message);

    /// Queues frames that are encoded already, and takes them over.
    void send(ByteBuf frames);

    /// Keeps an idle socket alive without the client's code noticing.
    void ping();

    void flush();

    /// Whether less is queued than the limit.
    boolean isWritable();

    /// Whether the client's frames are read.
    void read(boolean enabled);

    /// Sends what is queued, then closes normally: any other code makes some SDKs give up for good.
    void close(boolean goingAway);
}
