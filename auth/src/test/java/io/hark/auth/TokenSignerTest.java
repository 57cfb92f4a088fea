package io.hark.auth;

import static io.hark.auth.Fixtures.NOW;
import static io.hark.auth.Fixtures.SIGNER;
import static io.hark.auth.Fixtures.assertError;
import static io.hark.auth.Fixtures.capability;
import static io.hark.auth.Fixtures.error;
import static io.hark.auth.Fixtures.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenSignerTest {
    private static final TokenClaims CLAIMS = new TokenClaims(
            new KeyName("I2E_-Q", "OqUdfg"),
            NOW,
            NOW.plusMillis(1),
            Optional.of("a client, ünïcode"),
            Optional.of(capability("{\"é:*\":[\"publish\"]}")));

    @Test
    void aTokenReadsBackAsItWasSigned() {
        assertThat(value(SIGNER.verify(SIGNER.sign(CLAIMS)))).isEqualTo(CLAIMS);
        var bare = new TokenClaims(CLAIMS.key(), NOW, NOW, Optional.empty(), Optional.empty());
        assertThat(value(SIGNER.verify(SIGNER.sign(bare)))).isEqualTo(bare);
    }

    @Test
    void aTokenLooksLikeNeitherAKeyNorAJwt() {
        assertThat(SIGNER.sign(CLAIMS)).matches("I2E_-Q\\.[A-Za-z0-9_-]+");
        assertThat(Jwt.looksLikeOne(SIGNER.sign(CLAIMS))).isFalse();
    }

    @Test
    void aTokenInWhichAnyCharacterWasChangedIsInvalid() {
        String token = SIGNER.sign(CLAIMS);
        for (int i = 0; i < token.length(); i++) {
            for (char other : new char[] {'A', 'B', 'z', '0', '-', '_'}) {
                String tampered = token.substring(0, i) + other + token.substring(i + 1);
                if (!tampered.equals(token) && token.charAt(i) != '.') {
                    assertError(error(SIGNER.verify(tampered)), 401, 40145);
                }
            }
        }
    }

    @Test
    void aTokenThatWasCutOrExtendedIsInvalid() {
        String token = SIGNER.sign(CLAIMS);
        for (int length = token.indexOf('.') + 2; length < token.length(); length++) {
            assertError(error(SIGNER.verify(token.substring(0, length))), 401, 40145);
        }
        assertError(error(SIGNER.verify(token + "A")), 401, 40145);
    }

    @Test
    void aTokenOfAnotherSecretIsInvalid() {
        var other = new TokenSigner(TokenSecret.generate(new SecureRandom()));
        assertError(error(SIGNER.verify(other.sign(CLAIMS))), 401, 40145);
    }
}
