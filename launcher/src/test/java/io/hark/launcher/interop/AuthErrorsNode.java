package io.hark.launcher.interop;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Handle: a node behind what passes for a proxy with TLS, with apps that have all that can go wrong.
final class AuthErrorsNode implements AutoCloseable {
    private static final String SECRET = "secret-of-the-key";
    private static final String CONFIG = """
        data: %s
        secret: a secret that another node shares
        listen: {host: 127.0.0.1, port: 0}
        tls: {inFront: true}
        dev: %s
        apps:
          - id: app
            keys:
              - {id: key, secret: secret-of-the-key}
              - {id: narrow, secret: secret-of-the-key, capability: {a: [subscribe]}}
              - {id: revocable, secret: secret-of-the-key, revocableTokens: true}
              - {id: "off", secret: secret-of-the-key, enabled: false}
            namespaces:
              - {id: safe, tlsOnly: true}
              - {id: named, authenticated: true}
          - id: "off"
            enabled: false
            keys:
              - {id: key, secret: secret-of-the-key}
          - id: tls
            tlsOnly: true
            keys:
              - {id: key, secret: secret-of-the-key}
        """;

    private final Path dir;
    private final Node node;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private AuthErrorsNode(Path dir, Node node) {
        this.dir = dir;
        this.node = node;
    }

    static AuthErrorsNode start() throws IOException, InterruptedException {
        Path dir = Files.createTempDirectory("hark-auth");
        return new AuthErrorsNode(dir, start(dir, "node", false));
    }

    private static Node start(Path dir, String name, boolean dev) throws IOException, InterruptedException {
        Path config = dir.resolve(name + ".yaml");
        Files.writeString(config, CONFIG.formatted(dir.resolve(name), dev));
        return Node.start(NodeConfig.read(config, Map.of()));
    }

    HttpResponse<String> send(Call call) throws IOException, InterruptedException {
        return send(node, call);
    }

    private HttpResponse<String> send(Node to, Call call) throws IOException, InterruptedException {
        return call.send(http, to.port());
    }

    /// The lines of a stream, which ends with the test or the node.
    Stream<String> lines(Call call) throws IOException, InterruptedException {
        return http.send(call.to(node.port()), HttpResponse.BodyHandlers.ofLines())
                .body();
    }

    /// What a WebSocket is told first that is opened with the query.
    ///
    /// @param secure whether it comes over TLS as far as the node can tell
    JsonObject firstFrame(String query, boolean secure) throws InterruptedException {
        try (JsonSocket socket = new JsonSocket(http, node.port(), "v=6&" + query, secure)) {
            return socket.await(frame -> true);
        }
    }

    private String member(HttpResponse<String> response, String name) {
        return JsonParser.parseString(response.body())
                .getAsJsonObject()
                .get(name)
                .getAsString();
    }

    /// @param members of the token request, each with a comma before it
    String token(String keyName, String members) throws IOException, InterruptedException {
        return token(node, keyName + ':' + SECRET, members);
    }

    private String token(Node from, String key, String members) throws IOException, InterruptedException {
        String keyName = key.substring(0, key.indexOf(':'));
        String body = "{\"keyName\":\"%s\",\"timestamp\":%d%s}".formatted(keyName, System.currentTimeMillis(), members);
        return member(
                send(from, new Call("POST", "/keys/%s/requestToken".formatted(keyName), body).basic(key)), "token");
    }

    /// A token that another node with the same secret gave for an app that is not here.
    String tokenOfRemovedApp() throws IOException, InterruptedException {
        try (Node other = start(dir, "other", true)) {
            HttpResponse<String> made = send(other, new Call("POST", "/apps", "{\"keys\":[{}]}"));
            String key = JsonParser.parseString(made.body())
                    .getAsJsonObject()
                    .getAsJsonArray("keys")
                    .get(0)
                    .getAsJsonObject()
                    .get("keyStr")
                    .getAsString();
            return token(other, key, "");
        }
    }

    /// Waits out the millisecond in which tokens were issued, then revokes.
    void revoke(String keyName, String target) throws IOException, InterruptedException {
        long issued = System.currentTimeMillis();
        while (System.currentTimeMillis() == issued) {
            Thread.onSpinWait();
        }
        String path = "/keys/%s/revokeTokens".formatted(keyName);
        HttpResponse<String> response =
                send(new Call("POST", path, "{\"targets\":[\"%s\"]}".formatted(target)).basic(keyName + ':' + SECRET));
        if (!response.body().contains("\"successCount\":1")) {
            throw new IllegalStateException(response.body());
        }
    }

    /// A signed token request.
    String signed(String keyName, long timestamp, String nonce) throws GeneralSecurityException {
        String text = "%s\n\n\n\n%d\n%s\n".formatted(keyName, timestamp, nonce);
        return "{\"keyName\":\"%s\",\"timestamp\":%d,\"nonce\":\"%s\",\"mac\":\"%s\"}"
                .formatted(keyName, timestamp, nonce, Base64.getEncoder().encodeToString(hmac(text)));
    }

    /// A JWT that was issued so many seconds ago and lives for so many from then on.
    static String jwt(String keyName, long issuedSecondsAgo, long ttlSeconds, String claims)
            throws GeneralSecurityException {
        long issued = System.currentTimeMillis() / 1000 - issuedSecondsAgo;
        String input = base64Url(
                        "{\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted(keyName).getBytes(StandardCharsets.UTF_8))
                + '.'
                + base64Url("{\"iat\":%d,\"exp\":%d%s}"
                        .formatted(issued, issued + ttlSeconds, claims)
                        .getBytes(StandardCharsets.UTF_8));
        return input + '.' + base64Url(hmac(input));
    }

    private static byte[] hmac(String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// The time so many seconds ago, in milliseconds since the epoch.
    static long ago(long seconds) {
        return System.currentTimeMillis() - seconds * 1000;
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        node.close();
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
