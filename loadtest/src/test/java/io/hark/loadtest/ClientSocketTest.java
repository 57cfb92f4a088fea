package io.hark.loadtest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Frames as a server may send them, and as it must not.
class ClientSocketTest implements ClientSocket.Reader {
    private static final byte[] SWITCHING =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".getBytes(US_ASCII);
    private static final Target TARGET = new Target("localhost", 80, false);

    private final List<String> told = new ArrayList<>();
    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final ClientSocket socket =
            new ClientSocket(new Lane(0, loop.eventLoop()), TARGET, "/?v=6", Map.of("A", "b"), true, this);
    private final EmbeddedChannel channel = new EmbeddedChannel(socket);

    @Override
    public void opened() {
        told.add("opened");
    }

    @Override
    public void frame(byte[] bytes, int offset, int length, long nanos) {
        told.add(new String(bytes, offset, length, US_ASCII));
    }

    @Override
    public void ended(String why) {
        told.add("ended: " + why);
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
        loop.finishAndReleaseAll();
    }

    private void server(byte[]... parts) {
        for (byte[] part : parts) {
            channel.writeInbound(Unpooled.copiedBuffer(part));
        }
    }

    private static byte[] frame(int first, String payload) {
        byte[] text = payload.getBytes(US_ASCII);
        byte[] header = text.length < 126
                ? new byte[] {(byte) first, (byte) text.length}
                : new byte[] {(byte) first, 126, (byte) (text.length >> 8), (byte) text.length};
        byte[] frame = Arrays.copyOf(header, header.length + text.length);
        System.arraycopy(text, 0, frame, header.length, text.length);
        return frame;
    }

    private static byte[] joined(byte[]... parts) {
        return bytes(Unpooled.wrappedBuffer(parts));
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        return bytes;
    }

    @Test
    void theHandshakeAsksForWhatWasSaid() {
        ByteBuf request = channel.readOutbound();

        assertThat(new String(bytes(request), US_ASCII))
                .startsWith("GET /?v=6 HTTP/1.1\r\nHost: localhost:80\r\n")
                .contains("\r\nA: b\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void framesThatComeWithTheHandshakeAreRead() {
        server(joined(SWITCHING, frame(0x81, "one"), frame(0x81, "two")));

        assertThat(told).containsExactly("opened", "one", "two");
    }

    @Test
    void framesThatComeByteByByteAreRead() {
        byte[] all = joined(SWITCHING, frame(0x81, "x".repeat(300)), frame(0x81, "two"));
        for (byte each : all) {
            server(new byte[] {each});
        }

        assertThat(told).containsExactly("opened", "x".repeat(300), "two");
    }

    @Test
    void aMessageInPartsIsPutTogether() {
        server(SWITCHING, frame(0x01, "on"), frame(0x00, "e a"), frame(0x80, "nd two"));

        assertThat(told).containsExactly("opened", "one and two");
    }

    @Test
    void aPingIsAnswered() {
        server(SWITCHING);
        channel.releaseOutbound();

        server(frame(0x89, "hi"));

        ByteBuf pong = channel.readOutbound();
        assertThat(bytes(pong)).startsWith(0x8a, 0x82, 0, 0, 0, 0).endsWith('h', 'i');
    }

    @Test
    void aRefusedHandshakeSaysWhatTheServerSaid() {
        server("HTTP/1.1 401 Unauthorized\r\n\r\n".getBytes(US_ASCII));

        assertThat(told)
                .containsExactly(
                        "ended: the server answered \"HTTP/1.1 401 Unauthorized\" to the WebSocket's handshake");
    }

    @Test
    void aHandshakeWithoutEndIsGivenUp() {
        server("x".repeat(16 << 10).getBytes(US_ASCII));

        assertThat(told).containsExactly("ended: the server's handshake has more than 16384 bytes");
    }

    @Test
    void aFrameThatIsTooLargeEndsTheSocketBeforeItIsRead() {
        server(SWITCHING, new byte[] {(byte) 0x81, 127, 0, 0, 0, 0, 0x7f, 0, 0, 0});

        assertThat(told)
                .containsExactly(
                        "opened",
                        "ended: the server sent a frame of 2130706432 bytes; the load generator takes 4194304");
    }

    @Test
    void aNegativeLengthEndsTheSocket() {
        server(SWITCHING, new byte[] {(byte) 0x81, 127, -1, -1, -1, -1, -1, -1, -1, -1});

        assertThat(told).last().asString().startsWith("ended: the server sent a frame of -1 bytes");
    }

    @Test
    void aMaskedFrameEndsTheSocket() {
        server(SWITCHING, new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'});

        assertThat(told).containsExactly("opened", "ended: the server sent a masked frame");
    }

    @Test
    void aCloseFrameTellsItsCode() {
        server(SWITCHING, joined(frame(0x88, "\u0003\u0010"), frame(0x81, "too late")));

        assertThat(told).containsExactly("opened", "ended: the server closed the WebSocket with 784");
    }

    @Test
    void whatIsSentHasAMaskOfZeros() {
        server(SWITCHING);
        channel.releaseOutbound();

        socket.send("x".repeat(200).getBytes(US_ASCII), true);

        ByteBuf sent = channel.readOutbound();
        assertThat(bytes(sent)).hasSize(208).startsWith(0x81, 0xfe, 0, 200, 0, 0, 0, 0, 'x');
    }
}
