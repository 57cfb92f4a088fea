package io.hark.auth;

import com.nimbusds.jose.JOSEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// Value: a parsed JWT, as yet of unknown origin: either one that is signed with an API key, or a
/// foreign one that carries such a one or an Ably token.
///
/// @param claims the payload, as far as it is readable: empty for an encrypted JWT
record Jwt(JOSEObject object, Map<String, Object> claims) {
    private static final String EMBEDDED_TOKEN = "x-ably-token";
    private static final String CAPABILITY = "x-ably-capability";
    private static final String CLIENT_ID = "x-ably-clientId";

    /// How far a client's clock may be ahead of ours.
    private static final Duration CLOCK_SKEW_MAX = Duration.ofMinutes(2);

    /// The end of the year 9999, the last that dates are commonly written in.
    private static final long EPOCH_SECONDS_MAX = 253_402_300_799L;

    /// Whether the text is to be read as a JWT; Ably tokens have one dot.
    static boolean looksLikeOne(String text) {
        int dot = text.indexOf('.');
        return dot >= 0 && text.indexOf('.', dot + 1) >= 0;
    }

    static Outcome<Jwt> parse(String text) {
        try {
            JOSEObject object = JOSEObject.parse(text);
            Map<String, Object> claims =
                    object instanceof JWSObject ? object.getPayload().toJSONObject() : null;
            return Outcome.ok(new Jwt(object, claims == null ? Map.of() : claims));
        } catch (ParseException e) {
            return Outcome.refused(undecodable(e.getMessage()));
        }
    }

    private static ErrorInfo undecodable(String reason) {
        return ErrorCode.INVALID_JWT.info("Unexpected exception decoding token; err = " + reason);
    }

    /// The credential that a foreign JWT is only the envelope of.
    Optional<String> embeddedToken() {
        Object inHeader = object.getHeader().getCustomParam(EMBEDDED_TOKEN);
        return (inHeader == null ? claims.get(EMBEDDED_TOKEN) : inHeader) instanceof String token
                ? Optional.of(token)
                : Optional.empty();
    }

    /// When a foreign JWT says that it ends; empty when it does not say or cannot be read.
    Optional<Instant> expires() {
        return instant(claims.get("exp"));
    }

    /// @return the key that the JWT claims to be signed with; refused with 40144 when it cannot be
    ///         signed with any key, with 40400 when no key is called like this
    Outcome<KeyName> keyName() {
        // The signature is compared by MAC whatever the header says, so neither "none" nor a public key can
        // stand in for the secret.
        if (!(object instanceof JWSObject jws)
                || !JWSAlgorithm.HS256.equals(jws.getHeader().getAlgorithm())) {
            return Outcome.refused(undecodable("unsupported algorithm %s, use HS256"
                    .formatted(object.getHeader().getAlgorithm())));
        }
        if (jws.getHeader().getCriticalParams() != null) {
            return Outcome.refused(undecodable("unsupported critical header parameters"));
        }
        String keyId = jws.getHeader().getKeyID();
        if (keyId == null) {
            return Outcome.refused(undecodable("the header must have a kid, the name of the key"));
        }
        return KeyName.parse(keyId)
                .map(Outcome::ok)
                .orElseGet(() -> Outcome.refused(
                        ErrorCode.NOT_FOUND.info("the kid of the JWT is not the name of a key (appId.keyId)")));
    }

    /// @param key the one that [#keyName] names
    /// @return the claims of a JWT that the key signed and that is valid now
    Outcome<TokenClaims> verify(ApiKey key, Instant now) {
        if (!isSignedBy(key)) {
            return Outcome.refused(
                    ErrorCode.INVALID_JWT.info("invalid JWT: signature verification failed with key " + key.name()));
        }
        Optional<Instant> issued = instant(claims.get("iat"));
        Optional<Instant> expires = instant(claims.get("exp"));
        if (issued.isEmpty() || expires.isEmpty()) {
            return Outcome.refused(invalidClaim((issued.isEmpty() ? "iat" : "exp") + " must be specified"));
        }
        return timeProblem(key, issued.get(), expires.get(), now)
                .<Outcome<TokenClaims>>map(Outcome::refused)
                .orElseGet(() -> clientId()
                        .flatMap(clientId -> capability()
                                .flatMap(capability -> JwtTerms.of(claims)
                                        .map(terms -> new TokenClaims(
                                                key.keyName(),
                                                issued.get(),
                                                expires.get(),
                                                clientId,
                                                capability,
                                                terms)))));
    }

    // Not nimbus's MACVerifier: it refuses secrets under 256 bits, and keys that were made elsewhere may have 16
    // characters.
    private boolean isSignedBy(ApiKey key) {
        JWSObject jws = (JWSObject) object;
        byte[] expected = Hmac.sha256(key.secret().getBytes(StandardCharsets.UTF_8), jws.getSigningInput());
        return MessageDigest.isEqual(expected, jws.getSignature().decode());
    }

    private static Optional<ErrorInfo> timeProblem(ApiKey key, Instant issued, Instant expires, Instant now) {
        if (issued.isAfter(now.plus(CLOCK_SKEW_MAX))) {
            return Optional.of(invalidClaim("iat is %d s in the future, the limit is %d s"
                    .formatted(Duration.between(now, issued).toSeconds(), CLOCK_SKEW_MAX.toSeconds())));
        }
        // Before the lifetime, as a client can mend an old token, however long it was to live.
        if (!expires.isAfter(now)) {
            return Optional.of(expired(expires));
        }
        Duration ttl = Duration.between(issued, expires);
        if (!ttl.isPositive()) {
            return Optional.of(invalidClaim("exp must be later than iat"));
        }
        if (ttl.compareTo(key.tokenTtlMax()) > 0) {
            return Optional.of(ErrorCode.INVALID_PARAMETER_VALUE.info(
                    "the JWT lives %d s from iat to exp, the limit for key %s is %d s"
                            .formatted(
                                    ttl.toSeconds(),
                                    key.name(),
                                    key.tokenTtlMax().toSeconds())));
        }
        return Optional.empty();
    }

    static ErrorInfo expired(Instant expires) {
        return ErrorCode.TOKEN_EXPIRED.info("Token expired at %s; obtain a new one".formatted(expires));
    }

    private static ErrorInfo invalidClaim(String reason) {
        return ErrorCode.INVALID_JWT.info("Invalid token; " + reason).withStatusCode(400);
    }

    private Outcome<Optional<String>> clientId() {
        return ClientIds.fromTree(claims.get(CLIENT_ID));
    }

    private Outcome<Optional<Capability>> capability() {
        Object claim = claims.get(CAPABILITY);
        if (claim == null || "".equals(claim)) {
            return Outcome.ok(Optional.empty());
        }
        return claim instanceof String text
                ? Capability.parse(text).map(Optional::of)
                : Outcome.refused(invalidClaim(CAPABILITY + " must be a string that holds JSON"));
    }

    /// @param claim a NumericDate (RFC 7519): seconds, perhaps with a fraction
    private static Optional<Instant> instant(Object claim) {
        return claim instanceof Number number && number.doubleValue() >= 0 && number.doubleValue() <= EPOCH_SECONDS_MAX
                ? Optional.of(Instant.ofEpochMilli(Math.round(number.doubleValue() * 1000)))
                : Optional.empty();
    }
}
