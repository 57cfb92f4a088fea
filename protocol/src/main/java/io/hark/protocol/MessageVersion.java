package io.hark.protocol;

import java.util.Map;
import java.util.Optional;

/// Value: which version of a message this is, and who made it why (TM2s).
public record MessageVersion(
        Optional<String> serial,
        long timestamp,
        Optional<String> clientId,
        Optional<String> description,
        Map<String, String> metadata) {
    public MessageVersion {
        metadata = Map.copyOf(metadata);
    }

    /// One of which nothing is known.
    public MessageVersion() {
        this(Optional.empty(), 0, Optional.empty(), Optional.empty(), Map.of());
    }
}
