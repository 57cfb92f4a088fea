package io.hark.launcher.interop;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Handle: a node in this process on a free port, with data of its own that goes with it.
final class TestNode implements AutoCloseable {
    static final String EVERYTHING = "{\"[*]*\":[\"*\"]}";

    private final Path data;
    private final Node node;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestNode(Path data, Node node) {
        this.data = data;
        this.node = node;
    }

    static TestNode start() throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("hark-interop");
        return new TestNode(data, Node.start(NodeConfig.dev(data, 0)));
    }

    /// @param settings as environment variables
    static TestNode start(Map<String, String> settings) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("hark-interop");
        Path file = Files.writeString(data.resolve("hark.yaml"), "dev: true\nlisten: {port: 0}\ndata: " + data);
        return new TestNode(data, Node.start(NodeConfig.read(file, settings)));
    }

    int port() {
        return node.port();
    }

    URI uri(String pathAndQuery) {
        return URI.create("http://localhost:" + port() + pathAndQuery);
    }

    HttpClient http() {
        return http;
    }

    /// Makes an app whose namespace `persisted` is kept, and whose namespace `mutable` has messages that change.
    ///
    /// @param capabilities one key for each
    /// @return the keys
    List<String> makeApp(String... capabilities) throws IOException, InterruptedException {
        JsonObject request = JsonParser.parseString("""
            {"keys": [],
             "namespaces": [{"id": "persisted", "persisted": true}, {"id": "mutable", "mutableMessages": true}],
             "limits": {"presence": {"maxMembers": 250}}}\
            """).getAsJsonObject();
        for (String capability : capabilities) {
            JsonObject key = new JsonObject();
            key.addProperty("capability", capability);
            request.getAsJsonArray("keys").add(key);
        }
        return makeApp(request);
    }

    /// Makes an app as it is described.
    ///
    /// @return the keys
    List<String> makeApp(JsonObject request) throws IOException, InterruptedException {
        return makeApp(http, uri("/apps"), request);
    }

    static List<String> makeApp(HttpClient http, URI apps, JsonObject request)
            throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(apps)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 201) {
            throw new IllegalStateException("POST /apps answered " + response.statusCode() + ": " + response.body());
        }
        JsonObject app = JsonParser.parseString(response.body()).getAsJsonObject();
        List<String> keys = new ArrayList<>();
        for (JsonElement key : app.getAsJsonArray("keys")) {
            keys.add(key.getAsJsonObject().get("keyStr").getAsString());
        }
        return keys;
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        node.close();
        try (Stream<Path> files = Files.walk(data)) {
            Path[] deepestFirst = files.sorted(Comparator.reverseOrder()).toArray(Path[]::new);
            for (Path file : Arrays.asList(deepestFirst)) {
                Files.delete(file);
            }
        }
    }
}
