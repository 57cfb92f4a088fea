package io.hark.auth;

import java.time.Instant;
import java.util.Optional;

/// Value: what authentication yields: on whose behalf a connection or request acts, and how far.
///
/// @param clientId   the identity that the token carries; `*` leaves the choice to the client; empty for keys
/// @param capability what is granted: of a token, what its key still grants, too
/// @param issued     of a token, its own time of issue; of a key, now
/// @param expires    empty for keys
public record Grant(
        String appId,
        String keyName,
        Kind kind,
        Optional<String> clientId,
        Capability capability,
        Instant issued,
        Optional<Instant> expires) {
    public enum Kind {
        BASIC,
        TOKEN
    }
}
