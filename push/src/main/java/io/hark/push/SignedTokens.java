package io.hark.push;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;

/// JWTs as push services want them from those who send.
final class SignedTokens {
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private SignedTokens() {}

    /// @param key of P-256
    static String es256(Map<String, Object> header, Map<String, Object> claims, PrivateKey key)
            throws GeneralSecurityException {
        return signed("SHA256withECDSAinP1363Format", header, claims, key);
    }

    /// @param key of RSA
    static String rs256(Map<String, Object> header, Map<String, Object> claims, PrivateKey key)
            throws GeneralSecurityException {
        return signed("SHA256withRSA", header, claims, key);
    }

    private static String signed(
            String algorithm, Map<String, Object> header, Map<String, Object> claims, PrivateKey key)
            throws GeneralSecurityException {
        String content = part(header) + '.' + part(claims);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(content.getBytes(StandardCharsets.US_ASCII));
        return content + '.' + TEXT.encodeToString(signature.sign());
    }

    private static String part(Map<String, Object> tree) {
        return TEXT.encodeToString(Trees.json(tree).getBytes(StandardCharsets.UTF_8));
    }
}
