package io.hark.auth;

import java.util.Optional;
import java.util.regex.Pattern;

/// Value: the public part of an API key, written `appId.keyId`.
public record KeyName(String appId, String keyId) {
    static final String ID_FORM = "1 to 64 characters of A-Z, a-z, 0-9, _ and -";

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public KeyName {
        if (!isId(appId) || !isId(keyId)) {
            throw new IllegalArgumentException(
                    "the ids of a key must be %s, were '%s' and '%s'".formatted(ID_FORM, appId, keyId));
        }
    }

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /// @return empty when the text is not two URL-safe ids with a dot between them
    public static Optional<KeyName> parse(String text) {
        int dot = text.indexOf('.');
        return dot >= 0 && isId(text.substring(0, dot)) && isId(text.substring(dot + 1))
                ? Optional.of(new KeyName(text.substring(0, dot), text.substring(dot + 1)))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return appId + "." + keyId;
    }
}
