package io.hark.rest;

import java.util.List;

/// Value: who may use the control API.
///
/// @param account         the id of the one account that there is
/// @param requestsPerHour of one token on one node; beyond it 42922
/// @param refusedPerHour  without a valid token on one node; beyond it 42922
/// @param plainAllowed    whether tokens are accepted without TLS
public record ControlConfig(
        String account, List<AccessToken> tokens, int requestsPerHour, int refusedPerHour, boolean plainAllowed) {
    public ControlConfig {
        tokens = List.copyOf(tokens);
    }

    /// Whether anybody may use it.
    public boolean isOffered() {
        return !tokens.isEmpty();
    }
}
