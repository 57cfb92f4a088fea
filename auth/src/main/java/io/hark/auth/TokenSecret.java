package io.hark.auth;

import java.security.SecureRandom;

/// Value: what a node signs its tokens with. The same on all nodes; a new one makes all tokens out there
/// invalid.
public final class TokenSecret {
    public static final int LENGTH = 32;

    private final byte[] bytes;

    /// @param bytes [#LENGTH] of them, from a cryptographic source
    public TokenSecret(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException(
                    "a token secret has %d bytes, was given %d".formatted(LENGTH, bytes.length));
        }
        this.bytes = bytes.clone();
    }

    public static TokenSecret generate(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new TokenSecret(bytes);
    }

    /// To be stored where only the node can read it.
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return "TokenSecret[…]";
    }
}
