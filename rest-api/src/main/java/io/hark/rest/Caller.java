package io.hark.rest;

import io.hark.auth.App;
import io.hark.auth.AuthResult;
import io.hark.auth.Credentials;
import io.hark.auth.Grant;
import io.hark.auth.Identity;
import io.hark.auth.Operation;
import io.hark.channel.ChannelId;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import java.time.Instant;
import java.util.Optional;

/// Value: who makes a request.
record Caller(App app, Grant grant, Identity identity, boolean secure) {
    static Caller of(RestRequest request, long nowMillis, RestServices services) throws Refusal {
        AuthResult result = services.authenticator()
                .authenticate(credentials(request), request.secure(), Instant.ofEpochMilli(nowMillis));
        return switch (result) {
            case AuthResult.Denied(var error) -> throw new Refusal(error);
            case AuthResult.Granted(var grant) -> {
                Refusal.throwIf(services.rates().request(grant.appId()));
                App app = services.apps()
                        .app(grant.appId())
                        .orElseThrow(() -> new Refusal(
                                ErrorCode.INVALID_CREDENTIALS,
                                "app %s does not exist any more".formatted(grant.appId())));
                yield new Caller(app, grant, identity(request, grant), request.secure());
            }
        };
    }

    static Credentials credentials(RestRequest request) {
        return Credentials.of(request.header("authorization"), request.query());
    }

    /// Over REST only the header claims an identity: the param `clientId` is a filter, or a message's own
    /// (RSA7e2).
    private static Identity identity(RestRequest request, Grant grant) throws Refusal {
        Optional<String> header = request.header("x-ably-clientid");
        Optional<String> claimed =
                header.isEmpty() ? header : Optional.of(Refusal.orThrow(Identity.decodeHeader(header.get())));
        return Refusal.orThrow(Identity.resolve(grant, claimed));
    }

    void require(ChannelName channel, Operation operation) throws Refusal {
        Refusal.throwIf(ChannelAccess.refusal(app, grant, identity, secure, channel, operation));
    }

    /// A metachannel's id is one that no ordinary channel can have.
    ChannelId idOf(ChannelName channel) {
        return ChannelId.of(app.id(), ChannelAccess.id(channel));
    }
}
