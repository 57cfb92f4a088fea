package io.hark.auth;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Value: what authentication yields: on whose behalf a connection or request acts, and how far.
///
/// @param clientId   the identity that the token carries; `*` leaves the choice to the client; empty for keys
/// @param capability what is granted: of a token, what its key still grants, too
/// @param issued     of a token, its own time of issue; of a key, now
/// @param expires    empty for keys
/// @param terms      what else a JWT says
public record Grant(
        String appId,
        String keyName,
        Kind kind,
        Optional<String> clientId,
        Capability capability,
        Instant issued,
        Optional<Instant> expires,
        TokenTerms terms) {
    public enum Kind {
        BASIC,
        TOKEN
    }

    /// A grant of credentials that say nothing else.
    public Grant(
            String appId,
            String keyName,
            Kind kind,
            Optional<String> clientId,
            Capability capability,
            Instant issued,
            Optional<Instant> expires) {
        this(appId, keyName, kind, clientId, capability, issued, expires, TokenTerms.NONE);
    }

    /// Whether the token can be revoked: one that lives for longer was issued before its key's tokens could be.
    boolean isRevocable() {
        return expires.isPresent()
                && Duration.between(issued, expires.get()).compareTo(ApiKey.REVOCABLE_TOKEN_TTL_MAX) <= 0;
    }
}
