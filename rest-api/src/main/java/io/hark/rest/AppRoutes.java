package io.hark.rest;

import io.hark.auth.Grant;
import io.hark.auth.Outcome;
import io.hark.protocol.ErrorCode;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/// Makes and removes apps as test suites do. These routes ask nobody for credentials, so they exist only
/// where that is wanted.
final class AppRoutes {
    private final RestServices services;
    private final AppAdmin admin;

    AppRoutes(RestServices services, AppAdmin admin) {
        this.services = services;
        this.admin = admin;
    }

    void addTo(Router router) {
        router.on("POST", "apps", this::create).on("DELETE", "apps/*", this::delete);
    }

    private CompletionStage<Reply> create(Call call) throws Refusal {
        return admin.create(Bodies.object(call.request())).thenApply(outcome -> switch (outcome) {
            case Outcome.Ok<Map<String, Object>>(var app) -> Reply.of(201, app);
            case Outcome.Refused<Map<String, Object>>(var error) -> Reply.error(error);
        });
    }

    private CompletionStage<Reply> delete(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        if (caller.grant().kind() != Grant.Kind.BASIC) {
            throw new Refusal(ErrorCode.BASIC_AUTH_REQUIRED, "an app is removed with one of its API keys");
        }
        String appId = call.path().getFirst();
        if (!caller.app().id().equals(appId)) {
            throw new Refusal(
                    ErrorCode.INCOMPATIBLE_CREDENTIALS,
                    "the key is of app %s, not of '%s'".formatted(caller.app().id(), appId));
        }
        return admin.delete(appId)
                .thenApply(failure -> failure.map(Reply::error).orElseGet(() -> new Reply.Empty(204)));
    }
}
