package io.hark.launcher.interop;

import static io.hark.launcher.interop.Awaiting.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ably.lib.realtime.AblyRealtime;
import io.ably.lib.realtime.ChannelState;
import io.ably.lib.realtime.ConnectionState;
import io.ably.lib.types.ClientOptions;
import io.hark.launcher.ConfigException;
import io.hark.launcher.Node;
import io.hark.launcher.NodeConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node that speaks TLS itself, with certificates of an authority that the clients were told to trust.
class TlsInteropTest {
    private static final String KEY = "app.key:a-secret-of-16-chars";
    private static final int MINUTES_MAX = 2;

    @TempDir
    static Path certificates;

    @TempDir
    Path dir;

    private static TestAuthority authority;
    private static TestAuthority.Issued first;
    private static TestAuthority.Issued second;

    private Node node;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(certificates, "authority");
        first = authority.issue("first", "RSA");
        second = authority.issue("second", "EC");
    }

    @AfterEach
    void stop() {
        if (node != null) {
            node.close();
        }
    }

    private void start(TestAuthority.Issued issued) throws Exception {
        use(issued);
        node = Node.start(config(dir.resolve("node.pem"), dir.resolve("node.key")));
    }

    private NodeConfig config(Path chain, Path key) throws IOException {
        Path config = dir.resolve("hark.yaml");
        Files.write(
                config,
                List.of(
                        "data: " + dir.resolve("data"),
                        "listen: {host: 127.0.0.1, port: 0}",
                        "drainTimeout: 0s",
                        "tls: {port: 0, chain: %s, key: %s, checkEvery: 100ms}".formatted(chain, key),
                        "apps:",
                        "  - {id: app, keys: [{id: key, secret: a-secret-of-16-chars, capability: {'*': ['*']}}]}"));
        return NodeConfig.read(config, Map.of());
    }

    /// Puts the files where the node looks, one after the other.
    private void use(TestAuthority.Issued issued) throws IOException {
        replace(issued.chain(), dir.resolve("node.pem"));
        replace(issued.key(), dir.resolve("node.key"));
    }

    private static void replace(Path from, Path to) throws IOException {
        Path beside = to.resolveSibling(to.getFileName() + ".new");
        Files.copy(from, beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// What a client is shown that connects now.
    private Certificate shown() throws Exception {
        try (SSLSocket socket =
                (SSLSocket) authority.clientContext().getSocketFactory().createSocket("localhost", tlsPort())) {
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    private int tlsPort() {
        return node.tlsPort().orElseThrow();
    }

    @Test
    void theJavaScriptSdkWorksOverTlsAndThroughAChangeOfTheCertificate() throws Exception {
        start(first);
        Process sdk = JsProject.ready()
                .node(
                        List.of("lib/tls.mjs", KEY, Integer.toString(tlsPort()), Integer.toString(node.port())),
                        Map.of("NODE_EXTRA_CA_CERTS", authority.certificate().toString()),
                        MINUTES_MAX);
        BufferedReader story = sdk.inputReader();
        StringBuilder before = new StringBuilder();
        String line = story.readLine();
        while (line != null && !line.equals("up")) {
            before.append(line).append('\n');
            line = story.readLine();
        }
        if (line != null) {
            use(second);
            eventually("the new certificate is shown", () -> shown().equals(authority.issued("second")));
            try (PrintWriter toSdk = new PrintWriter(sdk.outputWriter(), true)) {
                toSdk.println("changed");
            }
        }
        String rest = story.lines().collect(Collectors.joining("\n"));
        assertThat(sdk.waitFor()).as("what the SDK saw: %s%s", before, rest).isZero();
        assertThat(line).isEqualTo("up");
    }

    @Test
    void theJavaSdkWorksOverTls() throws Exception {
        start(first);
        System.setProperty("javax.net.ssl.trustStore", authority.trustStore().toString());
        System.setProperty("javax.net.ssl.trustStorePassword", TestAuthority.password());
        try {
            for (boolean binary : new boolean[] {false, true}) {
                ClientOptions options = new ClientOptions(KEY);
                options.restHost = "localhost";
                options.realtimeHost = "localhost";
                options.tlsPort = tlsPort();
                options.useBinaryProtocol = binary;
                try (AblyRealtime client = new AblyRealtime(options)) {
                    JavaClients.awaitState(client.connection, ConnectionState.connected);
                    List<Object> received = new CopyOnWriteArrayList<>();
                    client.channels.get("room").subscribe(message -> received.add(message.data));
                    eventually("attached", () -> client.channels.get("room").state == ChannelState.attached);
                    client.channels.get("room").publish("event", "hello");
                    eventually("the message", () -> received.contains("hello"));
                }
            }
        } finally {
            System.clearProperty("javax.net.ssl.trustStore");
            System.clearProperty("javax.net.ssl.trustStorePassword");
        }
    }

    @Test
    void everyKindOfCertificateIsShownOnceItIsThere() throws Exception {
        start(first);
        assertThat(shown()).isEqualTo(authority.issued("first"));
        use(second);
        eventually("another kind is shown", () -> shown().equals(authority.issued("second")));
        use(authority.issue("third", "Ed25519"));
        eventually("a third kind is shown", () -> shown().equals(authority.issued("third")));
        use(first);
        eventually("the first is shown again", () -> shown().equals(authority.issued("first")));
        assertThat(page("/metrics"))
                .contains("\nhark_tls_expires_timestamp_seconds ")
                .contains("\nhark_connections 0.0\n");
    }

    @Test
    void filesThatCannotBeUsedLeaveTheCertificateThatWasThere() throws Exception {
        start(first);
        Files.writeString(dir.resolve("node.pem"), "half a certifi");
        assertThat(shown()).isEqualTo(authority.issued("first"));
        replace(second.chain(), dir.resolve("node.pem"));
        assertThat(shown()).isEqualTo(authority.issued("first"));
        Files.delete(dir.resolve("node.key"));
        assertThat(shown()).isEqualTo(authority.issued("first"));

        use(second);
        eventually("the new certificate is shown", () -> shown().equals(authority.issued("second")));
    }

    @Test
    void aNodeThatCannotUseItsFilesDoesNotStartAndSaysWhy() throws Exception {
        Path missing = dir.resolve("missing.pem");
        Path garbage = Files.writeString(dir.resolve("garbage.pem"), "garbage");
        Path huge = Files.write(dir.resolve("huge.pem"), new byte[(1 << 20) + 1]);

        assertRefused(missing, first.key(), "tls.chain", missing);
        assertRefused(first.chain(), missing, "tls.key", missing);
        assertRefused(garbage, first.key(), "tls.chain", garbage);
        assertRefused(first.chain(), garbage, "tls.key", garbage);
        assertRefused(huge, first.key(), "tls.chain", huge);
        assertRefused(first.chain(), first.chain(), "tls.key", first.chain());
        assertRefused(first.chain(), second.key(), "tls.key", second.key());
        assertRefused(first.chain(), authority.key(), "tls.key", authority.key());
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> NodeConfig.read(
                        Files.writeString(dir.resolve("half.yaml"), "tls: {chain: " + first.chain() + "}"), Map.of()))
                .withMessageContaining("tls.key");
    }

    private void assertRefused(Path chain, Path key, String setting, Path file) throws IOException {
        NodeConfig config = config(chain, key);
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> Node.start(config))
                .withMessageContaining(setting)
                .withMessageContaining(file.toString());
    }

    @Test
    void anApiKeyIsTakenOverTlsAndRefusedWithout() throws Exception {
        start(first);
        try (HttpClient http =
                HttpClient.newBuilder().sslContext(authority.clientContext()).build()) {
            assertThat(status(http, "https://localhost:" + tlsPort())).isEqualTo(200);
            assertThat(status(http, "http://localhost:" + node.port())).isEqualTo(401);
        }
    }

    private static int status(HttpClient http, String origin) throws IOException, InterruptedException {
        String credentials = Base64.getEncoder().encodeToString(KEY.getBytes(StandardCharsets.US_ASCII));
        return http.send(
                        HttpRequest.newBuilder(URI.create(origin + "/channels/room/messages"))
                                .version(HttpClient.Version.HTTP_1_1)
                                .header("authorization", "Basic " + credentials)
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void whoeverSpeaksNoTlsToThePortOfTlsIsCutOffAndNobodyElseIs() throws Exception {
        start(first);
        try (Socket socket = new Socket("localhost", tlsPort())) {
            socket.getOutputStream()
                    .write("GET /time HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(20_000);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).doesNotContain("HTTP/1.1");
        }
        assertThat(shown()).isEqualTo(authority.issued("first"));
    }

    private String page(String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + node.port() + path))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
