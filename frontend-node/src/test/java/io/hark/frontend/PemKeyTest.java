package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemKeyTest {
    private static final String NOT_A_KEY = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    @ParameterizedTest
    @CsvSource({"RSA, RSA, 2048", "EC, EC, 256", "EC, EC, 384", "Ed25519, EdDSA, 255"})
    void aKeyInPkcs8IsRead(String generator, String algorithm, int size) throws GeneralSecurityException {
        PrivateKey key = generate(generator, size);

        assertThat(PemKey.read(pem("PRIVATE KEY", key.getEncoded()), algorithm)).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(ints = {1024, 2048, 4096})
    void anRsaKeyInItsOldFormIsRead(int size) throws GeneralSecurityException {
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) generate("RSA", size);
        byte[] pkcs1 = sequence(
                integer(BigInteger.ZERO),
                integer(key.getModulus()),
                integer(key.getPublicExponent()),
                integer(key.getPrivateExponent()),
                integer(key.getPrimeP()),
                integer(key.getPrimeQ()),
                integer(key.getPrimeExponentP()),
                integer(key.getPrimeExponentQ()),
                integer(key.getCrtCoefficient()));

        assertThat(PemKey.read(pem("RSA PRIVATE KEY", pkcs1), "RSA")).isEqualTo(key);
    }

    @Test
    void anEllipticKeyInItsOldFormIsReadAfterItsParameters() throws GeneralSecurityException {
        ECPrivateKey key = (ECPrivateKey) generate("EC", 256);
        byte[] curve = {0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x03, 0x01, 0x07};
        byte[] sec1 = sequence(integer(BigInteger.ONE), element(0x04, fixed(key.getS(), 32)), element(0xa0, curve));
        String file = pem("EC PARAMETERS", curve) + pem("EC PRIVATE KEY", sec1);

        ECPrivateKey read = (ECPrivateKey) PemKey.read(file, "EC");
        assertThat(read.getS()).isEqualTo(key.getS());
        assertThat(read.getParams().getCurve()).isEqualTo(key.getParams().getCurve());
        assertThatExceptionOfType(GeneralSecurityException.class)
                .isThrownBy(() -> PemKey.read(
                        pem("EC PRIVATE KEY", sequence(integer(BigInteger.ONE), element(0x04, new byte[32]))), "EC"))
                .withMessageContaining("does not name its curve");
        for (int length = 0; length < sec1.length; length++) {
            byte[] part = Arrays.copyOf(sec1, length);
            assertThatExceptionOfType(GeneralSecurityException.class)
                    .isThrownBy(() -> PemKey.read(pem("EC PRIVATE KEY", part), "EC"));
        }
    }

    @Test
    void whatIsNoKeyThatCanBeReadIsSaid() throws GeneralSecurityException {
        String rsa = pem("PRIVATE KEY", generate("RSA", 1024).getEncoded());

        assertRefused("", "no private key");
        assertRefused(NOT_A_KEY, "no private key");
        assertRefused("-----BEGIN PRIVATE KEY-----\nAAAA", "no private key");
        assertRefused(pem("ENCRYPTED PRIVATE KEY", new byte[40]), "encrypted");
        assertRefused(
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
                "encrypted");
        assertRefused(pem("DSA PRIVATE KEY", new byte[40]), "DSA PRIVATE KEY");
        assertRefused(pem("PRIVATE KEY", new byte[40]), "kind EC");
        assertRefused(rsa, "kind EC");
    }

    private static void assertRefused(String pem, String because) {
        assertThatExceptionOfType(GeneralSecurityException.class)
                .isThrownBy(() -> PemKey.read(pem, "EC"))
                .withMessageContaining(because);
    }

    private static PrivateKey generate(String algorithm, int size) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(size);
        return generator.generateKeyPair().getPrivate();
    }

    private static String pem(String label, byte[] content) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, text, label);
    }

    private static byte[] integer(BigInteger value) {
        return element(0x02, value.toByteArray());
    }

    private static byte[] fixed(BigInteger value, int length) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[length];
        int from = Math.max(0, bytes.length - length);
        System.arraycopy(bytes, from, fixed, length - (bytes.length - from), bytes.length - from);
        return fixed;
    }

    private static byte[] sequence(byte[]... elements) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] element : elements) {
            out.writeBytes(element);
        }
        return element(0x30, out.toByteArray());
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
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
}
