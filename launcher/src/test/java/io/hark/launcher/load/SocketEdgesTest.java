package io.hark.launcher.load;

import static io.hark.launcher.load.Eventually.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What sockets do to a node that no well-behaved client does, each from a fault that there was.
class SocketEdgesTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long ANSWERS_BYTES_MAX = 16L << 20;
    private static final long STANDSTILL_NANOS = 1_500_000_000;
    private static final int BODY_BYTES_MAX = 2 << 20;

    @TempDir
    Path dir;

    private Node node;

    @BeforeEach
    void start() throws Exception {
        Path config = dir.resolve("hark.yaml");
        Files.write(config, List.of("dev: true", "data: " + dir.resolve("data"), "listen: {port: 0, deflate: true}"));
        node = Node.start(NodeConfig.read(config, Map.of()));
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void compressionIsAgreedOnWhenAClientOffersIt() throws Exception {
        try (RawSocket socket = new RawSocket(node.port())) {
            send(
                    socket,
                    upgrade(
                            "Sec-WebSocket-Version: 13",
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                            "Connection: Upgrade",
                            "Sec-WebSocket-Extensions: permessage-deflate"));
            RawSocket.Answer answer = socket.answer();

            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.headers()).containsEntry("sec-websocket-extensions", "permessage-deflate");
        }
    }

    @Test
    void anUpgradeThatIsIncompleteIsRefusedWithACode() throws Exception {
        String key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        String version = "Sec-WebSocket-Version: 13";
        String connection = "Connection: Upgrade";

        assertRefused(400, 40004, upgrade(key, connection));
        assertRefused(400, 40004, upgrade(key, connection, "Sec-WebSocket-Version: 8"));
        assertRefused(400, 40004, upgrade(version, connection));
        assertRefused(400, 40004, upgrade(key, version));
    }

    @Test
    void aNameThatCannotStandInAHeaderIsRefusedWithACode() throws Exception {
        assertRefused(
                400, 40010, "GET /sse?channels=%3Aa%0d%0ab&key=" + key() + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    @Test
    void aSecondStreamOnOneSocketIsPassedOver() throws Exception {
        String stream = "GET /sse?channels=c&key=" + key() + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (RawSocket socket = new RawSocket(node.port())) {
            send(socket, stream + stream);
            assertThat(socket.answer().isStream()).isTrue();
            eventually("the stream is open", SOON, () -> metrics().contains("\nhark_streams 1.0\n"));
        }
        eventually("no stream is left", SOON, () -> metrics().contains("\nhark_streams 0.0\n"));
    }

    @Test
    void aStreamOrWebSocketBehindOtherRequestsBeginsOnceTheyAreAnswered() throws Exception {
        String ask = "GET /channels/c/messages?key=" + key() + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String stream = "GET /sse?channels=c&key=" + key() + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        String webSocket = upgrade(
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Connection: Upgrade");
        try (RawSocket streamed = new RawSocket(node.port());
                RawSocket upgraded = new RawSocket(node.port())) {
            send(streamed, ask + ask + stream);
            send(upgraded, ask + ask + webSocket);
            for (RawSocket socket : List.of(streamed, upgraded)) {
                assertThat(socket.answer().status()).isEqualTo(200);
                assertThat(socket.answer().status()).isEqualTo(200);
            }
            assertThat(streamed.answer().isStream()).isTrue();
            assertThat(upgraded.answer().status()).isEqualTo(101);
            assertThat(next(upgraded)).isInstanceOf(ServerMessage.Connected.class);
        }
    }

    @Test
    void aBodyThatIsTooLargeIsAnsweredInTurnThoughTheClientGoesOnSending() throws Exception {
        try (RawSocket socket = new RawSocket(node.port())) {
            send(
                    socket,
                    "GET /time HTTP/1.1\r\n"
                            + "Host: localhost\r\n\r\n"
                            + "POST /channels/c/messages HTTP/1.1\r\n"
                            + "Host: localhost\r\n"
                            + "Expect:"
                            + " 100-continue\r\n"
                            + "Content-Length:"
                            + " " + 10 * BODY_BYTES_MAX + "\r\n\r\n");
            Thread sender = Thread.ofVirtual().start(() -> sendUntilClosed(socket, new byte[64 << 10]));

            assertThat(socket.answer().status()).isEqualTo(200);
            RawSocket.Answer refusal = socket.answer();
            assertThat(refusal.status()).isEqualTo(413);
            assertThat(new String(refusal.body(), UTF_8)).contains("40009");
            sender.join();
        }
    }

    @Test
    void aClientThatGoesOnSendingStillReadsWhyItsTransportEnded() throws Exception {
        byte[] malformed = RawSocket.masked(1, "{\"action\":".getBytes(UTF_8));
        byte[] more = RawSocket.masked(1, ("{\"action\":0,\"id\":\"" + "x".repeat(60_000) + "\"}").getBytes(UTF_8));
        for (int i = 0; i < 20; i++) {
            try (RawSocket socket = connected()) {
                socket.write(malformed);
                socket.write(more);
                assertThat(next(socket))
                        .isInstanceOfSatisfying(
                                ServerMessage.Disconnected.class,
                                frame -> assertThat(frame.error().code()).isEqualTo(80013));
                assertThat(socket.frame().closeCode()).isEqualTo(1000);
                assertThatExceptionOfType(EOFException.class).isThrownBy(socket::frame);
            }
        }
    }

    @Test
    void aClientThatAsksWithoutReadingIsNotReadEither() throws Exception {
        byte[] ask = RawSocket.masked(
                1, ProtocolCodec.of(Format.JSON).encode(new ClientMessage.Heartbeat(Optional.of("x".repeat(10_000)))));
        assertStandsStill(connected(), ask);
    }

    @Test
    void aClientThatRequestsWithoutReadingIsNotReadEither() throws Exception {
        assertStandsStill(
                new RawSocket(node.port()),
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50).getBytes(UTF_8));
    }

    /// Sends until the node takes no more, and looks at what the node holds in answers.
    private static void assertStandsStill(RawSocket socket, byte[] ask) throws Exception {
        long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        AtomicLong sent = new AtomicLong();
        try (socket) {
            Thread sender = Thread.ofVirtual().start(() -> {
                while (sent.get() < 100 * ANSWERS_BYTES_MAX && sendUntilClosed(socket, ask, 1)) {
                    sent.addAndGet(ask.length);
                }
            });
            AtomicLong last = new AtomicLong(-1);
            AtomicLong since = new AtomicLong();
            eventually("nothing more is read", SOON, () -> {
                if (last.getAndSet(sent.get()) != sent.get()) {
                    since.set(System.nanoTime());
                }
                return !sender.isAlive() || System.nanoTime() - since.get() > STANDSTILL_NANOS;
            });
            assertThat(sent.get()).isLessThan(100 * ANSWERS_BYTES_MAX);
            long held = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before;
            assertThat(held).isLessThan(ANSWERS_BYTES_MAX);
        }
    }

    private static void sendUntilClosed(RawSocket socket, byte[] bytes) {
        sendUntilClosed(socket, bytes, 10 * BODY_BYTES_MAX / bytes.length);
    }

    private static boolean sendUntilClosed(RawSocket socket, byte[] bytes, int times) {
        try {
            for (int i = 0; i < times; i++) {
                socket.write(bytes);
            }
            return true;
        } catch (SocketException closed) {
            return false;
        } catch (IOException unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    private RawSocket connected() throws IOException {
        RawSocket socket = new RawSocket(node.port());
        socket.upgrade("/?v=6&key=" + key());
        assertThat(socket.answer().status()).isEqualTo(101);
        assertThat(next(socket)).isInstanceOf(ServerMessage.Connected.class);
        return socket;
    }

    private static ServerMessage next(RawSocket socket) throws IOException {
        byte[] payload = socket.frame().payload();
        try {
            return ProtocolCodec.of(Format.JSON).decodeServer(payload, 0, payload.length);
        } catch (MalformedFrame malformed) {
            throw new IOException(malformed);
        }
    }

    private String upgrade(String... headers) {
        return "GET /?v=6&key=" + key() + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                + String.join("\r\n", headers) + "\r\n\r\n";
    }

    private void assertRefused(int status, int code, String request) throws IOException {
        try (RawSocket socket = new RawSocket(node.port())) {
            send(socket, request);
            RawSocket.Answer answer = socket.answer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(new String(answer.body(), UTF_8)).contains(Integer.toString(code));
        }
    }

    private static void send(RawSocket socket, String text) throws IOException {
        socket.write(text.getBytes(ISO_8859_1));
    }

    private String key() {
        return URLEncoder.encode(node.devKey().orElseThrow(), UTF_8);
    }

    private String metrics() {
        try (RawSocket socket = new RawSocket(node.port())) {
            send(socket, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
            return new String(socket.answer().body(), UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
