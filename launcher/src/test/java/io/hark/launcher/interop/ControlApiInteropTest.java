package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static io.hark.launcher.interop.JavaClients.complete;
import static io.hark.launcher.interop.JavaClients.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ably.lib.realtime.AblyRealtime;
import io.ably.lib.realtime.Channel;
import io.ably.lib.realtime.ConnectionState;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The control API over HTTP, and clients of the official SDK that live with what it changes.
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ControlApiInteropTest {
    private static final String SECRET = "the-operators-secret-0123456789-0123456789";
    private static final String ANYTHING = "{\"name\":\"web\",\"capability\":{\"*\":[\"*\"]}}";

    private final HttpClient http = HttpClient.newHttpClient();

    private CompletableFuture<HttpResponse<String>> ask(int port, String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/" + path))
                .header("Authorization", "Bearer " + SECRET)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private JsonElement send(int port, String method, String path, String body, int status) {
        HttpResponse<String> response = ask(port, method, path, body).join();
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return response.body().isEmpty() ? new JsonObject() : JsonParser.parseString(response.body());
    }

    private static String text(JsonElement tree, String member) {
        return tree.getAsJsonObject().get(member).getAsString();
    }

    @Test
    void whatOperatorsChangeHoldsForClientsThatAreConnected() throws Exception {
        try (TestNode node = TestNode.start(Map.of("HARK_CONTROL_TOKEN", SECRET));
                JavaClients clients = new JavaClients(node.port(), true)) {
            int port = node.port();
            String app = text(send(port, "POST", "accounts/hark/apps", "{\"name\":\"Shop\"}", 201), "id");
            JsonElement key = send(port, "POST", "apps/" + app + "/keys", ANYTHING, 201);
            AblyRealtime client = clients.connected(text(key, "key"));
            Channel channel = client.channels.get("orders:1");
            complete(listener -> channel.publish("n", "before", listener));

            send(port, "POST", "apps/" + app + "/namespaces", "{\"id\":\"orders\",\"authenticated\":true}", 201);
            assertThat(refusal(listener -> channel.publish("n", "refused", listener)).code)
                    .isEqualTo(40161);
            send(port, "PATCH", "apps/" + app + "/namespaces/orders", "{\"authenticated\":false}", 200);
            complete(listener -> channel.publish("n", "after", listener));

            send(port, "POST", "apps/" + app + "/keys/" + text(key, "id") + "/revoke", "", 200);
            eventually("the connection ends", () -> client.connection.state == ConnectionState.failed);
            assertThat(client.connection.reason.code).isEqualTo(40131);

            eventually("what was sent is counted", () -> {
                JsonArray stats = send(port, "GET", "apps/" + app + "/stats?unit=month", "", 200)
                        .getAsJsonArray();
                return !stats.isEmpty()
                        && stats.get(0)
                                .getAsJsonObject()
                                .getAsJsonObject("entries")
                                .has("messages.inbound.realtime.messages.refused");
            });
            send(port, "DELETE", "apps/" + app, "", 204);
            send(port, "GET", "apps/" + app + "/keys", "", 404);
        }
    }

    @Test
    void anyNodeTakesChangesAndNoneIsLost(@TempDir Path dir) throws Exception {
        int port = ClusterPorts.free();
        String app;
        Process cluster = start(port, dir);
        try {
            app = text(send(port, "POST", "accounts/hark/apps", "{\"name\":\"Shop\"}", 201), "id");
            // Each node makes its own of the same app at the same time: they are changes of one document.
            List<CompletableFuture<HttpResponse<String>>> made = new ArrayList<>();
            for (int number = 0; number < 9; number++) {
                made.add(ask(port + number % 3, "POST", "apps/" + app + "/namespaces", "{\"id\":\"n" + number + "\"}"));
            }
            long taken = made.stream()
                    .map(CompletableFuture::join)
                    .filter(response -> response.statusCode() == 201)
                    .count();
            // A node that follows a moment later does not know the app yet, and who loses each race gives up at last.
            assertThat(made.stream().map(response -> response.join().statusCode()))
                    .isSubsetOf(201, 404, 409);
            assertThat(send(port + 1, "GET", "apps/" + app + "/namespaces", "", 200)
                            .getAsJsonArray())
                    .hasSize((int) taken);
            assertThat(taken).isPositive();
            String key = text(send(port + 1, "POST", "apps/" + app + "/keys", ANYTHING, 201), "key");
            try (JavaClients clients = new JavaClients(port + 2, false)) {
                eventually("the third node knows the key", () -> {
                    AblyRealtime client = clients.realtime(key, options -> {});
                    eventually(
                            "an answer",
                            () -> Stream.of(ConnectionState.connected, ConnectionState.failed)
                                    .anyMatch(state -> client.connection.state == state));
                    return client.connection.state == ConnectionState.connected;
                });
            }
        } finally {
            stop(cluster);
        }
        cluster = start(port, dir);
        try {
            JsonArray apps =
                    send(port + 2, "GET", "accounts/hark/apps", "", 200).getAsJsonArray();
            assertThat(apps).anySatisfy(each -> assertThat(text(each, "id")).isEqualTo(app));
            assertThat(send(port + 2, "GET", "apps/" + app + "/keys", "", 200).getAsJsonArray())
                    .hasSize(1);
            String configured = StreamSupport.stream(apps.spliterator(), false)
                    .map(each -> text(each, "id"))
                    .filter(id -> !id.equals(app))
                    .findFirst()
                    .orElseThrow();
            JsonElement refused = send(port, "PATCH", "apps/" + configured, "{\"tlsOnly\":true}", 422);
            assertThat(text(refused, "message")).contains("in the configuration of the nodes");
        } finally {
            stop(cluster);
        }
    }

    private static Process start(int port, Path dir) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xmx400m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.hark.launcher.Main"));
        command.addAll(List.of("cluster", "--nodes", "3", "--port", Integer.toString(port), "--data", dir.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("HARK_CONTROL_TOKEN", SECRET);
        Process cluster = Children.start(builder);
        BufferedReader lines = cluster.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.contains("Stop all")) {
                return cluster;
            }
        }
        throw new AssertionError("the cluster did not start");
    }

    private static void stop(Process cluster) {
        cluster.toHandle().destroy();
        cluster.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
