package io.hark.rest;

import io.hark.auth.Outcome;
import io.hark.auth.ProvisionedApp;
import io.hark.protocol.ErrorInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// Port: the region's apps as operators see and change them. Any thread. What is answered is decided,
/// and holds for every node.
public interface AppControl {
    /// All apps, by id.
    List<ProvisionedApp> all();

    Optional<ProvisionedApp> find(String appId);

    /// @param request see [io.hark.auth.AppEditor#create]
    CompletionStage<Outcome<ProvisionedApp>> make(Map<String, Object> request);

    /// Changes an app. `edit` may be called again if somebody else has changed it meanwhile.
    ///
    /// @return refused with 40400 when there is none, with 42200 when it is one that cannot be changed here
    CompletionStage<Outcome<ProvisionedApp>> change(
            String appId, Function<ProvisionedApp, Outcome<ProvisionedApp>> edit);

    /// @return why it was not removed, as of [#change]
    CompletionStage<Optional<ErrorInfo>> remove(String appId);
}
