package io.hark.auth;

import java.util.Base64;
import java.util.Optional;

/// Base64 as clients write it: either alphabet, with or without padding.
final class Base64Text {
    private Base64Text() {}

    /// @return empty when it is not base64
    static Optional<byte[]> decode(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/')));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
