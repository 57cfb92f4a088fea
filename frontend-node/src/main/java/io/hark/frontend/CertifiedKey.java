package io.hark.frontend;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Value: a certificate, those that vouch for it, and its private key.
///
/// @param chain the node's own certificate first
record CertifiedKey(List<X509Certificate> chain, PrivateKey key) {
    private static final byte[] SAMPLE = "to be signed".getBytes(StandardCharsets.US_ASCII);

    /// @param chain content of the file with the certificates
    /// @param key   content of the file with the key
    /// @throws UnusableCertificate when one of them cannot be read, or they do not belong together
    static CertifiedKey of(TlsConfig config, byte[] chain, byte[] key) throws UnusableCertificate {
        List<X509Certificate> certificates = certificates(config, chain);
        PublicKey certified = certificates.getFirst().getPublicKey();
        PrivateKey own;
        try {
            own = PemKey.read(new String(key, StandardCharsets.ISO_8859_1), certified.getAlgorithm());
        } catch (GeneralSecurityException e) {
            throw new UnusableCertificate("tls.key: %s %s".formatted(config.key(), e.getMessage()));
        }
        if (!belongTogether(own, certified)) {
            throw new UnusableCertificate(
                    "tls.key: %s is not the key of the first certificate in tls.chain: %s, which must be the node's own"
                            .formatted(config.key(), config.chain()));
        }
        return new CertifiedKey(certificates, own);
    }

    private static List<X509Certificate> certificates(TlsConfig config, byte[] chain) throws UnusableCertificate {
        try {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(chain))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                throw new UnusableCertificate("tls.chain: %s holds no certificate in PEM".formatted(config.chain()));
            }
            return certificates;
        } catch (CertificateException e) {
            throw new UnusableCertificate("tls.chain: %s holds something else than certificates in PEM: %s"
                    .formatted(config.chain(), e.getMessage()));
        }
    }

    private static boolean belongTogether(PrivateKey key, PublicKey certified) {
        Optional<String> algorithm = switch (certified.getAlgorithm()) {
            case "RSA" -> Optional.of("SHA256withRSA");
            case "EC" -> Optional.of("SHA256withECDSA");
            case "EdDSA" -> Optional.of("EdDSA");
            default -> Optional.empty();
        };
        if (algorithm.isEmpty()) {
            return true; // The handshake will tell.
        }
        try {
            Signature signing = Signature.getInstance(algorithm.get());
            signing.initSign(key);
            signing.update(SAMPLE);
            byte[] signed = signing.sign();
            Signature verifying = Signature.getInstance(algorithm.get());
            verifying.initVerify(certified);
            verifying.update(SAMPLE);
            return verifying.verify(signed);
        } catch (GeneralSecurityException doNotFit) {
            return false;
        }
    }

    /// When the first of the chain's certificates expires.
    Instant expires() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }
}
