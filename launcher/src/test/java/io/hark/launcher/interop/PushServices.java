package io.hark.launcher.interop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Handle: stands for the services that bring notifications to devices, which are others' and are not to
/// be had here: it keeps what it is sent, and answers as it is told to.
final class PushServices implements AutoCloseable {
    static final String ACCESS_TOKEN = "an-access-token";

    private final HttpServer server;
    final KeyPair account;
    final KeyPair apple;
    final List<Request> requests = new CopyOnWriteArrayList<>();

    /// What is answered at a path instead of 200.
    final Map<String, Answer> answers = new ConcurrentHashMap<>();

    record Request(String path, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    record Answer(int status, String body) {}

    PushServices() throws IOException, GeneralSecurityException {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        account = rsa.generateKeyPair();
        KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
        curve.initialize(new ECGenParameterSpec("secp256r1"));
        apple = curve.generateKeyPair();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    private void serve(HttpExchange exchange) throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        String path = exchange.getRequestURI().getPath();
        requests.add(new Request(path, headers, exchange.getRequestBody().readAllBytes()));
        Answer answer = answers.getOrDefault(
                path,
                new Answer(
                        200,
                        path.equals("/token")
                                ? "{\"access_token\":\"%s\",\"expires_in\":3600}".formatted(ACCESS_TOKEN)
                                : "{}"));
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    List<Request> at(String path) {
        return requests.stream().filter(request -> request.path().equals(path)).toList();
    }

    /// Writes the keys into the folder, and says where they are as a node is configured.
    String configuration(Path dir) throws IOException {
        Path accountFile = Files.writeString(
                dir.resolve("account.json"), """
                    {"project_id": "project", "client_email": "hark@example.com", "token_uri": "%s/token",
                     "private_key": "%s"}\
                    """.formatted(url(), pem(account).replace("\n", "\\n")));
        Path keyFile = Files.writeString(dir.resolve("key.p8"), pem(apple));
        return """
            push:
              credentials:
                - fcm: {serviceAccount: %s, endpoint: "%s"}
                  apns: {key: %s, keyId: KEY, teamId: TEAM, topic: com.example.app, endpoint: "%s"}
            """.formatted(accountFile, url(), keyFile, url());
    }

    private static String pem(KeyPair pair) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(pair.getPrivate().getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
