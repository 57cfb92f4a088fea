package io.hark.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/// Encryption for browsers, as RFC 8291 shows it.
class WebPushCryptoTest {
    private static byte[] bytes(String base64) {
        return Base64.getUrlDecoder().decode(base64);
    }

    /// The pair with that scalar and that point.
    private static KeyPair pair(String scalar, String point) throws GeneralSecurityException {
        ECPublicKey publicKey = WebPushCrypto.publicKey(bytes(point));
        return new KeyPair(
                publicKey,
                KeyFactory.getInstance("EC")
                        .generatePrivate(
                                new ECPrivateKeySpec(new BigInteger(1, bytes(scalar)), publicKey.getParams())));
    }

    @Test
    void theExampleOfTheRfcIsEncryptedAsItSays() throws GeneralSecurityException {
        byte[] encrypted = WebPushCrypto.encrypt(
                "When I grow up, I want to be a watermelon".getBytes(StandardCharsets.US_ASCII),
                bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
                bytes("BTBZMqHH6r4Tts7J_aSIgg"),
                pair(
                        "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
                        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"),
                bytes("DGv6ra1nlYgDCS1FRnbzlw"));

        assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(encrypted))
                .isEqualTo(
                        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
                                + "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
                                + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
    }

    @Test
    void aPointThatIsNotOfTheCurveIsRefused() {
        byte[] point =
                WebPushCrypto.point((ECPublicKey) WebPushCrypto.newKeyPair().getPublic());
        point[64] ^= 1;

        assertThatThrownBy(() -> WebPushCrypto.publicKey(point)).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> WebPushCrypto.publicKey(new byte[65])).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> WebPushCrypto.publicKey(new byte[3])).isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void keysAreReadAsTheyWereWritten() {
        for (int time = 0; time < 50; time++) {
            VapidKeys keys = VapidKeys.generate();

            assertThat(VapidKeys.decode(keys.encode())).isEqualTo(keys);
            assertThat(bytes(keys.publicText())).hasSize(65);
        }
    }
}
