package io.hark.auth;

import io.hark.protocol.ErrorInfo;

/// Value: the answer to credentials.
public sealed interface AuthResult {
    record Granted(Grant grant) implements AuthResult {}

    /// @param error a token error (40140 to 40149 with 401) makes clients fetch another token; any other
    ///              one ends them
    record Denied(ErrorInfo error) implements AuthResult {}
}
