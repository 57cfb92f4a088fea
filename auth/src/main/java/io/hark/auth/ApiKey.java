package io.hark.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;

/// Value: an app's credential, and the key with which its token requests and JWTs are signed.
///
/// @param revocableTokens whether tokens of this key can be revoked; their lifetime is then one hour at most
/// @param enabled         false once the key is revoked, and with it its tokens
public record ApiKey(
        String appId, String keyId, String secret, Capability capability, boolean revocableTokens, boolean enabled) {
    private static final Duration TOKEN_TTL_MAX = Duration.ofHours(24);

    /// How long a token can live that can be revoked.
    public static final Duration REVOCABLE_TOKEN_TTL_MAX = Duration.ofHours(1);

    public ApiKey {
        KeyName name = new KeyName(appId, keyId);
        if (secret.isEmpty()) {
            throw new IllegalArgumentException("key %s needs a secret".formatted(name));
        }
    }

    /// The public part: `appId.keyId`.
    public String name() {
        return keyName().toString();
    }

    KeyName keyName() {
        return new KeyName(appId, keyId);
    }

    /// The full key as clients are given it. A secret.
    public String text() {
        return name() + ":" + secret;
    }

    /// The longest that a token of this key may live; asking for more is refused with 40003.
    Duration tokenTtlMax() {
        return revocableTokens ? REVOCABLE_TOKEN_TTL_MAX : TOKEN_TTL_MAX;
    }

    /// Takes as long for a wrong guess as for a near miss.
    boolean hasSecret(String guess) {
        return MessageDigest.isEqual(secret.getBytes(StandardCharsets.UTF_8), guess.getBytes(StandardCharsets.UTF_8));
    }

    /// Without the secret, so that it can be logged.
    @Override
    public String toString() {
        return "ApiKey[" + name() + ", " + capability + (enabled ? "" : ", revoked") + "]";
    }
}
