package io.hark.push;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Encrypts for browsers (RFC 8291: ECDH on P-256, HKDF, and the content coding aes128gcm of RFC 8188),
/// by nothing but the JDK's own algorithms.
final class WebPushCrypto {
    /// Of the plain text: a push service need not take a body of more than 4,096 bytes (RFC 8030).
    static final int PLAIN_BYTES_MAX = 3_993;

    private static final int POINT_BYTES = 65;
    private static final int COORDINATE_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final int RECORD_SIZE = 4_096;
    private static final byte UNCOMPRESSED = 4;
    private static final byte LAST_RECORD = 2;

    private WebPushCrypto() {}

    static KeyPair newKeyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /// The key's point, uncompressed.
    static byte[] point(ECPublicKey key) {
        ByteBuffer out = ByteBuffer.allocate(POINT_BYTES).put(UNCOMPRESSED);
        coordinate(out, key.getW().getAffineX());
        coordinate(out, key.getW().getAffineY());
        return out.array();
    }

    private static void coordinate(ByteBuffer out, BigInteger value) {
        byte[] bytes = value.toByteArray();
        int from = Math.max(0, bytes.length - COORDINATE_BYTES);
        for (int pad = bytes.length - from; pad < COORDINATE_BYTES; pad++) {
            out.put((byte) 0);
        }
        out.put(bytes, from, bytes.length - from);
    }

    /// @throws GeneralSecurityException for bytes that are no point of the curve: a client may have
    ///                                  chosen them so that what is agreed on tells of our key
    static ECPublicKey publicKey(byte[] point) throws GeneralSecurityException {
        if (point.length != POINT_BYTES || point[0] != UNCOMPRESSED) {
            throw new GeneralSecurityException("p256dh is no uncompressed point of P-256");
        }
        BigInteger x = new BigInteger(1, point, 1, COORDINATE_BYTES);
        BigInteger y = new BigInteger(1, point, 1 + COORDINATE_BYTES, COORDINATE_BYTES);
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        ECParameterSpec curve = parameters.getParameterSpec(ECParameterSpec.class);
        BigInteger prime = ((ECFieldFp) curve.getCurve().getField()).getP();
        BigInteger right = x.pow(3)
                .add(curve.getCurve().getA().multiply(x))
                .add(curve.getCurve().getB())
                .mod(prime);
        if (x.compareTo(prime) >= 0
                || y.compareTo(prime) >= 0
                || !y.multiply(y).mod(prime).equals(right)) {
            throw new GeneralSecurityException("p256dh is no point of P-256");
        }
        return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), curve));
    }

    /// @param receiver the browser's key (p256dh)
    /// @param auth     the browser's secret
    /// @param own      a pair that is used once
    /// @param salt     16 random bytes
    /// @return the body of the request to the push service
    static byte[] encrypt(byte[] plain, byte[] receiver, byte[] auth, KeyPair own, byte[] salt)
            throws GeneralSecurityException {
        byte[] ownPoint = point((ECPublicKey) own.getPublic());
        byte[] shared = agreed(own.getPrivate(), publicKey(receiver));
        byte[] info = ByteBuffer.allocate(14 + 2 * POINT_BYTES)
                .put("WebPush: info\0".getBytes(StandardCharsets.US_ASCII))
                .put(receiver)
                .put(ownPoint)
                .array();
        byte[] secret = derive(shared, auth, info, 32);
        byte[] key = derive(secret, salt, ascii("Content-Encoding: aes128gcm\0"), 16);
        byte[] nonce = derive(secret, salt, ascii("Content-Encoding: nonce\0"), 12);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        byte[] padded = ByteBuffer.allocate(plain.length + 1)
                .put(plain)
                .put(LAST_RECORD)
                .array();
        byte[] encrypted = cipher.doFinal(padded);
        return ByteBuffer.allocate(SALT_BYTES + Integer.BYTES + 1 + POINT_BYTES + encrypted.length)
                .put(salt)
                .putInt(RECORD_SIZE)
                .put((byte) POINT_BYTES)
                .put(ownPoint)
                .put(encrypted)
                .array();
    }

    private static byte[] agreed(PrivateKey own, ECPublicKey other) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(own);
        agreement.doPhase(other, true);
        return agreement.generateSecret();
    }

    private static byte[] derive(byte[] material, byte[] salt, byte[] info, int length)
            throws GeneralSecurityException {
        return KDF.getInstance("HKDF-SHA256")
                .deriveData(HKDFParameterSpec.ofExtract()
                        .addIKM(material)
                        .addSalt(salt)
                        .thenExpand(info, length));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
