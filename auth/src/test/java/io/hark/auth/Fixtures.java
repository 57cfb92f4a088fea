package io.hark.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorInfo;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Apps `app`, `off` (disabled) and `tls` (TLS only), and what their owners would do with the keys.
final class Fixtures {
    static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);
    static final long NOW_SECONDS = NOW.getEpochSecond();
    static final String SECRET = "sixteen-chars-ok";

    static final ApiKey KEY = key("app", "key", "{\"*\":[\"*\"]}", false, true);
    static final ApiKey NARROW = key("app", "narrow", "{\"news:*\":[\"subscribe\",\"history\"]}", false, true);
    static final ApiKey REVOCABLE = key("app", "revocable", "{\"*\":[\"*\"]}", true, true);
    static final ApiKey REVOKED = key("app", "revoked", "{\"*\":[\"*\"]}", false, false);
    static final ApiKey OF_DISABLED_APP = key("off", "key", "{\"*\":[\"*\"]}", false, true);
    static final ApiKey OF_TLS_APP = key("tls", "key", "{\"*\":[\"*\"]}", false, true);

    private static final Map<String, App> APPS = Map.of(
            "app", app("app", true, false, KEY, NARROW, REVOCABLE, REVOKED),
            "off", app("off", false, false, OF_DISABLED_APP),
            "tls", app("tls", true, true, OF_TLS_APP));

    static final AppDirectory DIRECTORY = id -> Optional.ofNullable(APPS.get(id));
    static final TokenSigner SIGNER = new TokenSigner(new TokenSecret(new byte[TokenSecret.LENGTH]));
    static final Authenticator STRICT = new Authenticator(DIRECTORY, SIGNER, false);
    static final Authenticator LENIENT = new Authenticator(DIRECTORY, SIGNER, true);

    private Fixtures() {}

    static ApiKey key(String appId, String keyId, String capability, boolean revocable, boolean enabled) {
        return new ApiKey(appId, keyId, SECRET, capability(capability), revocable, enabled);
    }

    static App app(String id, boolean enabled, boolean tlsOnly, ApiKey... keys) {
        return new App(id, enabled, tlsOnly, List.of(keys), Map.of(), OptionalInt.empty());
    }

    static Capability capability(String json) {
        return value(Capability.parse(json));
    }

    static <T> T value(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Ok<T>(T value) -> value;
            case Outcome.Refused<T>(ErrorInfo error) -> throw new AssertionError("refused: " + error);
        };
    }

    static <T> ErrorInfo error(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Ok<T>(T value) -> throw new AssertionError("granted: " + value);
            case Outcome.Refused<T>(ErrorInfo error) -> error;
        };
    }

    static Grant granted(AuthResult result) {
        return switch (result) {
            case AuthResult.Granted(Grant grant) -> grant;
            case AuthResult.Denied(ErrorInfo error) -> throw new AssertionError("denied: " + error);
        };
    }

    static ErrorInfo denied(AuthResult result) {
        return switch (result) {
            case AuthResult.Granted(Grant grant) -> throw new AssertionError("granted: " + grant);
            case AuthResult.Denied(ErrorInfo error) -> error;
        };
    }

    static void assertError(ErrorInfo error, int statusCode, int code) {
        assertThat(error.statusCode() + "/" + error.code()).as(error.message()).isEqualTo(statusCode + "/" + code);
    }

    static AuthResult present(String token) {
        return STRICT.authenticate(new Credentials.Token(token), true, NOW);
    }

    static Map<String, Object> tree(Object... namesAndValues) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            tree.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return tree;
    }

    /// A JWT that lives for the next hour, with the extra members in its payload.
    static String jwt(ApiKey key, String extraClaims) {
        return jwt(key, NOW_SECONDS, NOW_SECONDS + 3600, extraClaims);
    }

    static String jwt(ApiKey key, long iat, long exp, String extraClaims) {
        return jwt(header(key.name()), "{\"iat\":%d,\"exp\":%d%s}".formatted(iat, exp, extraClaims), key.secret());
    }

    static String header(String kid) {
        return "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted(kid);
    }

    static String jwt(String header, String payload, String secret) {
        String input = base64Url(utf8(header)) + "." + base64Url(utf8(payload));
        return input + "." + base64Url(hmac(secret, input));
    }

    static byte[] hmac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(utf8(secret), "HmacSHA256"));
            return mac.doFinal(utf8(text));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(utf8(text));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
