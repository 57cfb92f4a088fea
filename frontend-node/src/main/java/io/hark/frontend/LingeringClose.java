package io.hark.frontend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Ends sockets so that the peer gets what was written last. A socket that is closed while bytes of its
/// peer are unread is reset, and a reset drops what was on its way: the very frame that says why.
final class LingeringClose {
    /// Also bounds how long a peer that reads nothing can hold a socket that is to end.
    private static final int SECONDS_MAX = 5;

    private LingeringClose() {}

    /// Ends the output once `lastWrite` is out, and the socket when the peer has ended, too. What comes
    /// meanwhile is read, and the caller's handlers pass over it.
    static void after(ChannelFuture lastWrite) {
        Channel socket = lastWrite.channel();
        Future<?> deadline = socket.eventLoop().schedule(() -> socket.close(), SECONDS_MAX, TimeUnit.SECONDS);
        socket.closeFuture().addListener(closed -> deadline.cancel(false));
        lastWrite.addListener(written -> {
            if (!written.isSuccess()) {
                socket.close();
                return;
            }
            if (socket instanceof DuplexChannel duplex) {
                endOfTls(socket).addListener(told -> duplex.shutdownOutput());
            }
            // A stream of HTTP/2 has ended its output with the last write.
            socket.config().setAutoRead(true);
        });
    }

    /// By TLS the peer wants to be told of the end, or it takes it for a break.
    private static ChannelFuture endOfTls(Channel socket) {
        SslHandler tls = socket.pipeline().get(SslHandler.class);
        return tls == null ? socket.newSucceededFuture() : tls.closeOutbound();
    }
}
