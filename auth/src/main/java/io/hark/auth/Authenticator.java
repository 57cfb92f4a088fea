package io.hark.auth;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.time.Instant;
import java.util.Optional;

/// Turns credentials into grants. Any thread; waits for nothing.
public final class Authenticator {
    /// SDKs send no longer tokens (RSA4f); one is refused unread.
    public static final int TOKEN_CHARS_MAX = 128 * 1024;

    private final AppDirectory apps;
    private final TokenSigner tokens;
    private final boolean allowBasicWithoutTls;
    private final RevokedTokens revoked;

    /// Where no token is ever revoked.
    public Authenticator(AppDirectory apps, TokenSigner tokens, boolean allowBasicWithoutTls) {
        this(apps, tokens, allowBasicWithoutTls, RevokedTokens.NONE);
    }

    /// @param allowBasicWithoutTls whether keys are accepted over plain HTTP and WebSocket, where anyone
    ///                             on the way can read them: for local use and tests
    public Authenticator(AppDirectory apps, TokenSigner tokens, boolean allowBasicWithoutTls, RevokedTokens revoked) {
        this.apps = apps;
        this.tokens = tokens;
        this.revoked = revoked;
        this.allowBasicWithoutTls = allowBasicWithoutTls;
    }

    /// Denies with the code and status that SDKs act upon: unknown apps and wrong secrets with 40101,
    /// unknown keys with 40400 (401 for basic authentication, 404 for JWTs), tokens that a new one can
    /// replace with 40140 to 40143.
    ///
    /// @param secureTransport whether the client speaks TLS, to us or to a trusted proxy
    public AuthResult authenticate(Credentials credentials, boolean secureTransport, Instant now) {
        Outcome<Grant> outcome = switch (credentials) {
            case Credentials.None() ->
                Outcome.refused(ErrorCode.INVALID_CREDENTIALS.info(
                        "no credentials: send an API key (Basic, ?key=) or a token (Bearer, ?accessToken=)"));
            case Credentials.Malformed(String problem) ->
                Outcome.refused(ErrorCode.INVALID_CREDENTIAL_TEXT.info(problem));
            case Credentials.Basic(String keyText) -> basic(keyText, secureTransport, now);
            case Credentials.Token(String text) -> token(text, secureTransport, now);
        };
        return switch (outcome) {
            case Outcome.Ok<Grant>(var grant) -> new AuthResult.Granted(grant);
            case Outcome.Refused<Grant>(var error) -> new AuthResult.Denied(error);
        };
    }

    /// The app that credentials say they are of, right or wrong.
    public Optional<String> claimedApp(Credentials credentials) {
        return switch (credentials) {
            case Credentials.None() -> Optional.empty();
            case Credentials.Malformed(String problem) -> Optional.empty();
            case Credentials.Basic(String keyText) -> beforeDot(keyText);
            case Credentials.Token(String text) when text.length() > TOKEN_CHARS_MAX -> Optional.empty();
            case Credentials.Token(String text)
            when Jwt.looksLikeOne(text) ->
                Jwt.parse(text).flatMap(Jwt::keyName) instanceof Outcome.Ok<KeyName>(KeyName name)
                        ? Optional.of(name.appId())
                        : Optional.empty();
            case Credentials.Token(String text) -> beforeDot(text);
        };
    }

    private static Optional<String> beforeDot(String text) {
        int dot = text.indexOf('.');
        return dot > 0 ? Optional.of(text.substring(0, dot)) : Optional.empty();
    }

    /// What has become of a grant that was given earlier: of its app, its key, and its token. Not whether the
    /// token has expired.
    public Standing standing(Grant grant, Instant now) {
        Optional<App> app = apps.app(grant.appId());
        if (app.isEmpty()) {
            return new Standing.Ended(
                    ErrorCode.INVALID_CREDENTIALS.info("app %s does not exist any more".formatted(grant.appId())));
        }
        String keyId = grant.keyName().substring(grant.appId().length() + 1);
        Optional<ApiKey> key = app.get().key(keyId);
        if (key.isEmpty()) {
            return new Standing.Ended(ErrorCode.KEY_REVOKED.info("key %s is revoked".formatted(grant.keyName())));
        }
        return statusProblem(app.get(), key.get())
                .<Standing>map(Standing.Ended::new)
                .orElseGet(() -> revokedFrom(grant)
                        .<Standing>map(from ->
                                from.isAfter(now) ? new Standing.Until(from) : new Standing.Ended(revoked(grant)))
                        .orElseGet(Standing.Good::new));
    }

    private Optional<Instant> revokedFrom(Grant grant) {
        return grant.isRevocable() ? revoked.revokedFrom(grant) : Optional.empty();
    }

    private static ErrorInfo revoked(Grant grant) {
        return ErrorCode.TOKEN_REVOKED.info(
                "Token revoked: it was issued at %s; obtain a new one".formatted(grant.issued()));
    }

    private Outcome<Grant> basic(String keyText, boolean secure, Instant now) {
        int colon = keyText.indexOf(':');
        Optional<KeyName> name = colon < 0 ? Optional.empty() : KeyName.parse(keyText.substring(0, colon));
        if (name.isEmpty()) {
            return Outcome.refused(ErrorCode.INVALID_CREDENTIAL_TEXT.info(
                    "Invalid key in request: a key has the form appId.keyId:secret"));
        }
        if (!secure && !allowBasicWithoutTls) {
            return Outcome.refused(ErrorCode.BASIC_AUTH_NEEDS_TLS.info());
        }
        Optional<App> app = apps.app(name.get().appId());
        if (app.isEmpty()) {
            return Outcome.refused(ErrorCode.INVALID_CREDENTIALS.info("there is no app of key " + name.get()));
        }
        Optional<ApiKey> key = app.get().key(name.get().keyId());
        if (key.isEmpty()) {
            // 401 here and 404 for tokens: SDKs end the connection on it, and must not look for the
            // resource elsewhere.
            return Outcome.refused(
                    ErrorCode.NOT_FOUND.info("there is no key " + name.get()).withStatusCode(401));
        }
        if (!key.get().hasSecret(keyText.substring(colon + 1))) {
            return Outcome.refused(ErrorCode.INVALID_CREDENTIALS.info("wrong secret for key " + name.get()));
        }
        if (!secure && app.get().tlsOnly()) {
            return Outcome.refused(ErrorCode.BASIC_AUTH_NEEDS_TLS.info(
                    "app %s is reachable over TLS only".formatted(app.get().id())));
        }
        return statusProblem(app.get(), key.get())
                .<Outcome<Grant>>map(Outcome::refused)
                .orElseGet(() -> Outcome.ok(basicGrant(key.get(), now)));
    }

    private static Grant basicGrant(ApiKey key, Instant now) {
        return new Grant(
                key.appId(), key.name(), Grant.Kind.BASIC, Optional.empty(), key.capability(), now, Optional.empty());
    }

    /// Why an app or key that exists cannot be used, whatever the credentials.
    static Optional<ErrorInfo> statusProblem(App app, ApiKey key) {
        if (!app.enabled()) {
            return Optional.of(ErrorCode.APP_DISABLED.info("app %s is disabled".formatted(app.id())));
        }
        return key.enabled()
                ? Optional.empty()
                : Optional.of(ErrorCode.KEY_REVOKED.info("key %s is revoked".formatted(key.name())));
    }

    private Outcome<Grant> token(String text, boolean secure, Instant now) {
        if (text.length() > TOKEN_CHARS_MAX) {
            return Outcome.refused(ErrorCode.INVALID_CREDENTIAL_TEXT.info(
                    "Invalid accessToken in request: it has %d characters, the limit is %d"
                            .formatted(text.length(), TOKEN_CHARS_MAX)));
        }
        if (!Jwt.looksLikeOne(text)) {
            return ablyToken(text, secure, now);
        }
        return Jwt.parse(text)
                .flatMap(jwt -> jwt.embeddedToken()
                        .map(inner -> embedded(jwt, inner, secure, now))
                        .orElseGet(() -> jwt(jwt, secure, now)));
    }

    /// The envelope's signature is not ours to check; it must only not promise more than what is in it.
    private Outcome<Grant> embedded(Jwt envelope, String inner, boolean secure, Instant now) {
        Outcome<Grant> grant = Jwt.looksLikeOne(inner)
                ? Jwt.parse(inner).flatMap(jwt -> jwt(jwt, secure, now))
                : ablyToken(inner, secure, now);
        return grant.flatMap(inside -> outlives(envelope, inside)
                ? Outcome.refused(ErrorCode.INVALID_JWT.info("invalid JWT: it expires later than the token in it"))
                : Outcome.ok(inside));
    }

    private static boolean outlives(Jwt envelope, Grant inside) {
        return envelope.expires()
                .flatMap(outer -> inside.expires().map(outer::isAfter))
                .orElse(false);
    }

    private Outcome<Grant> jwt(Jwt jwt, boolean secure, Instant now) {
        return jwt.keyName().flatMap(name -> {
            Optional<App> app = apps.app(name.appId());
            Optional<ApiKey> key = app.flatMap(found -> found.key(name.keyId()));
            return key.isEmpty()
                    ? Outcome.refused(
                            ErrorCode.NOT_FOUND.info("there is no key %s; it is the kid of the JWT".formatted(name)))
                    : jwt.verify(key.get(), now)
                            .flatMap(claims -> tokenGrant(app.get(), key.get(), claims, secure, now));
        });
    }

    private Outcome<Grant> ablyToken(String text, boolean secure, Instant now) {
        return tokens.verify(text).flatMap(claims -> {
            if (!claims.expires().isAfter(now)) {
                return Outcome.refused(Jwt.expired(claims.expires()));
            }
            Optional<App> app = apps.app(claims.key().appId());
            Optional<ApiKey> key = app.flatMap(found -> found.key(claims.key().keyId()));
            return key.isEmpty()
                    ? Outcome.refused(ErrorCode.TOKEN_UNRECOGNISED.info(
                            "the key %s of the token does not exist any more".formatted(claims.key())))
                    : tokenGrant(app.get(), key.get(), claims, secure, now);
        });
    }

    private static Outcome<Capability> effective(ApiKey key, TokenClaims claims) {
        Outcome<Capability> common =
                claims.capability().map(key.capability()::intersect).orElseGet(() -> Outcome.ok(key.capability()));
        // A device may look after itself whatever else it may do.
        return claims.terms().deviceId().isPresent() && common instanceof Outcome.Refused<Capability>
                ? Outcome.ok(Capability.NOTHING)
                : common;
    }

    private Outcome<Grant> tokenGrant(App app, ApiKey key, TokenClaims claims, boolean secure, Instant now) {
        Optional<ErrorInfo> problem = statusProblem(app, key);
        if (problem.isPresent()) {
            return Outcome.refused(problem.get());
        }
        if (!secure && app.tlsOnly()) {
            return Outcome.refused(
                    ErrorCode.TLS_REQUIRED.info("app %s is reachable over TLS only".formatted(app.id())));
        }
        // Again at every use: a key that lost a capability takes it from the tokens that are out.
        return effective(key, claims)
                .map(effective -> new Grant(
                        app.id(),
                        key.name(),
                        Grant.Kind.TOKEN,
                        claims.clientId(),
                        effective,
                        claims.issued(),
                        Optional.of(claims.expires()),
                        claims.terms()))
                .flatMap(grant ->
                        revokedFrom(grant).filter(from -> !from.isAfter(now)).isPresent()
                                ? Outcome.refused(revoked(grant))
                                : Outcome.ok(grant));
    }
}
