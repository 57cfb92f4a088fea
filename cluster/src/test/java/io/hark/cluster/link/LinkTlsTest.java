package io.hark.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.slot.PeerMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Certificates are made with the keytool of the JDK that runs the test.
class LinkTlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path folder;

    private static LinkTls ofA;
    private static LinkTls ofB;
    private static LinkTls ofStranger;

    @BeforeAll
    static void makeCertificates() throws Exception {
        Authority cluster = new Authority("cluster");
        ofA = cluster.issue("a", cluster);
        ofB = cluster.issue("b", cluster);
        // Trusts the cluster, but the cluster does not know its authority.
        ofStranger = new Authority("other").issue("stranger", cluster);
    }

    /// An authority and the nodes that it vouches for, in one keystore.
    private static final class Authority {
        private final Path store;
        private final Path certificate;

        Authority(String name) throws Exception {
            store = folder.resolve(name + ".p12");
            generate("authority", name, "bc:c");
            certificate = pem(
                    name + ".pem",
                    "CERTIFICATE",
                    keys().getCertificate("authority").getEncoded());
        }

        LinkTls issue(String node, Authority trusted) throws Exception {
            generate(node, node, "san=ip:127.0.0.1", "-signer", "authority");
            byte[] key = keys().getKey(node, PASSWORD.toCharArray()).getEncoded();
            return new LinkTls(
                    pem(node + ".key", "PRIVATE KEY", key),
                    pem(
                            node + ".crt",
                            "CERTIFICATE",
                            keys().getCertificate(node).getEncoded()),
                    trusted.certificate);
        }

        private KeyStore keys() throws IOException, GeneralSecurityException {
            return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        }

        private void generate(String alias, String name, String extension, String... more)
                throws IOException, InterruptedException {
            String keytool =
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
            List<String> command = new ArrayList<>(List.of(keytool, "-genkeypair", "-keyalg", "EC", "-alias", alias));
            command.addAll(List.of("-dname", "CN=" + name, "-ext", extension));
            command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
            command.addAll(List.of(more));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
        }
    }

    private static Path pem(String file, String kind, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                folder.resolve(file), "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind));
    }

    private static TestNode start(String id, Optional<LinkTls> tls) {
        return TestNode.start(id, "eu", TestNode.SECRET, tls, TestNode.LIMITS);
    }

    @Test
    void nodesWithCertificatesOfTheAuthorityLink() {
        try (TestNode a = start("a", Optional.of(ofA));
                TestNode b = start("b", Optional.of(ofB))) {
            TestNode.link(a, "a", b, "b");

            a.send("b", new PeerMessage.Credit(1, 2));
            b.send("a", new PeerMessage.Credit(3, 4));

            assertThat(b.awaitMessages("a", 1)).containsExactly(new PeerMessage.Credit(1, 2));
            assertThat(a.awaitMessages("b", 1)).containsExactly(new PeerMessage.Credit(3, 4));
        }
    }

    @Test
    void aNodeWithoutACertificateIsRefused() {
        try (TestNode a = start("a", Optional.empty());
                TestNode b = start("b", Optional.of(ofB))) {
            assertRefused(a, b);
        }
    }

    @Test
    void aNodeWithACertificateOfAnotherAuthorityIsRefused() {
        try (TestNode a = start("a", Optional.of(ofStranger));
                TestNode b = start("b", Optional.of(ofB))) {
            assertRefused(a, b);
        }
    }

    @Test
    void aNodeThatIsDialledWithACertificateOfAnotherAuthorityIsRefused() {
        try (TestNode a = start("a", Optional.of(ofA));
                TestNode b = start("b", Optional.of(ofStranger))) {
            assertRefused(a, b);
        }
    }

    private static void assertRefused(TestNode a, TestNode b) {
        b.knows("a", a.address());
        a.knows("b", b.address());
        TestNode.eventually("a refusal", () -> a.peers().lastFailure("b").startsWith("UNAVAILABLE"));
        assertThat(a.events()).isEmpty();
        assertThat(b.events()).isEmpty();
    }
}
