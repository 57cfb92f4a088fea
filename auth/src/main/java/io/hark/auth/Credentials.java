package io.hark.auth;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Value: what a client presents to say who it is.
public sealed interface Credentials {
    /// @param keyText `appId.keyId:secret`, as yet unchecked
    record Basic(String keyText) implements Credentials {
        @Override
        public String toString() {
            return "Basic[…]";
        }
    }

    /// @param text a JWT or an Ably token, as yet unchecked
    record Token(String text) implements Credentials {
        @Override
        public String toString() {
            return "Token[…]";
        }
    }

    record None() implements Credentials {}

    /// Something was presented that cannot be read; answered with 40005.
    ///
    /// @param problem what is wrong with it, for the client
    record Malformed(String problem) implements Credentials {}

    /// Reads a request's credentials; the header goes before the query.
    ///
    /// @param authorization the value of the `Authorization` header
    /// @param query         the decoded query params, of which `key`, `accessToken` and `access_token` are
    ///                      looked
    /// at
    static Credentials of(Optional<String> authorization, Map<String, String> query) {
        return authorization.map(Credentials::ofHeader).orElseGet(() -> ofQuery(query));
    }

    /// @param authorization the value of an `Authorization` header
    static Credentials ofHeader(String authorization) {
        String value = authorization.strip();
        int space = value.indexOf(' ');
        String scheme = (space < 0 ? value : value.substring(0, space)).toLowerCase(Locale.ROOT);
        String content = space < 0 ? "" : value.substring(space + 1).strip();
        return switch (scheme) {
            case "basic" ->
                decoded(content)
                        .<Credentials>map(Basic::new)
                        .orElseGet(() -> new Malformed("Invalid key in request: not base64"));
            // SDKs encode tokens of all kinds, hand-made clients often do not; only a raw token has a dot
            // in it.
            case "bearer" ->
                content.contains(".")
                        ? new Token(content)
                        : decoded(content)
                                .<Credentials>map(Token::new)
                                .orElseGet(() ->
                                        new Malformed("Invalid accessToken in request: neither token nor base64"));
            default -> new Malformed("Invalid Authorization header: the scheme must be Basic or Bearer");
        };
    }

    /// @param query the decoded query params; SDKs differ in how they spell the token's
    static Credentials ofQuery(Map<String, String> query) {
        if (query.containsKey("key")) {
            return new Basic(query.get("key"));
        }
        for (String name : new String[] {"accessToken", "access_token"}) {
            if (query.containsKey(name)) {
                return new Token(query.get(name));
            }
        }
        return new None();
    }

    private static Optional<String> decoded(String base64) {
        return Base64Text.decode(base64).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}
