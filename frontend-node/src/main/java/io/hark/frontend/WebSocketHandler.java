package io.hark.frontend;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined: turns WebSocket frames into protocol messages. Which codec reads them is decided by the
/// URL's format, not by the opcode: one SDK sends JSON in binary frames.
final class WebSocketHandler extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketHandler.class);

    private final Connection connection;
    private final Format format;

    WebSocketHandler(Connection connection, Format format) {
        this.connection = connection;
        this.format = format;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        if (connection.hasEnded()) {
            return;
        }
        switch (frame) {
            case TextWebSocketFrame text -> received(text.content());
            case BinaryWebSocketFrame binary -> received(binary.content());
            case PingWebSocketFrame ping -> {
                connection.heardFrom();
                context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
            }
            case PongWebSocketFrame pong -> connection.heardFrom();
            case CloseWebSocketFrame close -> connection.transportLost();
            default -> connection.malformed(ErrorCode.PROTOCOL_ERROR.info("a continuation frame without a beginning"));
        }
    }

    private void received(ByteBuf content) {
        int length = content.readableBytes();
        byte[] bytes;
        int offset;
        if (content.hasArray()) {
            bytes = content.array();
            offset = content.arrayOffset() + content.readerIndex();
        } else {
            bytes = ByteBufUtil.getBytes(content);
            offset = 0;
        }
        try {
            connection.received(ProtocolCodec.of(format).decodeClient(bytes, offset, length));
        } catch (MalformedFrame malformed) {
            connection.malformed(malformed.info());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            connection.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        connection.transportLost();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case IOException reset -> LOG.debug("socket failed: {}", reset.toString());
            case TooLongFrameException tooLong ->
                connection.malformed(
                        ErrorCode.MESSAGE_TOO_LARGE.info("the frame is larger than maxFrameSize; send less at once"));
            case CodecException malformed ->
                connection.malformed(ErrorCode.PROTOCOL_ERROR.info("not a WebSocket frame: " + malformed.getMessage()));
            default -> {
                LOG.error("connection {} ends on an internal error", connection.describe(), cause);
                connection.disconnect(ErrorCode.INTERNAL.info("the connection met an internal error; reconnect"));
            }
        }
        connection.transportLost();
    }
}
