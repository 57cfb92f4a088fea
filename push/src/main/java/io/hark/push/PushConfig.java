package io.hark.push;

import java.util.Map;

/// Value: how a node pushes.
///
/// @param privateTargets whether clients may have it send to private addresses and without TLS
/// @param contact        what it tells push services of the operator: a `mailto:` or `https:` URL
/// @param credentials    by app; `*` for those that have none of their own
public record PushConfig(
        PushLimits limits, boolean privateTargets, String contact, Map<String, PushCredentials> credentials) {
    private static final String ANY_APP = "*";

    public static final PushConfig DEFAULTS =
            new PushConfig(PushLimits.DEFAULTS, false, "mailto:nobody@example.com", Map.of());

    public PushConfig {
        credentials = Map.copyOf(credentials);
    }

    PushCredentials credentialsOf(String app) {
        PushCredentials own = credentials.get(app);
        return own == null ? credentials.getOrDefault(ANY_APP, PushCredentials.NONE) : own;
    }
}
