package io.hark.launcher;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/// Handle: random ids and secrets. Any thread.
final class Randomness {
    private static final int ID_BYTES = 9;
    private static final int SECRET_BYTES = 32;

    private final SecureRandom random = new SecureRandom();

    SecureRandom source() {
        return random;
    }

    /// Twelve URL-safe characters without a colon.
    String id() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
