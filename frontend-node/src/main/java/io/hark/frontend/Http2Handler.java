package io.hark.frontend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined: one HTTP/2 connection as a whole; each of its streams is a channel with an [HttpHandler].
final class Http2Handler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Http2Handler.class);

    private final Http2FrameCodec codec;

    Http2Handler(Http2FrameCodec codec) {
        this.codec = codec;
    }

    /// Settings, pings and the like, which the codec has dealt with.
    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
        ReferenceCountUtil.release(frame);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof IdleStateEvent) {
            if (isOfNoUse()) {
                context.close();
            }
        } else {
            super.userEventTriggered(context, event);
        }
    }

    /// Nothing is under way, or what is cannot go out, as the client grants no room for it.
    private boolean isOfNoUse() throws Http2Exception {
        Http2RemoteFlowController flow = codec.encoder().flowController();
        return codec.connection().numActiveStreams() == 0
                || codec.connection().forEachActiveStream(stream -> !flow.hasFlowControlled(stream)) != null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("HTTP/2 connection ends", cause);
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            context.close();
        }
        // Else the codec tells the client what was wrong, and ends the connection itself.
    }
}
