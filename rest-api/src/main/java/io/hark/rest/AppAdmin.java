package io.hark.rest;

import io.hark.auth.Outcome;
import io.hark.protocol.ErrorInfo;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// Port: makes and removes apps at the request of test suites (`POST /apps`). Any thread.
public interface AppAdmin {
    /// Makes an app; once the answer is there, its keys work everywhere and its fixtures are present.
    ///
    /// @param request the request's body; members unknown are to be ignored
    /// @return the body of the reply, which holds the keys' secrets
    CompletionStage<Outcome<Map<String, Object>>> create(Map<String, Object> request);

    /// Removes an app: from then on its credentials are refused. One that does not exist is as good as removed.
    ///
    /// @return why it failed, if it did
    CompletionStage<Optional<ErrorInfo>> delete(String appId);
}
