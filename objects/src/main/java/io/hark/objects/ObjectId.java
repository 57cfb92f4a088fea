package io.hark.objects;

import io.hark.protocol.ObjectOperation.InitialValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Value: the id of an object that somebody has created (RTO14): its kind, the hash of what it was made
/// of, and when.
///
/// @param millis since the epoch, as the creator has it
public record ObjectId(Kind kind, String hash, long millis) {
    /// The map that every channel has.
    public static final String ROOT = "root";

    private static final Pattern TEXT = Pattern.compile("(map|counter):([A-Za-z0-9_-]{43})@(\\d{1,15})");

    private static final Pattern FORM = Pattern.compile("(map|counter):[^@]+@\\d+");

    public enum Kind {
        MAP("map"),
        COUNTER("counter");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    @Override
    public String toString() {
        return kind.word + ':' + hash + '@' + millis;
    }

    /// Empty for anything that [#toString] does not produce.
    public static Optional<ObjectId> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Kind kind = matcher.group(1).equals(Kind.MAP.word) ? Kind.MAP : Kind.COUNTER;
        return Optional.of(new ObjectId(kind, matcher.group(2), Long.parseLong(matcher.group(3))));
    }

    /// The id of an object that is made of this.
    public static ObjectId of(Kind kind, InitialValue initial, long millis) {
        return new ObjectId(kind, hash(initial), millis);
    }

    public boolean isMadeOf(InitialValue initial) {
        return hash.equals(hash(initial));
    }

    private static String hash(InitialValue initial) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(initial.text().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) ':');
            digest.update(initial.nonce().getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// @param id the root's, or one that [#parse] takes
    static boolean isMap(String id) {
        return id.equals(ROOT) || id.startsWith(Kind.MAP.word);
    }

    static boolean isValid(String id) {
        return id.equals(ROOT) || parse(id).isPresent();
    }

    /// Whether it names an object as ids do, though perhaps one that nobody can have made.
    static boolean hasForm(String id) {
        return FORM.matcher(id).matches();
    }
}
