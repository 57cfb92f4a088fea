package io.hark.auth;

import io.hark.protocol.ErrorCode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Whose tokens a revocation is for, written `type:value`: `clientId`, `revocationKey` or `channel`.
public final class RevocationTarget {
    private static final String CLIENT_ID = "clientId";
    private static final String REVOCATION_KEY = "revocationKey";
    private static final String CHANNEL = "channel";
    private static final List<String> TYPES = List.of(CLIENT_ID, REVOCATION_KEY, CHANNEL);

    private RevocationTarget() {}

    /// @param charsMax of the whole text
    /// @return the target; refused with 40003 when its type is unknown or its value empty or too long
    public static Outcome<String> check(String text, int charsMax) {
        int colon = text.indexOf(':');
        if (colon < 0 || !TYPES.contains(text.substring(0, colon))) {
            return refused("invalid target '%s': it must be <type>:<value>, the type one of %s"
                    .formatted(abbreviated(text), String.join(", ", TYPES)));
        }
        if (colon == text.length() - 1) {
            return refused("invalid target '%s': it has no value".formatted(text));
        }
        return text.length() > charsMax
                ? refused("invalid target: it has %d characters, the limit is %d".formatted(text.length(), charsMax))
                : Outcome.ok(text);
    }

    private static Outcome<String> refused(String why) {
        return Outcome.refused(ErrorCode.INVALID_PARAMETER_VALUE.info(why));
    }

    private static String abbreviated(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    /// All targets that mean the grant's token: its own clientId (`*` is one), its revocation key, and each
    /// resource as its capability spells it.
    public static List<String> of(Grant grant) {
        return Stream.of(
                        grant.clientId().stream().map(id -> CLIENT_ID + ':' + id),
                        grant.terms().revocationKey().stream().map(key -> REVOCATION_KEY + ':' + key),
                        grant.capability().resources().map(resource -> CHANNEL + ':' + resource))
                .flatMap(targets -> targets)
                .collect(Collectors.toUnmodifiableList());
    }
}
