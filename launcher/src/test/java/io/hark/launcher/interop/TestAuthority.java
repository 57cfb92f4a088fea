package io.hark.launcher.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Blocking: an authority that a test makes up, with the keytool of the JDK that runs it, and the certificates that it
/// issues.
final class TestAuthority {
    private static final String PASSWORD = "changeit";
    private static final String OWN = "authority";

    private final Path folder;
    private final Path store;

    TestAuthority(Path folder, String name) throws IOException, InterruptedException {
        this.folder = folder;
        this.store = folder.resolve(name + ".p12");
        generate(OWN, "RSA", "CN=" + name, "bc:c", List.of());
    }

    /// PEM files that a node is configured with.
    record Issued(Path chain, Path key) {}

    /// @param algorithm RSA, EC or Ed25519
    Issued issue(String alias, String algorithm) throws Exception {
        generate(alias, algorithm, "CN=" + alias, "san=dns:localhost,ip:127.0.0.1", List.of("-signer", OWN));
        Path chain = folder.resolve(alias + ".pem");
        Files.writeString(
                chain,
                pem("CERTIFICATE", keys().getCertificate(alias).getEncoded())
                        + pem("CERTIFICATE", keys().getCertificate(OWN).getEncoded()));
        return new Issued(chain, writeKey(alias));
    }

    /// Its own key in PEM, which nobody should have.
    Path key() throws IOException, GeneralSecurityException {
        return writeKey(OWN);
    }

    private Path writeKey(String alias) throws IOException, GeneralSecurityException {
        byte[] key = keys().getKey(alias, PASSWORD.toCharArray()).getEncoded();
        return Files.writeString(folder.resolve(alias + ".key"), pem("PRIVATE KEY", key));
    }

    /// Its own certificate in PEM, for clients to trust.
    Path certificate() throws IOException, GeneralSecurityException {
        return Files.writeString(
                folder.resolve("authority.pem"),
                pem("CERTIFICATE", keys().getCertificate(OWN).getEncoded()));
    }

    /// A keystore with its own certificate.
    Path trustStore() throws IOException, GeneralSecurityException {
        KeyStore trusted = trusted();
        Path file = folder.resolve("trusted.p12");
        try (var out = Files.newOutputStream(file)) {
            trusted.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    static String password() {
        return PASSWORD;
    }

    /// Trusts what it issues, and nothing else.
    SSLContext clientContext() throws IOException, GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private KeyStore trusted() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(OWN, keys().getCertificate(OWN));
        return trusted;
    }

    X509Certificate issued(String alias) throws IOException, GeneralSecurityException {
        Certificate certificate = keys().getCertificate(alias);
        return (X509Certificate) certificate;
    }

    private KeyStore keys() throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    private void generate(String alias, String algorithm, String name, String extension, List<String> more)
            throws IOException, InterruptedException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = new ArrayList<>(List.of(keytool, "-genkeypair", "-keyalg", algorithm, "-alias", alias));
        command.addAll(List.of("-dname", name, "-ext", extension, "-validity", "90"));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        command.addAll(more);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private static String pem(String kind, byte[] content) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind);
    }
}
