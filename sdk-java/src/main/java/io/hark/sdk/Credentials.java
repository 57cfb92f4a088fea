package io.hark.sdk;

import java.time.Instant;
import java.util.Optional;

/// Value: what a client shows to be let in.
public sealed interface Credentials {

    /// An API key, for programs that may keep a secret.
    ///
    /// @param value `app.id:secret`
    record Key(String value) implements Credentials {
        public Key {
            if (value.indexOf(':') < 1 || value.indexOf('.') < 1) {
                throw new IllegalArgumentException("a key has the form app.id:secret");
            }
        }

        /// The part that is no secret.
        public String name() {
            return value.substring(0, value.indexOf(':'));
        }

        /// Without the secret.
        @Override
        public String toString() {
            return "Key[" + name() + "]";
        }
    }

    /// Tokens, one after another: asked for at first, before one expires, and when the server wants
    /// another.
    record Source(TokenSource source) implements Credentials {}

    static Credentials key(String value) {
        return new Key(value);
    }

    /// @param source runs on a virtual thread, so it may wait for whatever gives tokens; never twice at
    ///               a time
    static Credentials source(TokenSource source) {
        return new Source(source);
    }

    /// One token; when it has expired the client fails with 40171.
    static Credentials token(String value) {
        return new Fixed(new Token(value, Optional.empty()));
    }

    /// @see #token(String)
    record Fixed(Token token) implements Credentials {}

    /// Where new tokens come from: an application's own server, usually.
    @FunctionalInterface
    interface TokenSource {
        /// @throws Exception when there is none now; the client asks again later
        Token next() throws Exception;
    }

    /// @param value   an Ably token or a JWT
    /// @param expires when it does, if that is known; the client then asks for the next before
    record Token(String value, Optional<Instant> expires) {
        public static Token of(String value) {
            return new Token(value, Optional.empty());
        }

        /// Without the token, which is a secret.
        @Override
        public String toString() {
            return "Token[expires=" + expires + "]";
        }
    }
}
