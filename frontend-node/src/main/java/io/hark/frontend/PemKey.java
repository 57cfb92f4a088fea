package io.hark.frontend;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads private keys from PEM text, in each of the forms that tools write: PKCS#8, and the older ones of RSA and of
/// elliptic curves, which the JDK does not read by itself.
final class PemKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);

    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xa0;
    private static final byte[] VERSION_0 = {INTEGER, 1, 0};

    /// 1.2.840.113549.1.1.1 without parameters.
    private static final byte[] RSA = {
        0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    /// 1.2.840.10045.2.1; the curve comes after it.
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private PemKey() {}

    /// @param algorithm that of the certificate's key
    /// @throws GeneralSecurityException says what the text holds instead
    static PrivateKey read(String pem, String algorithm) throws GeneralSecurityException {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw new GeneralSecurityException("holds no private key in PEM");
        }
        if (block.group(1).startsWith("ENCRYPTED") || block.group(2).contains("ENCRYPTED")) {
            throw new GeneralSecurityException(
                    "holds an encrypted key, and the node has no passphrase: decrypt it (openssl pkey)");
        }
        byte[] der = decoded(block.group(2));
        byte[] pkcs8 = switch (block.group(1)) {
            case "PRIVATE KEY" -> der;
            case "RSA PRIVATE KEY" -> pkcs8(RSA, der);
            case "EC PRIVATE KEY" -> pkcs8(concat(EC, curve(der)), der);
            default ->
                throw new GeneralSecurityException(
                        "holds a key of the form '%s': convert it (openssl pkcs8 -topk8)".formatted(block.group(1)));
        };
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException(
                    "holds no key for a certificate with a key of kind %s: %s".formatted(algorithm, e.getMessage()), e);
        }
    }

    private static byte[] decoded(String base64) throws GeneralSecurityException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("holds a key that is not base64: " + e.getMessage(), e);
        }
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, concat(VERSION_0, element(SEQUENCE, algorithm), element(OCTETS, key)));
    }

    /// The curve of a key in SEC 1: a sequence of version, key and, marked, the curve.
    private static byte[] curve(byte[] sec1) throws GeneralSecurityException {
        try {
            byte[] fields = content(sec1, 0);
            for (int at = 0; at < fields.length; at = end(fields, at)) {
                if ((fields[at] & 0xff) == PARAMETERS) {
                    return content(fields, at);
                }
            }
        } catch (IndexOutOfBoundsException | NegativeArraySizeException | IllegalArgumentException e) {
            throw new GeneralSecurityException("holds a key that breaks off", e);
        }
        throw new GeneralSecurityException(
                "holds a key that does not name its curve: convert it (openssl pkcs8 -topk8)");
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 4);
        out.write(tag);
        if (content.length >= 0x100) {
            out.write(0x82);
            out.write(content.length >> 8);
        } else if (content.length >= 0x80) {
            out.write(0x81);
        }
        out.write(content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] content(byte[] der, int at) {
        return Arrays.copyOfRange(der, start(der, at), end(der, at));
    }

    private static int start(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return first < 0x80 ? at + 2 : at + 2 + first - 0x80;
    }

    private static int end(byte[] der, int at) {
        int start = start(der, at);
        int length = der[at + 1] & 0xff;
        if (length >= 0x80) {
            length = 0;
            for (int i = at + 2; i < start; i++) {
                length = length << 8 | der[i] & 0xff;
            }
        }
        if (length < 0 || start + length < start || start + length > der.length) {
            throw new IndexOutOfBoundsException();
        }
        return start + length;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
