package io.hark.auth;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Gives tokens for token requests (`POST /keys/{keyName}/requestToken`, TE1 to TE6). Any thread; waits for
/// nothing.
public final class TokenIssuer {
    private static final Duration DEVICE_TOKEN_TTL = Duration.ofDays(5 * 365);
    private static final Duration TTL_DEFAULT = Duration.ofHours(1);

    /// How far a request's timestamp may be from our clock, to either side.
    private static final Duration TIMESTAMP_DISTANCE_MAX = Duration.ofMinutes(2);

    private static final int NONCE_CHARS_MAX = 256;

    /// Signed requests within four minutes; more are refused with 42922.
    private static final int NONCES_MAX = 200_000;

    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");

    private final AppDirectory apps;
    private final Authenticator authenticator;
    private final TokenSigner tokens;
    private final SeenNonces seenNonces = new SeenNonces(TIMESTAMP_DISTANCE_MAX.multipliedBy(2), NONCES_MAX);

    public TokenIssuer(AppDirectory apps, Authenticator authenticator, TokenSigner tokens) {
        this.apps = apps;
        this.authenticator = authenticator;
        this.tokens = tokens;
    }

    /// Checks the request in the order in which SDK users know its errors, and issues the token.
    ///
    /// @param keyNameInPath of the key that signs
    /// @param body          the token request as a tree; numbers may be decimal strings, members unknown are
    ///                      ignored
    /// @param credentials   looked at only when the request is not signed: SDKs send along what they used last
    public Outcome<TokenDetails> requestToken(
            String keyNameInPath,
            Map<String, Object> body,
            Credentials credentials,
            boolean secureTransport,
            Instant now) {
        Optional<KeyName> name = KeyName.parse(keyNameInPath);
        Optional<App> app = name.flatMap(parsed -> apps.app(parsed.appId()));
        Optional<ApiKey> key = app.flatMap(found -> found.key(name.orElseThrow().keyId()));
        if (key.isEmpty()) {
            return Outcome.refused(ErrorCode.NOT_FOUND.info("there is no key '%s'".formatted(keyNameInPath)));
        }
        return Authenticator.statusProblem(app.get(), key.get())
                .or(() -> clientIdProblem(body))
                .or(() -> authenticityProblem(key.get(), body, credentials, secureTransport, now))
                .or(() -> timestampProblem(body, now))
                .or(() -> nonceProblem(name.get(), body, now))
                .or(() -> ttlProblem(key.get(), body))
                .<Outcome<TokenDetails>>map(Outcome::refused)
                .orElseGet(() -> issue(key.get(), body, now));
    }

    /// Issues a token by which a device is known from then on. It allows `push-subscribe` where the caller may, and
    /// otherwise only what a device may do for itself.
    ///
    /// @param registrar who registers the device
    public TokenDetails deviceToken(Grant registrar, String deviceId, Optional<String> clientId, Instant now) {
        Instant issued = now.truncatedTo(ChronoUnit.MILLIS);
        Instant expires = issued.plus(DEVICE_TOKEN_TTL);
        Capability capability = registrar.capability().only(Operation.PUSH_SUBSCRIBE);
        KeyName key = KeyName.parse(registrar.keyName()).orElseThrow();
        String token = tokens.sign(new TokenClaims(
                key, issued, expires, clientId, Optional.of(capability), TokenTerms.ofDevice(deviceId)));
        return new TokenDetails(token, registrar.keyName(), issued, expires, capability.canonical(), clientId);
    }

    private static Optional<ErrorInfo> clientIdProblem(Map<String, Object> body) {
        return switch (ClientIds.fromTree(body.get("clientId"))) {
            case Outcome.Ok<Optional<String>> ok -> Optional.empty();
            case Outcome.Refused<Optional<String>>(var error) -> Optional.of(error);
        };
    }

    private Optional<ErrorInfo> authenticityProblem(
            ApiKey key, Map<String, Object> body, Credentials credentials, boolean secureTransport, Instant now) {
        if (!key.name().equals(body.get("keyName"))) {
            return Optional.of(ErrorCode.INVALID_CREDENTIALS.info(
                    "keyName '%s' is not the key %s of the URL".formatted(body.get("keyName"), key.name())));
        }
        if (isSigned(body)) {
            return hasValidMac(key, body)
                    ? Optional.empty()
                    : Optional.of(ErrorCode.INVALID_CREDENTIALS.info(
                            "the mac of the token request does not match; was it signed with key %s?"
                                    .formatted(key.name())));
        }
        return switch (authenticator.authenticate(credentials, secureTransport, now)) {
            case AuthResult.Denied(var error) -> Optional.of(error);
            case AuthResult.Granted(var grant)
            when grant.kind() == Grant.Kind.TOKEN ->
                Optional.of(ErrorCode.BASIC_AUTH_REQUIRED.info(
                        "a token request must be signed or come with its API key; a token does not do"));
            case AuthResult.Granted(var grant) ->
                grant.keyName().equals(key.name())
                        ? Optional.empty()
                        : Optional.of(ErrorCode.INVALID_CREDENTIALS.info(
                                "an unsigned token request for key %s cannot come with key %s"
                                        .formatted(key.name(), grant.keyName())));
        };
    }

    private static boolean isSigned(Map<String, Object> body) {
        return body.get("mac") != null;
    }

    private static boolean hasValidMac(ApiKey key, Map<String, Object> body) {
        if (!(body.get("mac") instanceof String mac)) {
            return false;
        }
        // SDKs agree to sign a canonical capability but not on what it is, so the text that was sent goes
        // first.
        String capability = text(body.get("capability"));
        return isMac(mac, key, body, capability)
                || Capability.parse(capability) instanceof Outcome.Ok<Capability>(var parsed)
                        && isMac(mac, key, body, parsed.canonical());
    }

    private static boolean isMac(String mac, ApiKey key, Map<String, Object> body, String capability) {
        byte[] expected =
                Base64.getEncoder().encode(Hmac.sha256(utf8(key.secret()), utf8(signedText(body, capability))));
        return MessageDigest.isEqual(expected, utf8(mac));
    }

    /// What a token request's mac is made of: six members, absent ones empty, each followed by a line feed.
    static String signedText(Map<String, Object> body, String capability) {
        return String.join(
                "\n",
                text(body.get("keyName")),
                ttlText(body),
                capability,
                text(body.get("clientId")),
                text(body.get("timestamp")),
                text(body.get("nonce")),
                "");
    }

    /// SDKs sign no lifetime and a lifetime of 0 alike, and mean the default by both.
    private static String ttlText(Map<String, Object> body) {
        String ttl = text(body.get("ttl"));
        return ttl.equals("0") ? "" : ttl;
    }

    private static Optional<ErrorInfo> timestampProblem(Map<String, Object> body, Instant now) {
        OptionalLong timestamp = wholeNumber(text(body.get("timestamp")));
        if (timestamp.isPresent()
                && Math.abs(now.toEpochMilli() - timestamp.getAsLong()) <= TIMESTAMP_DISTANCE_MAX.toMillis()) {
            return Optional.empty();
        }
        return Optional.of(ErrorCode.TIMESTAMP_NOT_CURRENT.info(
                "Timestamp not current: it is '%s', the server's time is %d, the limit is %d ms apart"
                        .formatted(
                                text(body.get("timestamp")), now.toEpochMilli(), TIMESTAMP_DISTANCE_MAX.toMillis())));
    }

    /// Comes after the mac, so that only holders of a key can fill the memory of nonces.
    private Optional<ErrorInfo> nonceProblem(KeyName key, Map<String, Object> body, Instant now) {
        if (!isSigned(body)) {
            return Optional.empty();
        }
        String nonce = text(body.get("nonce"));
        if (nonce.isEmpty() || nonce.length() > NONCE_CHARS_MAX) {
            return Optional.of(
                    ErrorCode.BAD_REQUEST.info("a signed token request needs a nonce of 1 to %d characters, has %d"
                            .formatted(NONCE_CHARS_MAX, nonce.length())));
        }
        return switch (seenNonces.see(key, nonce, now)) {
            case NEW -> Optional.empty();
            case REPLAYED -> Optional.of(ErrorCode.NONCE_REPLAYED.info("Nonce value replayed; sign each request anew"));
            case FULL -> Optional.of(ErrorCode.RATE_LIMITED.info("too many token requests; try again in some minutes"));
        };
    }

    private static Optional<ErrorInfo> ttlProblem(ApiKey key, Map<String, Object> body) {
        String text = ttlText(body);
        OptionalLong ttl = wholeNumber(text);
        long max = key.tokenTtlMax().toMillis();
        return text.isEmpty() || ttl.isPresent() && ttl.getAsLong() > 0 && ttl.getAsLong() <= max
                ? Optional.empty()
                : Optional.of(ErrorCode.INVALID_PARAMETER_VALUE.info(
                        "invalid ttl '%s': for key %s it must be 1 to %d ms".formatted(text, key.name(), max)));
    }

    private Outcome<TokenDetails> issue(ApiKey key, Map<String, Object> body, Instant now) {
        OptionalLong ttl = wholeNumber(ttlText(body));
        Instant issued = now.truncatedTo(ChronoUnit.MILLIS);
        Instant expires = issued.plusMillis(ttl.orElse(TTL_DEFAULT.toMillis()));
        Optional<String> clientId = Optional.ofNullable((String) body.get("clientId"));
        return capability(key, body.get("capability")).flatMap(capability -> {
            String token =
                    tokens.sign(new TokenClaims(key.keyName(), issued, expires, clientId, Optional.of(capability)));
            return token.length() > Authenticator.TOKEN_CHARS_MAX
                    ? Outcome.refused(ErrorCode.BAD_REQUEST.info(
                            "the token would have %d characters, the limit is %d; ask for fewer or shorter resources"
                                    .formatted(token.length(), Authenticator.TOKEN_CHARS_MAX)))
                    : Outcome.ok(
                            new TokenDetails(token, key.name(), issued, expires, capability.canonical(), clientId));
        });
    }

    private static Outcome<Capability> capability(ApiKey key, Object requested) {
        return switch (requested) {
            case null -> Outcome.ok(key.capability());
            case String none when none.isEmpty() -> Outcome.ok(key.capability());
            case String text -> Capability.parse(text).flatMap(key.capability()::intersect);
            default ->
                Outcome.refused(ErrorCode.BAD_REQUEST.info("invalid capability: it must be a string that holds JSON"));
        };
    }

    /// A member as it was signed: numbers in plain decimal, absent ones and null empty.
    private static String text(Object member) {
        return switch (member) {
            case null -> "";
            case Double number
            when Double.isFinite(number) ->
                new BigDecimal(number).stripTrailingZeros().toPlainString();
            default -> member.toString();
        };
    }

    private static OptionalLong wholeNumber(String text) {
        return WHOLE_NUMBER.matcher(text).matches() ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
