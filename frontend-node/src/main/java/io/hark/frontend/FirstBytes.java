package io.hark.frontend;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.timeout.IdleStateEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Confined: tells by a socket's first bytes whether its client speaks HTTP/2 without having asked (RFC 9113, 3.3), and
/// leaves.
final class FirstBytes extends ByteToMessageDecoder {
    /// How a client of HTTP/2 begins; no method of HTTP/1.1 does.
    private static final byte[] PREFACE = "PRI ".getBytes(StandardCharsets.US_ASCII);

    private final Runnable http1;
    private final Runnable http2;

    /// @param http1 adds the handlers of HTTP/1.1
    /// @param http2 adds those of HTTP/2
    FirstBytes(Runnable http1, Runnable http2) {
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int known = Math.min(in.readableBytes(), PREFACE.length);
        for (int i = 0; i < known; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
                http1.run();
                context.pipeline().remove(this);
                return;
            }
        }
        if (known == PREFACE.length) {
            http2.run();
            context.pipeline().remove(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof IdleStateEvent) {
            context.close();
        } else {
            super.userEventTriggered(context, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
