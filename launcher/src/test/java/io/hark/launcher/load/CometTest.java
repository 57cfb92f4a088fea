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
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.ServerMessage;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Comet request by request: what waits, what is refused and with which code, and what is never lost.
class CometTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int OUTBOUND_BYTES_MAX = 16 << 10;
    private static final int BODY_BYTES_MAX = 64 << 10;

    /// What a channel's newest entries may have, as frames: a client behind gets them at once.
    private static final int RING_BYTES_MAX = 3 << 19;

    private static final String OTHER_APP = "other.key:another-secret-of-16";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path dir;

    private Node node;
    private boolean stopped;

    @BeforeEach
    void start() throws Exception {
        node = node("data");
    }

    private Node node(String data) throws Exception {
        Path config = dir.resolve(data + ".yaml");
        Files.write(
                config,
                List.of(
                        "dev: true",
                        "secret: the-same-on-all-nodes",
                        "data: " + dir.resolve(data),
                        "listen: {port: 0}",
                        "drainTimeout: 0s",
                        "connections: {maxIdleInterval: 5s, remainPresentFor: 1s}",
                        "limits: {outboundBytesMax: 16 KiB, bodyBytesMax: 64 KiB}",
                        "apps:",
                        "  - {id: app, keys: [{id: key, secret: a-secret-of-16-chars}]}",
                        "  - {id: other, keys: [{id: key, secret: another-secret-of-16}]}"));
        return Node.start(NodeConfig.read(config, Map.of()));
    }

    @AfterEach
    void stop() {
        http.shutdownNow();
        if (!stopped) {
            node.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void aPollWaitsForSomethingAndTakesAllOfIt(Format format) throws Exception {
        CometClient client = client(format).connect("heartbeatInterval=60000");
        CompletableFuture<CometClient.Answer> poll = client.poll();
        assertThat(client.send(new ClientMessage.Heartbeat(Optional.of("a"))).status())
                .isEqualTo(204);
        assertThat(client.frames(poll.join())).containsExactly(new ServerMessage.Heartbeat(Optional.of("a")));

        client.send(new ClientMessage.Heartbeat(Optional.of("b")), new ClientMessage.Heartbeat(Optional.of("c")));
        CometClient.Answer both = client.poll().join();
        assertThat(both.headers()).containsEntry("content-type", List.of(format.mediaType()));
        assertThat(client.frames(both))
                .containsExactly(
                        new ServerMessage.Heartbeat(Optional.of("b")), new ServerMessage.Heartbeat(Optional.of("c")));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void whatIsPublishedIsAcknowledgedAndDelivered(Format format) throws Exception {
        CometClient client = client(format).connect();
        client.send(attach("room"), publish("room", 0, "hello"));

        assertThat(client.receive(ServerMessage.Attached.class).channel()).isEqualTo("room");
        ServerMessage first = client.receive(CometTest::isAckOrMessages);
        ServerMessage second = client.receive(CometTest::isAckOrMessages);
        assertThat(List.of(first, second))
                .anySatisfy(frame -> assertThat(frame)
                        .isInstanceOfSatisfying(
                                ServerMessage.Ack.class,
                                ack -> assertThat(ack.msgSerial()).isZero()))
                .anySatisfy(frame -> assertThat(frame)
                        .isInstanceOfSatisfying(
                                ServerMessage.Messages.class,
                                messages -> assertThat(
                                                messages.messages().getFirst().data())
                                        .isEqualTo(new Payload.Text("hello"))));
    }

    private static boolean isAckOrMessages(ServerMessage frame) {
        return frame instanceof ServerMessage.Ack || frame instanceof ServerMessage.Messages;
    }

    @Test
    void aStreamIsLinesOfAsciiAndEndsOnlyWhenItsClientHasToShowThatItLives() throws Exception {
        String text = "gr\u00fc\u00dfe \ud83d\ude00";
        try (RawSocket socket = new RawSocket(node.port())) {
            socket.get("/comet/connect?v=6&key=" + encoded(key()));
            assertThat(socket.answer().isStream()).isTrue();
            ServerMessage.Connected connected = (ServerMessage.Connected) onlyFrame(socket.chunk());
            CometClient sender = client(Format.JSON).connect();
            byte[] body = sender.body(new ClientMessage.Heartbeat(Optional.of(text)));
            String send = "/comet/" + connected.details().connectionKey() + "/send?key=" + encoded(key());
            assertThat(sender.post(send, body).status()).isEqualTo(204);

            byte[] line = socket.chunk();
            assertThat(new String(line, ISO_8859_1)).matches("\\[[ -~]*]\n");
            assertThat(onlyFrame(line)).isEqualTo(new ServerMessage.Heartbeat(Optional.of(text)));

            List<ServerMessage> kept = new ArrayList<>();
            for (byte[] more = socket.chunk(); more.length > 0; more = socket.chunk()) {
                kept.add(onlyFrame(more));
            }
            assertThat(kept).containsOnly(new ServerMessage.Heartbeat(Optional.empty()));
            socket.get(send.replace("/send?", "/recv?"));
            assertThat(socket.answer().isStream()).as("the same socket goes on").isTrue();
            assertThat(sender.post(send, body).status()).isEqualTo(204);
            assertThat(onlyFrame(socket.chunk())).isEqualTo(new ServerMessage.Heartbeat(Optional.of(text)));
        }
    }

    @Test
    void messagePackIsStreamedAsArraysOneAfterAnother() throws Exception {
        try (RawSocket socket = new RawSocket(node.port())) {
            socket.get("/comet/connect?v=6&format=msgpack&key=" + encoded(key()));
            RawSocket.Answer head = socket.answer();
            assertThat(head.isStream()).isTrue();
            assertThat(head.headers()).containsEntry("content-type", "application/x-msgpack");
            assertThat(CometClient.frames(Format.MSGPACK, socket.chunk()).getFirst())
                    .isInstanceOf(ServerMessage.Connected.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&stream=false"})
    void whyAConnectionIsRefusedIsAFrameAndAStatus(String stream) throws Exception {
        CometClient client = client(Format.JSON);
        CometClient.Answer wrong = client.get("/comet/connect?v=6&key=app.key:wrong" + stream);

        assertThat(wrong.status()).isEqualTo(401);
        assertThat(client.frames(wrong))
                .singleElement()
                .isInstanceOfSatisfying(
                        ServerMessage.Error.class,
                        frame -> assertThat(frame.error().code()).isEqualTo(40101));
        assertThat(client.get("/comet/connect?key=" + encoded(key()) + stream).text())
                .contains("40017");
    }

    @Test
    void anIdlePollIsAnsweredBeforeTheClientThinksTheServerGone() throws Exception {
        CometClient client = client(Format.JSON).connect();
        long asked = System.nanoTime();

        assertThat(client.frames(client.poll().join())).containsExactly(new ServerMessage.Heartbeat(Optional.empty()));
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aSecondPollSupersedesTheFirst() throws Exception {
        CometClient client = client(Format.JSON).connect("heartbeatInterval=60000");
        CompletableFuture<CometClient.Answer> first = client.poll();
        CompletableFuture<CometClient.Answer> second = client.poll();

        assertThat(CompletableFuture.anyOf(first, second).join())
                .isInstanceOfSatisfying(
                        CometClient.Answer.class,
                        superseded -> assertThat(superseded.text()).isEqualTo("[]"));
        client.send(new ClientMessage.Heartbeat(Optional.of("a")));
        List<ServerMessage> frames = new ArrayList<>(client.frames(first.join()));
        frames.addAll(client.frames(second.join()));
        assertThat(frames).containsExactly(new ServerMessage.Heartbeat(Optional.of("a")));
    }

    @Test
    void aPollThatIsGivenUpBeforeItsAnswerLosesNothing() throws Exception {
        CometClient client = client(Format.JSON).connect();
        try (RawSocket socket = new RawSocket(node.port())) {
            socket.get(client.target("recv"));
            assertThat(socket.hears(50)).isFalse();
        }
        client.send(new ClientMessage.Heartbeat(Optional.of("a")));

        assertThat(client.receive(ServerMessage.Heartbeat.class).id()).contains("a");
    }

    @Test
    void aPollThatABrowserRepeatsAfterItsAnswerWasLostEndsTheTransport() throws Exception {
        CometClient client = client(Format.JSON).connect();
        client.send(new ClientMessage.Heartbeat(Optional.of("lost")));
        client.get(client.target("recv", "&rnd=1"));
        CometClient.Answer repeated = client.get(client.target("recv", "&rnd=1"));

        assertThat(repeated.status()).isEqualTo(400);
        assertThat(repeated.errorCode()).isEqualTo(80003);
        assertThat(resumed(client).connected().connectionId())
                .isEqualTo(client.connected().connectionId());
    }

    @Test
    void aStreamThatBreaksOffEndsTheTransport() throws Exception {
        String key;
        try (RawSocket socket = new RawSocket(node.port())) {
            socket.get("/comet/connect?v=6&key=" + encoded(key()));
            assertThat(socket.answer().isStream()).isTrue();
            ServerMessage.Connected connected = (ServerMessage.Connected) onlyFrame(socket.chunk());
            key = connected.details().connectionKey();
        }
        CometClient other = client(Format.JSON);
        eventually(
                "a client that asks on is told that it has missed something",
                SOON,
                () -> List.of(80003L, 80022L)
                        .contains(other.get("/comet/" + key + "/recv?key=" + encoded(key()))
                                .errorCode()));
    }

    @Test
    void aClientThatVanishesIsGoneSoon() throws Exception {
        CometClient observer = client(Format.JSON).connect();
        CometClient client = client(Format.JSON).connect();
        try (RawSocket socket = new RawSocket(node.port())) {
            socket.get(client.target("recv"));
            assertThat(socket.hears(50)).isFalse();
        }
        eventually(
                "its transport is gone",
                SOON,
                () -> observer.get("/metrics").text().contains("\nhark_connections_comet 1.0\n"));
        assertThat(client.get(client.target("recv")).errorCode()).isEqualTo(80022);
    }

    @Test
    void aClientThatFetchesNothingIsGoneInTheEnd() throws Exception {
        CometClient client = client(Format.JSON).connect();

        eventually(
                "its transport is gone",
                Duration.ofSeconds(30),
                () -> client.get("/metrics").text().contains("\nhark_connections_comet 0.0\n"));
        assertThat(client.get(client.target("recv")).errorCode()).isEqualTo(80022);
        assertThat(resumed(client).connected().connectionId())
                .isEqualTo(client.connected().connectionId());
    }

    @Test
    void unknownSupersededAndForeignKeysAreRefused() throws Exception {
        CometClient client = client(Format.JSON).connect();
        String credentials = "?key=" + encoded(key());
        for (String request : List.of("recv", "close", "disconnect")) {
            CometClient.Answer unknown = client.get("/comet/_____!fake-key____/" + request + credentials);
            assertThat(unknown.status()).isEqualTo(410);
            assertThat(unknown.errorCode()).isEqualTo(80022);
            assertThat(unknown.headers()).containsEntry("x-ably-errorcode", List.of("80022"));
        }
        CometClient.Answer foreign = client.get("/comet/" + client.key() + "/recv?key=" + encoded(OTHER_APP));
        assertThat(foreign.status()).isEqualTo(401);
        assertThat(foreign.errorCode()).isEqualTo(40102);
        assertThat(client.get("/comet/" + client.key() + "/recv").errorCode()).isEqualTo(40101);

        resumed(client);
        eventually(
                "the old transport has said why it ended",
                SOON,
                () -> client.get(client.target("recv")).errorCode() == 80016);
    }

    @Test
    void aRequestThatReachesAnotherNodeIsRefusedAndTheClientResumesThere() throws Exception {
        CometClient client = client(Format.JSON).connect();
        try (Node other = node("other")) {
            CometClient elsewhere = new CometClient(http, other.port(), key(), Format.JSON);
            assertThat(elsewhere.get(client.target("recv")).errorCode()).isEqualTo(80022);

            elsewhere.connect("resume=" + client.key());
            assertThat(elsewhere.connected().connectionId())
                    .isEqualTo(client.connected().connectionId());
            assertThat(elsewhere.get(client.target("recv")).errorCode()).isEqualTo(80016);
        }
    }

    @Test
    void onlyThePathsAndMethodsOfCometExist() throws Exception {
        CometClient client = client(Format.JSON).connect();

        assertThat(client.get("/comet/").status()).isEqualTo(404);
        assertThat(client.get("/comet/a/b/c").status()).isEqualTo(404);
        assertThat(client.get(client.target("other")).status()).isEqualTo(404);
        assertThat(client.get(client.target("send")).errorCode()).isEqualTo(40500);
        assertThat(client.post(client.target("recv"), new byte[0]).errorCode()).isEqualTo(40500);
        assertThat(head(client.target("recv"))).isEqualTo(405);
    }

    @Test
    void aBrowserOfAnotherOriginMayUseIt() throws Exception {
        CometClient client = client(Format.JSON).connect();
        HttpResponse<String> preflight = http.send(
                HttpRequest.newBuilder(uri(client.target("send")))
                        .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                        .header("origin", "https://site")
                        .header("access-control-request-headers", "content-type")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                .contains("https://site");
        assertThat(preflight
                        .headers()
                        .firstValue("access-control-allow-methods")
                        .orElseThrow())
                .contains("POST");
        assertThat(preflight.headers().firstValue("access-control-allow-headers"))
                .contains("content-type");

        for (String target : List.of("/comet/connect?v=6&stream=false&key=wrong", "/comet/unknown/recv")) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(uri(target))
                            .header("origin", "https://site")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.headers().firstValue("access-control-allow-origin"))
                    .contains("https://site");
            assertThat(answer.headers()
                            .firstValue("access-control-expose-headers")
                            .orElseThrow())
                    .contains("X-Ably-Errorcode");
        }
    }

    @Test
    void whatIsNoArrayOfFramesEndsTheTransportWithACode() throws Exception {
        CometClient client = client(Format.JSON).connect();
        CompletableFuture<CometClient.Answer> poll = client.poll();
        CometClient.Answer refused = client.post(client.target("send"), "{\"action\":0}".getBytes(UTF_8));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.errorCode()).isEqualTo(80013);
        assertThat(client.frames(poll.join()))
                .singleElement()
                .isInstanceOfSatisfying(
                        ServerMessage.Disconnected.class,
                        frame -> assertThat(frame.error().code()).isEqualTo(80013));
    }

    @Test
    void whyATransportEndedWaitsForAClientThatIsBetweenTwoPolls() throws Exception {
        CometClient client = client(Format.JSON).connect();
        client.post(client.target("send"), "null".getBytes(UTF_8));

        assertThat(client.receive(ServerMessage.Disconnected.class).error().code())
                .isEqualTo(80013);
        assertThat(client.get(client.target("recv")).errorCode()).isEqualTo(80022);
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        CometClient client = client(Format.JSON).connect();
        CometClient.Answer refused = client.post(client.target("send"), new byte[BODY_BYTES_MAX + 1]);

        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.errorCode()).isEqualTo(40009);
    }

    @Test
    void aSendThatABrowserRepeatsIsAppliedOnce() throws Exception {
        CometClient client = client(Format.JSON).connect();
        byte[] body = client.body(publish("room", 0, "once"));
        client.send(attach("room"));
        for (int time = 0; time < 2; time++) {
            assertThat(client.post(client.target("send", "&rnd=7"), body).status())
                    .isEqualTo(204);
        }
        client.send(publish("room", 1, "last"));

        List<Payload> seen = new ArrayList<>();
        while (!seen.contains(new Payload.Text("last"))) {
            client.receive(ServerMessage.Messages.class).messages().forEach(message -> seen.add(message.data()));
        }
        assertThat(seen).containsExactly(new Payload.Text("once"), new Payload.Text("last"));
    }

    @Test
    void sendsOnOneSocketAreAppliedInTheirOrderThoughNoneIsAwaited() throws Exception {
        CometClient client = client(Format.JSON).connect();
        client.send(attach("room"));
        try (RawSocket socket = new RawSocket(node.port())) {
            for (int i = 0; i < 50; i++) {
                socket.post(client.target("send"), client.body(publish("room", i, "m" + i)));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(socket.answer().status()).isEqualTo(204);
            }
        }
        List<Payload> seen = new ArrayList<>();
        while (seen.size() < 50) {
            client.receive(ServerMessage.Messages.class).messages().forEach(message -> seen.add(message.data()));
        }
        assertThat(seen)
                .containsExactlyElementsOf(IntStream.range(0, 50)
                        .mapToObj(i -> new Payload.Text("m" + i))
                        .toList());
    }

    @Test
    void aClientThatAsksWithoutFetchingIsNotHeardUntilItFetches() throws Exception {
        CometClient client = client(Format.JSON).connect();
        ClientMessage ask = new ClientMessage.Heartbeat(Optional.of("x".repeat(OUTBOUND_BYTES_MAX)));
        List<CompletableFuture<CometClient.Answer>> sends = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            sends.add(client.sendLater(ask));
        }
        eventually(
                "one is refused",
                SOON,
                () -> sends.stream()
                        .anyMatch(send -> send.isDone() && send.join().errorCode() == 50003));
        assertThat(sends).anySatisfy(send -> assertThat(send).isNotDone());

        CompletableFuture<Void> all = CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new));
        int answers = 0;
        int largest = 0;
        while (!all.isDone()
                || answers
                        < sends.stream()
                                .filter(send -> send.join().status() == 204)
                                .count()) {
            CometClient.Answer answer = client.poll().join();
            answers += (int) client.frames(answer).stream()
                    .filter(frame -> ((ServerMessage.Heartbeat) frame).id().isPresent())
                    .count();
            largest = Math.max(largest, answer.body().length);
        }
        assertThat(largest).isLessThan(OUTBOUND_BYTES_MAX * 12);
        assertThat(sends).allSatisfy(send -> assertThat(send.join().status()).isIn(204, 503));
    }

    @Test
    void aSubscriberThatFetchesSeldomHoldsLittleAndMissesNothing() throws Exception {
        CometClient subscriber = client(Format.JSON).connect();
        subscriber.send(attach("room"));
        subscriber.receive(ServerMessage.Attached.class);
        CometClient publisher = client(Format.JSON).connect();
        int count = 3_000;
        int batch = 40;
        for (int i = 0; i < count; i += batch) {
            publisher.send(IntStream.range(i, i + batch)
                    .mapToObj(n -> publish("room", n, n + ":" + "x".repeat(1000)))
                    .toArray(ClientMessage[]::new));
            publisher.poll().join();
        }
        List<Integer> seen = new ArrayList<>();
        while (seen.size() < count) {
            CometClient.Answer answer = subscriber.poll().join();
            assertThat(answer.body().length).isLessThan(OUTBOUND_BYTES_MAX + RING_BYTES_MAX);
            for (ServerMessage frame : subscriber.frames(answer)) {
                if (frame instanceof ServerMessage.Messages messages) {
                    messages.messages().forEach(message -> seen.add(number(message)));
                }
            }
        }
        assertThat(seen).isEqualTo(IntStream.range(0, count).boxed().toList());
    }

    private static int number(Message message) {
        String text = ((Payload.Text) message.data()).value();
        return Integer.parseInt(text.substring(0, text.indexOf(':')));
    }

    @Test
    void closeEndsTheConnectionForGood() throws Exception {
        CometClient client = client(Format.JSON).connect();
        CompletableFuture<CometClient.Answer> poll = client.poll();
        // Whoever has the key may end the connection, also when the token has expired meanwhile.
        assertThat(client.get("/comet/" + client.key() + "/close").status()).isEqualTo(204);

        assertThat(client.frames(poll.join())).containsExactly(new ServerMessage.Closed());
        assertThat(resumed(client).connected().error().orElseThrow().code()).isEqualTo(80008);
    }

    @Test
    void disconnectLeavesAConnectionThatCanBeResumed() throws Exception {
        CometClient client = client(Format.JSON).connect();
        assertThat(client.get(client.target("disconnect")).status()).isEqualTo(204);

        CometClient resumed = resumed(client);
        assertThat(resumed.connected().connectionId())
                .isEqualTo(client.connected().connectionId());
        assertThat(resumed.connected().error()).isEmpty();
        assertThat(resumed.key()).isNotEqualTo(client.key());
    }

    @Test
    void aNodeThatStopsTellsPollsAndStreams() throws Exception {
        CometClient client = client(Format.JSON).connect();
        CompletableFuture<CometClient.Answer> poll = client.poll();
        try (RawSocket socket = new RawSocket(node.port())) {
            socket.get("/comet/connect?v=6&key=" + encoded(key()));
            assertThat(socket.answer().isStream()).isTrue();
            socket.chunk();
            // A poll that the node has received.
            eventually(
                    "both are open",
                    SOON,
                    () -> client(Format.JSON).get("/metrics").text().contains("\nhark_connections_comet 2.0\n"));
            stopped = true;
            node.close();

            assertThat(onlyFrame(socket.chunk())).isInstanceOf(ServerMessage.Disconnected.class);
            assertThat(socket.chunk()).isEmpty();
            assertThat(client.frames(poll.join())).singleElement().isInstanceOf(ServerMessage.Disconnected.class);
        }
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> new RawSocket(node.port()));
    }

    private CometClient resumed(CometClient client) throws IOException {
        return client(Format.JSON).connect("resume=" + client.key());
    }

    private CometClient client(Format format) {
        return new CometClient(http, node.port(), key(), format);
    }

    private static String key() {
        return "app.key:a-secret-of-16-chars";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    private URI uri(String target) {
        return URI.create("http://127.0.0.1:" + node.port() + target);
    }

    private int head(String target) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(target)).HEAD().build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static ServerMessage onlyFrame(byte[] line) throws IOException {
        List<ServerMessage> frames = CometClient.frames(Format.JSON, line);
        assertThat(frames).hasSize(1);
        return frames.getFirst();
    }

    private static ClientMessage attach(String channel) {
        return new ClientMessage.Attach(channel, Map.of(), 0, Optional.empty());
    }

    private static ClientMessage publish(String channel, long msgSerial, String text) {
        return new ClientMessage.Publish(channel, msgSerial, List.of(message(text)), Map.of());
    }

    private static Message message(String text) {
        return Message.of(Optional.of("event"), new Payload.Text(text));
    }
}
