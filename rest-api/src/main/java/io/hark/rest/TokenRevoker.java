package io.hark.rest;

import io.hark.protocol.ErrorInfo;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// Port: has the whole region refuse tokens. Any thread.
public interface TokenRevoker {
    /// Characters of a target; one that is longer is refused.
    int targetCharsMax();

    /// Value: tokens of one key.
    ///
    /// @param target       whose they are: `type:value`
    /// @param issuedBefore those issued later are not meant
    /// @param appliesAt    they are accepted until then
    record Tokens(String keyName, String target, Instant issuedBefore, Instant appliesAt) {}

    /// Decides it; once the answer is there, no token that is meant is accepted after `appliesAt` on this node,
    /// and soon on no other.
    ///
    /// @return in the order in which they were asked for why each one could not be, if so; never fails
    CompletionStage<List<Optional<ErrorInfo>>> revoke(List<Tokens> tokens, Instant now);
}
