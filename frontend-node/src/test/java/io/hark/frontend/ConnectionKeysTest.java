package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.Grant;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionKeysTest {
    private static final ConnectionKey KEY =
            new ConnectionKey("conn-1", 3, 2, "app", Grant.Kind.TOKEN, Optional.of("ann/é"));

    private final ConnectionKeys keys = keys("a secret of some length");

    @Test
    void aKeySaysWhatWasPutIntoIt() {
        ConnectionKey anonymous = new ConnectionKey("c", 0, 0, "app", Grant.Kind.BASIC, Optional.empty());

        assertThat(keys.decode(keys.encode(KEY))).contains(KEY);
        assertThat(keys.decode(keys.encode(anonymous))).contains(anonymous);
    }

    @Test
    void aKeyCanStandInAUrl() {
        assertThat(keys.encode(KEY)).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void aKeyOfAnotherTransportIsAnotherKey() {
        assertThat(keys.encode(KEY.resumed(4, KEY.kind()))).isNotEqualTo(keys.encode(KEY));
    }

    @Test
    void aKeyWithAnyBitChangedIsMalformed() {
        byte[] bytes = Base64.getUrlDecoder().decode(keys.encode(KEY));
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(keys.decode(Base64.getUrlEncoder().withoutPadding().encodeToString(changed)))
                    .as("bit %d", bit)
                    .isEmpty();
        }
    }

    @Test
    void aKeyOfAnotherDeploymentIsMalformed() {
        assertThat(keys.decode(keys("another secret of some length").encode(KEY)))
                .isEmpty();
    }

    @Test
    void whateverIsNoKeyIsMalformed() {
        String key = keys.encode(KEY);

        assertThat(keys.decode("")).isEmpty();
        assertThat(keys.decode("_____!ablyjs_test_fake-key____")).isEmpty();
        assertThat(keys.decode("0123456789abcdef-99")).isEmpty();
        assertThat(keys.decode(key.substring(0, key.length() - 4))).isEmpty();
        assertThat(keys.decode(key + "AAAA")).isEmpty();
        assertThat(keys.decode("A".repeat(100_000))).isEmpty();
        assertThat(keys.decode("\ud83d\ude00")).isEmpty();
    }

    private static ConnectionKeys keys(String secret) {
        return new ConnectionKeys(secret.getBytes(StandardCharsets.UTF_8));
    }
}
