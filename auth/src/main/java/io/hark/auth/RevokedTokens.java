package io.hark.auth;

import java.time.Instant;
import java.util.Optional;

/// Port: which tokens were revoked. Called for every request with a token, on the thread that serves it, so it
/// answers from memory.
@FunctionalInterface
public interface RevokedTokens {
    RevokedTokens NONE = grant -> Optional.empty();

    /// @return when the grant's token began or begins to be refused; empty when it is not revoked
    Optional<Instant> revokedFrom(Grant grant);
}
