package io.hark.cluster.link;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Sockets that close once no byte has come for some time; both ends of a session send heartbeats, so bytes
/// must come.
///
/// gRPC's own keepalive cannot do it: whatever it is told, it waits at least 10 s before it asks.
final class SilenceGuard {
    private SilenceGuard() {}

    static Channel dialling(LinkSockets sockets, Duration silenceMax) {
        Channel channel = sockets.dialling().get();
        guard(channel, silenceMax);
        return channel;
    }

    static ServerChannel listening(LinkSockets sockets, Duration silenceMax) {
        ServerChannel listener = sockets.listening().get();
        listener.pipeline().addFirst(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object accepted) {
                guard((Channel) accepted, silenceMax);
                context.fireChannelRead(accepted);
            }
        });
        return listener;
    }

    private static void guard(Channel channel, Duration silenceMax) {
        channel.pipeline().addFirst(new Closing(silenceMax));
    }

    /// Confined to the channel: closes it with a reason that gRPC hands on, and does not log as its own.
    private static final class Closing extends ReadTimeoutHandler {
        private final Duration silenceMax;
        private boolean closed;

        Closing(Duration silenceMax) {
            super(silenceMax.toMillis(), TimeUnit.MILLISECONDS);
            this.silenceMax = silenceMax;
        }

        @Override
        protected void readTimedOut(ChannelHandlerContext context) {
            if (!closed) {
                closed = true;
                context.fireExceptionCaught(
                        new IOException("nothing was heard for %d ms".formatted(silenceMax.toMillis())));
                context.close();
            }
        }
    }
}
