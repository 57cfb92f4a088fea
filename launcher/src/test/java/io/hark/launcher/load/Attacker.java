package io.hark.launcher.load;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Confined to one thread: runs hostile cases one after the other, and keeps what the server answered wrongly.
final class Attacker {
    private static final int FINDINGS_MAX = 20;
    private static final int SILENCE_MILLIS = 100;
    private static final int CLOSE_NORMAL = 1000;
    private static final int CLOSE_GOING_AWAY = 1001;
    private static final byte[] LAST_REQUEST =
            "GET /time HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final int port;
    private final String key;
    private final long seed;
    private final SplittableRandom random;
    private final SocketCases socketCases;
    private final HttpCases httpCases;
    private final List<String> findings = new ArrayList<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private final Map<Format, RawSocket> open = new TreeMap<>();
    private long pings;

    Attacker(int port, String key, long seed) {
        this.port = port;
        this.key = key;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        this.socketCases = new SocketCases(seed);
        this.httpCases = new HttpCases(key, seed);
    }

    void run(int cases) throws IOException {
        for (int i = 0; i < cases && findings.size() < FINDINGS_MAX; i++) {
            int kind = random.nextInt(100);
            if (kind < 80) {
                protocolCase(kind % 2 == 0 ? Format.JSON : Format.MSGPACK);
            } else if (kind < 87) {
                framingCase();
            } else if (kind < 93) {
                urlCase();
            } else if (kind < 97) {
                httpCase();
            } else {
                cometCase(kind % 2 == 0 ? Format.JSON : Format.MSGPACK);
            }
        }
        open.values().forEach(RawSocket::close);
        open.clear();
    }

    private String url(Format format) {
        return "/?v=6&heartbeats=false&format=" + (format == Format.JSON ? "json" : "msgpack") + "&key="
                + URLEncoder.encode(key, StandardCharsets.UTF_8);
    }

    private RawSocket connected(Format format) throws IOException {
        RawSocket socket = new RawSocket(port);
        socket.upgrade(url(format));
        RawSocket.Answer answer = socket.answer();
        if (answer.status() != 101) {
            throw new IllegalStateException("no WebSocket: " + answer.status());
        }
        return socket;
    }

    /// A frame whose content may be damaged, and a ping after it. Whether the connection must survive is
    /// known by asking our own codec.
    private void protocolCase(Format format) throws IOException {
        RawSocket socket = open.get(format);
        if (socket == null) {
            socket = connected(format);
            open.put(format, socket);
        }
        byte[] payload = socketCases.protocolFrame(format);
        String ping = "ping-" + pings++;
        byte[] heartbeat = ProtocolCodec.of(format).encode(new ClientMessage.Heartbeat(Optional.of(ping)));
        // One write, so that the ping comes with the case or after it.
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(RawSocket.masked(format == Format.JSON ? 1 : 2, payload));
        both.writeBytes(RawSocket.masked(2, heartbeat));
        socket.write(both.toByteArray());
        Ending ending = read(socket, Optional.of(format), Optional.of(ping), payload);
        if (ending.closed) {
            open.remove(format).close();
        }
        switch (expected(format, payload)) {
            case SURVIVES -> expect(!ending.closed, "closed by a frame that can be read", payload);
            case ENDS_WITH_CODE -> expect(ending.closed && ending.code != 0, "no code for a malformed frame", payload);
            case ENDS -> expect(ending.closed, "still open", payload);
        }
    }

    private enum Expected {
        SURVIVES,
        ENDS_WITH_CODE,
        ENDS
    }

    private static Expected expected(Format format, byte[] payload) {
        try {
            return switch (ProtocolCodec.of(format).decodeClient(payload, 0, payload.length)) {
                case ClientMessage.Close() -> Expected.ENDS;
                case ClientMessage.Disconnect() -> Expected.ENDS;
                case ClientMessage.Auth wrongToken -> Expected.ENDS_WITH_CODE;
                case ClientMessage.Refused noToken when noToken.isAuth() -> Expected.ENDS_WITH_CODE;
                default -> Expected.SURVIVES;
            };
        } catch (MalformedFrame malformed) {
            return Expected.ENDS_WITH_CODE;
        }
    }

    private void framingCase() throws IOException {
        SocketCases.Framing framing = socketCases.framing();
        try (RawSocket socket = connected(Format.JSON)) {
            socket.write(framing.bytes());
            socket.endOutput();
            Ending ending = read(socket, Optional.of(Format.JSON), Optional.empty(), framing.bytes());
            expect(!framing.refused() || ending.code != 0, "no code for a frame that breaks RFC 6455", framing.bytes());
        } catch (SocketException reset) {
            // The server closes with bytes of ours unread, and its answer is lost on the way.
            outcome("reset");
        }
    }

    private void urlCase() throws IOException {
        String url = socketCases.url(key);
        byte[] shown = url.getBytes(StandardCharsets.UTF_8);
        try (RawSocket socket = new RawSocket(port)) {
            socket.upgrade(url);
            RawSocket.Answer answer = socket.answer();
            if (answer.status() != 101) {
                checkAnswer(answer, shown);
                return;
            }
            socket.endOutput();
            read(socket, Optional.empty(), Optional.empty(), shown);
        }
    }

    private void httpCase() throws IOException {
        byte[] requests = httpCases.next();
        try (RawSocket socket = new RawSocket(port)) {
            socket.write(requests);
            socket.write(LAST_REQUEST);
            boolean ended = false;
            while (true) {
                if (!ended && !socket.hears(SILENCE_MILLIS)) {
                    // It waits for more of a body: there is no more.
                    socket.endOutput();
                    ended = true;
                }
                RawSocket.Answer answer = socket.answer();
                checkAnswer(answer, requests);
                if (answer.status() == 101 || answer.isStream() || answer.closes()) {
                    return;
                }
            }
        } catch (EOFException closed) {
            outcome("http closed");
        } catch (SocketException reset) {
            outcome("reset");
        }
    }

    /// A body with frames of which any may be damaged.
    private void cometCase(Format format) throws IOException {
        byte[] batch = socketCases.batch(format);
        try (RawSocket socket = new RawSocket(port)) {
            socket.get("/comet/connect" + url(format).substring(1) + "&stream=false");
            ServerMessage.Connected connected = (ServerMessage.Connected)
                    CometClient.frames(format, socket.answer().body()).getFirst();
            String comet = "/comet/" + connected.details().connectionKey() + "/%s?key="
                    + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%", "%%");
            socket.post(comet.formatted("send"), batch);
            RawSocket.Answer answer = socket.answer();
            checkAnswer(answer, batch);
            expect(answer.status() == (isReadable(format, batch) ? 204 : 400), "comet: " + answer.status(), batch);
            socket.get(comet.formatted("disconnect"));
            checkAnswer(socket.answer(), batch);
        }
    }

    private static boolean isReadable(Format format, byte[] batch) {
        try {
            ProtocolCodec.of(format).decodeClients(batch);
            return true;
        } catch (MalformedFrame malformed) {
            return false;
        }
    }

    private void checkAnswer(RawSocket.Answer answer, byte[] of) {
        outcome("http " + answer.status());
        expect(answer.status() < 500, "answered " + answer.status(), of);
        if (answer.status() >= 400 && answer.body().length > 0 || answer.status() == 400) {
            expect(errorCode(answer) != 0, "answered %d without a code".formatted(answer.status()), of);
        }
    }

    private static int errorCode(RawSocket.Answer answer) {
        Format format =
                answer.headers().getOrDefault("content-type", "").contains("msgpack") ? Format.MSGPACK : Format.JSON;
        try {
            Object value = ProtocolCodec.of(format).decodeValue(answer.body());
            // Comet answers with the frames that a WebSocket would have brought.
            Object first = value instanceof List<?> frames && !frames.isEmpty() ? frames.getFirst() : value;
            return first instanceof Map<?, ?> body
                            && body.get("error") instanceof Map<?, ?> error
                            && error.get("code") instanceof Long code
                    ? code.intValue()
                    : 0;
        } catch (MalformedFrame notJson) {
            return 0;
        }
    }

    /// How a connection stands after a case.
    private static final class Ending {
        private boolean closed;
        private int code;
    }

    /// Reads until the answer to the ping, or the end.
    ///
    /// @param format what was asked for; empty when the URL is garbled, as only the server knows how it took it
    private Ending read(RawSocket socket, Optional<Format> format, Optional<String> ping, byte[] of)
            throws IOException {
        Ending ending = new Ending();
        try {
            while (true) {
                RawSocket.Frame frame = socket.frame();
                switch (frame.opcode()) {
                    case RawSocket.Frame.PING, RawSocket.Frame.PONG -> {}
                    case RawSocket.Frame.CLOSE -> {
                        ending.closed = true;
                        outcome("close " + frame.closeCode());
                        expect(
                                frame.closeCode() == CLOSE_NORMAL || frame.closeCode() == CLOSE_GOING_AWAY,
                                "closed with " + frame.closeCode(),
                                of);
                    }
                    case RawSocket.Frame.TEXT, RawSocket.Frame.BINARY -> {
                        Format sent = frame.opcode() == RawSocket.Frame.TEXT ? Format.JSON : Format.MSGPACK;
                        expect(format.orElse(sent) == sent, "answered in " + sent, of);
                        ServerMessage message =
                                ProtocolCodec.of(sent).decodeServer(frame.payload(), 0, frame.payload().length);
                        if (message instanceof ServerMessage.Heartbeat(Optional<String> id) && id.equals(ping)) {
                            outcome("survived");
                            return ending;
                        }
                        error(message).ifPresent(error -> {
                            outcome(message.getClass().getSimpleName() + ' ' + error.code());
                            expect(error.code() >= 40000 && error.code() / 10000 != 5, "internal error " + error, of);
                        });
                        if (message instanceof ServerMessage.Disconnected(ErrorInfo why)) {
                            ending.code = why.code();
                        } else if (message instanceof ServerMessage.Error(var channel, ErrorInfo why)
                                && channel.isEmpty()) {
                            ending.code = why.code();
                        }
                    }
                    default -> expect(false, "sent a frame with opcode " + frame.opcode(), of);
                }
            }
        } catch (EOFException closed) {
            ending.closed = true;
        } catch (SocketException reset) {
            outcome("reset");
            ending.closed = true;
        } catch (MalformedFrame unreadable) {
            expect(false, "sent what cannot be read: " + unreadable.getMessage(), of);
            ending.closed = true;
        }
        return ending;
    }

    private static Optional<ErrorInfo> error(ServerMessage message) {
        return switch (message) {
            case ServerMessage.Disconnected(ErrorInfo error) -> Optional.of(error);
            case ServerMessage.Error(var channel, ErrorInfo error) -> Optional.of(error);
            case ServerMessage.Nack(long msgSerial, int count, ErrorInfo error) -> Optional.of(error);
            case ServerMessage.Detached(var channel, Optional<ErrorInfo> error) -> error;
            default -> Optional.empty();
        };
    }

    private void outcome(String what) {
        outcomes.merge(what, 1, Integer::sum);
    }

    private void expect(boolean condition, String what, byte[] of) {
        if (!condition && findings.size() < FINDINGS_MAX) {
            findings.add("%s (seed %d): %s | %s"
                    .formatted(
                            what,
                            seed,
                            new String(of, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "."),
                            HexFormat.of().formatHex(of, 0, Math.min(of.length, 400))));
        }
    }

    void add(Attacker other) {
        findings.addAll(other.findings);
        other.outcomes.forEach((what, count) -> outcomes.merge(what, count, Integer::sum));
    }

    List<String> findings() {
        return findings;
    }

    @Override
    public String toString() {
        return outcomes.toString();
    }
}
