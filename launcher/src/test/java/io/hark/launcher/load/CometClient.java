package io.hark.launcher.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/// Blocking: one comet connection, request by request, as tests want them rather than as a client would.
final class CometClient {
    private final HttpClient http;
    private final String origin;
    private final String credentials;
    private final Format format;
    private final List<ServerMessage> received = new ArrayList<>();
    private ServerMessage.Connected connected;

    /// An answer, read to its end.
    record Answer(int status, Map<String, List<String>> headers, byte[] body) {
        String text() {
            return new String(body, UTF_8);
        }

        /// The code of an error that is told as REST tells errors; 0 when it is none.
        long errorCode() {
            try {
                return ProtocolCodec.of(Format.JSON).decodeValue(body) instanceof Map<?, ?> tree
                                && tree.get("error") instanceof Map<?, ?> error
                                && error.get("code") instanceof Long code
                        ? code
                        : 0;
            } catch (MalformedFrame none) {
                return 0;
            }
        }
    }

    CometClient(HttpClient http, int port, String key, Format format) {
        this.http = http;
        this.origin = "http://127.0.0.1:" + port;
        this.credentials = "key=" + URLEncoder.encode(key, UTF_8);
        this.format = format;
    }

    /// Opens a connection that is polled, and reads CONNECTED.
    CometClient connect(String... params) throws IOException {
        List<String> all = new ArrayList<>(List.of("v=6", "stream=false", credentials));
        if (format == Format.MSGPACK) {
            all.add("format=msgpack");
        }
        all.addAll(List.of(params));
        List<ServerMessage> frames = frames(get("/comet/connect?" + String.join("&", all)));
        connected = (ServerMessage.Connected) frames.getFirst();
        return this;
    }

    ServerMessage.Connected connected() {
        return connected;
    }

    String key() {
        return connected.details().connectionKey();
    }

    /// The address of a request of this connection.
    String target(String what) {
        return target(what, "");
    }

    String target(String what, String moreParams) {
        return "/comet/" + key() + '/' + what + '?' + credentials + moreParams;
    }

    CompletableFuture<Answer> poll() {
        return getLater(target("recv"));
    }

    /// Polls until a frame comes that is one.
    ServerMessage receive(Predicate<ServerMessage> wanted) throws IOException {
        while (true) {
            while (!received.isEmpty()) {
                ServerMessage next = received.removeFirst();
                if (wanted.test(next)) {
                    return next;
                }
            }
            received.addAll(frames(get(target("recv"))));
        }
    }

    <T extends ServerMessage> T receive(Class<T> kind) throws IOException {
        return kind.cast(receive(kind::isInstance));
    }

    Answer send(ClientMessage... messages) {
        return sendLater(messages).join();
    }

    CompletableFuture<Answer> sendLater(ClientMessage... messages) {
        return postLater(target("send"), body(messages));
    }

    byte[] body(ClientMessage... messages) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (format == Format.MSGPACK) {
            body.write(0x90 | messages.length);
            List.of(messages).forEach(message -> body.writeBytes(codec().encode(message)));
            return body.toByteArray();
        }
        List<String> texts = List.of(messages).stream()
                .map(message -> new String(codec().encode(message), UTF_8))
                .toList();
        return ("[" + String.join(",", texts) + "]").getBytes(UTF_8);
    }

    Answer get(String target) {
        return getLater(target).join();
    }

    private CompletableFuture<Answer> getLater(String target) {
        return later(HttpRequest.newBuilder(URI.create(origin + target)).build());
    }

    Answer post(String target, byte[] body) {
        return postLater(target, body).join();
    }

    private CompletableFuture<Answer> postLater(String target, byte[] body) {
        return later(HttpRequest.newBuilder(URI.create(origin + target))
                .header("content-type", format.mediaType())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
    }

    private CompletableFuture<Answer> later(HttpRequest request) {
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(response ->
                        new Answer(response.statusCode(), response.headers().map(), response.body()));
    }

    List<ServerMessage> frames(Answer answer) throws IOException {
        if (answer.errorCode() != 0) {
            throw new IOException("answered %d: %s".formatted(answer.status(), answer.text()));
        }
        return frames(format, answer.body());
    }

    static List<ServerMessage> frames(Format format, byte[] array) throws IOException {
        ProtocolCodec codec = ProtocolCodec.of(format);
        try {
            List<ServerMessage> frames = new ArrayList<>();
            for (Object frame : (List<?>) codec.decodeValue(array)) {
                byte[] bytes = codec.encodeValue(frame);
                frames.add(codec.decodeServer(bytes, 0, bytes.length));
            }
            return frames;
        } catch (MalformedFrame malformed) {
            throw new IOException(malformed);
        }
    }

    private ProtocolCodec codec() {
        return ProtocolCodec.of(format);
    }
}
