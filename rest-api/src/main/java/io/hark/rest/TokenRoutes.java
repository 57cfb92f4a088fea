package io.hark.rest;

import io.hark.auth.KeyName;
import io.hark.auth.TokenDetails;
import io.hark.protocol.ErrorCode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Tokens for token requests (RSA8e).
final class TokenRoutes {
    private final RestServices services;

    TokenRoutes(RestServices services) {
        this.services = services;
    }

    void addTo(Router router) {
        router.on("POST", "keys/*/requestToken", this::requestToken).on("GET", "keys/*/requestToken", this::refuseGet);
    }

    /// The request's own credentials count only when the body is not signed: SDKs send whatever they used last.
    private CompletionStage<Reply> requestToken(Call call) throws Refusal {
        Map<String, Object> body = Bodies.object(call.request());
        Optional<KeyName> name = KeyName.parse(call.path().getFirst())
                .filter(key -> services.apps().app(key.appId()).isPresent());
        if (name.isPresent()) {
            Refusal.throwIf(services.rates().tokenRequest(name.get().appId()));
        }
        TokenDetails details = Refusal.orThrow(services.tokens()
                .requestToken(
                        call.path().getFirst(),
                        body,
                        Caller.credentials(call.request()),
                        call.request().secure(),
                        Instant.ofEpochMilli(call.nowMillis())));
        return CompletableFuture.completedStage(Reply.of(201, details.toTree()));
    }

    /// Clients that ask with the wrong method learn first whether the key exists.
    private CompletionStage<Reply> refuseGet(Call call) throws Refusal {
        String name = call.path().getFirst();
        boolean exists = KeyName.parse(name)
                .flatMap(key -> services.apps().app(key.appId()).flatMap(app -> app.key(key.keyId())))
                .isPresent();
        throw exists
                ? new Refusal(ErrorCode.METHOD_NOT_ALLOWED, "a token request must be a POST")
                : new Refusal(ErrorCode.NOT_FOUND, "there is no key '%s'".formatted(name));
    }
}
