package io.hark.auth;

import java.time.Instant;
import java.util.Optional;

/// Value: what a token says of itself once its signature is checked.
///
/// @param capability what was asked for; empty for all that the key grants
record TokenClaims(
        KeyName key,
        Instant issued,
        Instant expires,
        Optional<String> clientId,
        Optional<Capability> capability,
        TokenTerms terms) {
    /// The claims of an Ably token, of a client.
    TokenClaims(
            KeyName key, Instant issued, Instant expires, Optional<String> clientId, Optional<Capability> capability) {
        this(key, issued, expires, clientId, capability, TokenTerms.NONE);
    }
}
