package io.hark.frontend;

import io.hark.auth.App;
import io.hark.auth.AuthResult;
import io.hark.auth.Credentials;
import io.hark.auth.Grant;
import io.hark.auth.Identity;
import io.hark.auth.Outcome;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.time.Instant;
import java.util.Optional;

/// Confined: who the client of a connection is and what it may do, by the credentials that it showed last.
final class ClientStanding {
    private final Frontend frontend;
    private final OpenRequest request;
    private final Credentialed credentialed;
    private App app;
    private Grant grant;
    private Identity identity;

    ClientStanding(Frontend frontend, OpenRequest request) {
        this.frontend = frontend;
        this.request = request;
        this.credentialed = new Credentialed(frontend);
    }

    /// Takes the credentials, if they are good.
    ///
    /// @return why they are not, if so
    Optional<ErrorInfo> authenticate(Credentials credentials) {
        return switch (frontend.authenticator().authenticate(credentials, request.secure(), frontend.wallTime())) {
            case AuthResult.Denied(ErrorInfo error) -> Optional.of(error);
            case AuthResult.Granted(Grant granted) ->
                switch (Identity.resolve(granted, request.clientId())) {
                    case Outcome.Refused<Identity>(ErrorInfo error) -> Optional.of(error);
                    case Outcome.Ok<Identity>(Identity resolved) -> {
                        app = frontend.apps().app(granted.appId()).orElse(null);
                        grant = granted;
                        identity = resolved;
                        yield app == null ? Optional.of(ErrorCode.INVALID_CREDENTIALS.info()) : Optional.empty();
                    }
                };
        };
    }

    /// Takes another token for the client that it is.
    ///
    /// @return why not, if so
    Optional<ErrorInfo> renew(String accessToken) {
        String appId = grant.appId();
        Optional<String> clientId = identity.clientId();
        Optional<ErrorInfo> refusal = authenticate(new Credentials.Token(accessToken));
        boolean isOther = !appId.equals(grant.appId()) || !clientId.equals(identity.clientId());
        return refusal.isEmpty() && isOther
                ? Optional.of(ErrorCode.INCOMPATIBLE_CREDENTIALS.info("the new token is of another app or clientId"))
                : refusal;
    }

    /// Whether an earlier connection was this client's, of this app.
    boolean isOf(ConnectionKey earlier) {
        return earlier.appId().equals(grant.appId()) && earlier.clientId().equals(identity.clientId());
    }

    /// Whether credentials were taken yet.
    boolean isKnown() {
        return grant != null;
    }

    /// Looks whether the credentials are still good.
    ///
    /// @return why they are not, if so
    Optional<ErrorInfo> examine() {
        return credentialed.examine(grant);
    }

    /// When they end before their time, as known since [#examine].
    Optional<Instant> end() {
        return credentialed.end();
    }

    /// Whether that time has come.
    boolean isOver() {
        return credentialed.isOver();
    }

    /// As it is now; as it was when the client came, if it has been deleted since.
    App app() {
        return frontend.apps().app(app.id()).orElse(app);
    }

    Grant grant() {
        return grant;
    }

    Identity identity() {
        return identity;
    }
}
