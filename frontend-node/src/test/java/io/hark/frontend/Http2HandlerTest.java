package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of an HTTP/2 connection on which nothing has moved for long.
class Http2HandlerTest {
    /// SETTINGS by which the client grants no room for bodies.
    private static final byte[] NO_ROOM = {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0};

    /// A GET of `/` on stream 3 (netty takes 1 for an upgrade here), by entries of the static table.
    private static final byte[] GET = {0, 0, 3, 1, 5, 0, 0, 0, 3, (byte) 0x82, (byte) 0x86, (byte) 0x84};

    private final List<Channel> streams = new ArrayList<>();
    private final Http2FrameCodec codec = Http2FrameCodecBuilder.forServer()
            .validateRequiredPseudoHeaders(false)
            .build();
    private final EmbeddedChannel socket = new EmbeddedChannel(
            codec,
            new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel stream) {
                    streams.add(stream);
                }
            }),
            new Http2Handler(codec));

    @AfterEach
    void end() {
        socket.finishAndReleaseAll();
    }

    private void receive(byte[] bytes) {
        socket.writeInbound(Unpooled.wrappedBuffer(bytes));
        socket.runPendingTasks();
    }

    private void open() {
        ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
        socket.writeInbound(preface);
        receive(NO_ROOM);
    }

    private boolean closesWhenIdle() {
        socket.pipeline().fireUserEventTriggered(IdleStateEvent.ALL_IDLE_STATE_EVENT);
        socket.runPendingTasks();
        return !socket.isOpen();
    }

    @Test
    void aConnectionWithoutRequestsCloses() {
        open();

        assertThat(closesWhenIdle()).isTrue();
    }

    @Test
    void aRequestThatWaitsForItsAnswerKeepsTheConnection() {
        open();
        receive(GET);

        assertThat(streams).hasSize(1);
        assertThat(closesWhenIdle()).isFalse();
    }

    @Test
    void anAnswerThatTheClientGrantsNoRoomForDoesNot() {
        open();
        receive(GET);
        Channel stream = streams.getFirst();
        stream.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
        stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(new byte[10]), true));
        socket.runPendingTasks();

        assertThat(closesWhenIdle()).isTrue();
    }
}
