package io.hark.launcher;

import io.hark.rest.AccessToken;
import io.hark.rest.ControlConfig;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads `control.*`: who may use the control API.
final class ControlSettings {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    /// The token that may do everything.
    private static final String OPERATOR = "operator";

    private static final Set<String> MEMBERS = Set.of("id", "name", "secret", "scopes");

    private ControlSettings() {}

    static ControlConfig of(Settings settings, boolean dev) {
        List<AccessToken> tokens = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        settings.text("control.token").ifPresent(secret -> {
            ids.add(OPERATOR);
            tokens.add(made(OPERATOR, OPERATOR, secret, EnumSet.allOf(AccessToken.Scope.class)));
        });
        for (Map<String, Object> tree : settings.maps("control.tokens")) {
            AccessToken token = token(tree);
            if (!ids.add(String.valueOf(tree.get("id")))) {
                throw new ConfigException("control.tokens has two with the id '%s'".formatted(tree.get("id")));
            }
            tokens.add(token);
        }
        return new ControlConfig(
                settings.text("control.account", "hark", ID),
                tokens,
                settings.number("control.requestsPerHour", 2_000, 1, 10_000_000),
                settings.number("control.refusedPerHour", 60, 1, 10_000_000),
                dev);
    }

    private static AccessToken token(Map<String, Object> tree) {
        for (String member : tree.keySet()) {
            if (!MEMBERS.contains(member)) {
                throw new ConfigException(
                        "control.tokens: %s is not a setting; known are id, name, secret and scopes".formatted(member));
            }
        }
        String id = String.valueOf(tree.get("id"));
        if (!ID.matcher(id).matches()) {
            throw Settings.wrong("control.tokens: id", id, "text of the form " + ID.pattern());
        }
        if (!(tree.get("scopes") instanceof List<?> words)) {
            throw new ConfigException("control.tokens: token %s needs a list of scopes".formatted(id));
        }
        Set<AccessToken.Scope> scopes = EnumSet.noneOf(AccessToken.Scope.class);
        for (Object word : words) {
            scopes.add(AccessToken.Scope.of(String.valueOf(word))
                    .orElseThrow(() -> Settings.wrong(
                            "control.tokens: scope of " + id,
                            String.valueOf(word),
                            "read: or write: and app, key, namespace, queue or rule")));
        }
        return made(
                id,
                String.valueOf(tree.getOrDefault("name", id)),
                String.valueOf(tree.getOrDefault("secret", "")),
                scopes);
    }

    private static AccessToken made(String id, String name, String secret, Set<AccessToken.Scope> scopes) {
        try {
            return new AccessToken(id, name, secret, scopes);
        } catch (IllegalArgumentException weak) {
            throw new ConfigException("control: " + weak.getMessage());
        }
    }
}
