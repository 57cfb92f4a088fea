package io.hark.auth;

import io.hark.protocol.ErrorInfo;
import java.time.Instant;

/// Value: what has become of a grant since it was given.
public sealed interface Standing {
    /// Nothing.
    record Good() implements Standing {}

    /// It is good until then: its token is revoked, and its client has time to bring another.
    record Until(Instant end) implements Standing {}

    /// @param error why it is not good any more; a token error when a new token mends it
    record Ended(ErrorInfo error) implements Standing {}
}
