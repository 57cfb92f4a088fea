package io.hark.auth;

import io.hark.protocol.ErrorCode;
import java.util.Optional;

/// The forms in which a clientId is claimed.
final class ClientIds {
    /// Stands for any identity, and is therefore none.
    static final String WILDCARD = "*";

    private ClientIds() {}

    /// @param value a member of a token request or JWT; `*` is allowed there
    /// @return refused with 40012 when it is there but not a non-empty string
    static Outcome<Optional<String>> fromTree(Object value) {
        if (value == null) {
            return Outcome.ok(Optional.empty());
        }
        return value instanceof String clientId && !clientId.isEmpty()
                ? Outcome.ok(Optional.of(clientId))
                : Outcome.refused(ErrorCode.INVALID_CLIENT_ID.info("invalid clientId: it must be a non-empty string"));
    }

    /// @param clientId one that a client goes by, so not `*`
    static Outcome<String> concrete(String clientId) {
        return clientId.isEmpty() || clientId.equals(WILDCARD)
                ? Outcome.refused(ErrorCode.INVALID_CLIENT_ID.info(
                        "invalid clientId '%s': an identity is neither empty nor *".formatted(clientId)))
                : Outcome.ok(clientId);
    }
}
