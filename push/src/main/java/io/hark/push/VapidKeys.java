package io.hark.push;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/// Value: the pair of keys by which a push service knows an app (RFC 8292).
///
/// @param publicPoint uncompressed, 65 bytes
public record VapidKeys(ECPrivateKey privateKey, byte[] publicPoint) {
    /// As browsers want it: base64url of the point.
    public String publicText() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(publicPoint);
    }

    static VapidKeys generate() {
        KeyPair pair = WebPushCrypto.newKeyPair();
        return new VapidKeys((ECPrivateKey) pair.getPrivate(), WebPushCrypto.point((ECPublicKey) pair.getPublic()));
    }

    byte[] encode() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("private", privateKey.getEncoded());
        tree.put("public", publicPoint);
        return Trees.row(tree);
    }

    static VapidKeys decode(byte[] row) {
        Map<String, Object> tree = Trees.row(row);
        try {
            KeyFactory keys = KeyFactory.getInstance("EC");
            byte[] encoded = (byte[]) tree.get("private");
            return new VapidKeys(
                    (ECPrivateKey) keys.generatePrivate(new PKCS8EncodedKeySpec(encoded)), (byte[]) tree.get("public"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the app's key for web push cannot be read", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VapidKeys that && Arrays.equals(publicPoint, that.publicPoint);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(publicPoint);
    }

    @Override
    public String toString() {
        return "VapidKeys[" + publicText() + "]";
    }
}
