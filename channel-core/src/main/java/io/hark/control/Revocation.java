package io.hark.control;

import java.time.Duration;

/// Value: tokens of one key that the region accepts no longer.
///
/// @param target             whose they are, as clients write it: `type:value`
/// @param issuedBeforeMillis tokens issued later are not meant
/// @param appliesAtMillis    they are accepted until then
/// @param untilMillis        when the last of them has expired by itself, so that this can be forgotten
public record Revocation(
        String keyName, String target, long issuedBeforeMillis, long appliesAtMillis, long untilMillis) {
    /// A target of more characters cannot be revoked.
    public static final int TARGET_CHARS_MAX = 1_024;

    /// What clocks of nodes may differ by; it is remembered so much longer.
    private static final Duration CLOCK_SLACK = Duration.ofMinutes(5);

    public Revocation {
        if (target.length() > TARGET_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "a target of %d characters, the limit is %d".formatted(target.length(), TARGET_CHARS_MAX));
        }
    }

    /// @param tokenTtlMax how long a token can live that can be revoked
    public static Revocation of(
            String keyName, String target, long issuedBeforeMillis, long appliesAtMillis, Duration tokenTtlMax) {
        long lastMillis = Math.max(issuedBeforeMillis, appliesAtMillis);
        return new Revocation(
                keyName,
                target,
                issuedBeforeMillis,
                appliesAtMillis,
                lastMillis + tokenTtlMax.plus(CLOCK_SLACK).toMillis());
    }

    /// Whether nothing is lost when this one is there and the other is not, from `atMillis` on.
    boolean supersedes(Revocation other, long atMillis) {
        return keyName.equals(other.keyName)
                && target.equals(other.target)
                && issuedBeforeMillis >= other.issuedBeforeMillis
                && Math.max(appliesAtMillis, atMillis) <= Math.max(other.appliesAtMillis, atMillis);
    }
}
