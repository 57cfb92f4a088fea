package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// REST and event streams over HTTP/2, as clients agree on it with the node by TLS.
class Http2InteropTest {
    private static final String KEY = "app.key:a-secret-of-16-chars";
    private static final int MINUTES_MAX = 3;

    @TempDir
    static Path dir;

    private static TestAuthority authority;
    private static Node node;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        authority = new TestAuthority(dir, "authority");
        TestAuthority.Issued issued = authority.issue("node", "EC");
        Path config = dir.resolve("hark.yaml");
        Files.write(
                config,
                List.of(
                        "data: " + dir.resolve("data"),
                        "listen: {host: 127.0.0.1, port: 0}",
                        "drainTimeout: 0s",
                        "tls: {port: 0, chain: %s, key: %s}".formatted(issued.chain(), issued.key()),
                        "limits: {bodyBytesMax: 64 KiB}",
                        "apps:",
                        "  - {id: app, keys: [{id: key, secret: a-secret-of-16-chars, capability: {'*': ['*']}}]}"));
        node = Node.start(NodeConfig.read(config, Map.of()));
        http = HttpClient.newBuilder().sslContext(authority.clientContext()).build();
    }

    @AfterAll
    static void stop() {
        http.shutdownNow();
        node.close();
    }

    private static HttpRequest.Builder request(String pathAndQuery) {
        String credentials = Base64.getEncoder().encodeToString(KEY.getBytes(StandardCharsets.US_ASCII));
        return HttpRequest.newBuilder(
                        URI.create("https://localhost:" + node.tlsPort().orElseThrow() + pathAndQuery))
                .header("authorization", "Basic " + credentials)
                .header("content-type", "application/json");
    }

    private static HttpRequest publish(String channel, String text) {
        return request("/channels/" + channel + "/messages")
                .POST(HttpRequest.BodyPublishers.ofString("{\"data\":\"" + text + "\"}"))
                .build();
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void requestsRunAtOnceOnOneConnection() throws Exception {
        assertThat(send(request("/time").build()).version()).isEqualTo(HttpClient.Version.HTTP_2);
        List<CompletableFuture<HttpResponse<String>>> publishes = IntStream.range(0, 80)
                .mapToObj(i -> http.sendAsync(publish("room", "m" + i), HttpResponse.BodyHandlers.ofString()))
                .toList();
        for (CompletableFuture<HttpResponse<String>> publish : publishes) {
            assertThat(publish.join().statusCode()).isEqualTo(201);
            assertThat(publish.join().version()).isEqualTo(HttpClient.Version.HTTP_2);
        }
        HttpResponse<String> history =
                send(request("/channels/room/messages?limit=100").build());
        Set<String> found = new HashSet<>();
        for (JsonElement message : JsonParser.parseString(history.body()).getAsJsonArray()) {
            found.add(message.getAsJsonObject().get("data").getAsString());
        }
        assertThat(found).hasSize(80);
    }

    @Test
    void anEventStreamIsOneStreamAmongOthers() throws Exception {
        HttpResponse<Stream<String>> stream = http.send(
                request("/sse?channels=news")
                        .header("accept", "text/event-stream")
                        .build(),
                HttpResponse.BodyHandlers.ofLines());
        assertThat(stream.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(stream.headers().firstValue("content-type")).contains("text/event-stream");
        try (Stream<String> lines = stream.body()) {
            Iterator<String> next = lines.iterator();
            for (int i = 0; i < 3; i++) {
                assertThat(send(publish("news", "hello " + i)).statusCode()).isEqualTo(201);
                String data = next.next();
                while (!data.startsWith("data: ")) {
                    data = next.next();
                }
                assertThat(data).contains("hello " + i);
            }
        }
        eventually(
                "the stream is closed",
                () -> send(request("/metrics").build()).body().contains("\nhark_streams 0.0\n"));
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedAndTheConnectionGoesOn() throws Exception {
        HttpResponse<String> body = send(publish("room", "x".repeat(100_000)));
        assertThat(body.statusCode()).isEqualTo(413);
        assertThat(body.body()).contains("40009");
        assertThat(send(request("/time").build()).statusCode()).isEqualTo(200);
    }

    @Test
    void preflightsAndErrorsAreAsOverHttp1() throws Exception {
        HttpResponse<String> preflight = send(request("/channels/room/messages")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("origin", "https://site")
                .build());
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                .contains("https://site");
        HttpResponse<String> missing = send(request("/nothing").build());
        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(missing.headers().firstValue("x-ably-errorcode")).contains("40400");
    }

    @Test
    void aBrowserUsesHttp2ForAllButWebSockets() throws Exception {
        Process browser = JsProject.ready()
                .node(
                        List.of(
                                "lib/http2.mjs",
                                KEY,
                                Integer.toString(node.tlsPort().orElseThrow())),
                        Map.of(),
                        MINUTES_MAX);
        String story = new String(browser.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(browser.waitFor()).as("what the browser saw: %s", story).isZero();
    }
}
