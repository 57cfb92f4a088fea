package io.hark.rest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Value: what an operator shows to the control API. It knows its secret by a digest only.
public final class AccessToken {
    /// Characters of a secret.
    public static final int SECRET_CHARS_MIN = 32;

    private final String id;
    private final String name;
    private final byte[] digest;
    private final Set<Scope> scopes;

    public AccessToken(String id, String name, String secret, Set<Scope> scopes) {
        if (secret.length() < SECRET_CHARS_MIN) {
            throw new IllegalArgumentException(
                    "the secret of access token %s must have %d characters or more".formatted(id, SECRET_CHARS_MIN));
        }
        this.id = id;
        this.name = name;
        this.digest = digest(secret);
        this.scopes = scopes.isEmpty() ? Set.of() : EnumSet.copyOf(scopes);
    }

    /// Value: what one may do.
    public enum Scope {
        READ_APP,
        WRITE_APP,
        READ_KEY,
        WRITE_KEY,
        READ_NAMESPACE,
        WRITE_NAMESPACE,
        READ_QUEUE,
        WRITE_QUEUE,
        READ_RULE,
        WRITE_RULE;

        /// As it is written: `read:app`.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', ':');
        }

        public static Optional<Scope> of(String word) {
            return Arrays.stream(values())
                    .filter(scope -> scope.word().equals(word))
                    .findFirst();
        }
    }

    String id() {
        return id;
    }

    String name() {
        return name;
    }

    boolean permits(Scope scope) {
        return scopes.contains(scope);
    }

    List<String> scopeWords() {
        return scopes.stream().map(Scope::word).toList();
    }

    /// The token with that secret. Takes as long for a wrong guess as for a near miss.
    static Optional<AccessToken> find(List<AccessToken> tokens, String secret) {
        byte[] given = digest(secret);
        Optional<AccessToken> found = Optional.empty();
        for (AccessToken token : tokens) {
            found = MessageDigest.isEqual(token.digest, given) ? Optional.of(token) : found;
        }
        return found;
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    @Override
    public String toString() {
        return "AccessToken[" + id + ", " + scopeWords() + "]";
    }
}
