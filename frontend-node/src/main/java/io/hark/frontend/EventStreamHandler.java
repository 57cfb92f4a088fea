package io.hark.frontend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Confined: tells an event stream of its socket.
final class EventStreamHandler extends ChannelInboundHandlerAdapter {
    private final EventStream stream;

    EventStreamHandler(EventStream stream) {
        this.stream = stream;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            stream.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stream.end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        stream.end();
    }
}
