package io.hark.launcher;

import io.hark.push.PushConfig;
import io.hark.push.PushCredentials;
import io.hark.push.PushLimits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How a node pushes, from its settings.
final class PushSettings {
    private static final String CREDENTIALS = "push.credentials";
    private static final String FCM = "https://fcm.googleapis.com";
    private static final String APNS = "https://api.push.apple.com";

    private PushSettings() {}

    static PushConfig of(Settings settings) {
        PushLimits defaults = PushLimits.DEFAULTS;
        PushLimits limits = new PushLimits(
                settings.number("push.limits.devicesMax", defaults.devicesMax(), 16, 100_000_000),
                settings.number("push.limits.devicesPerClientMax", defaults.devicesPerClientMax(), 1, 10_000),
                settings.number(
                        "push.limits.subscriptionsPerChannelMax",
                        defaults.subscriptionsPerChannelMax(),
                        1,
                        100_000_000),
                settings.number("push.limits.subscriptionsMax", defaults.subscriptionsMax(), 16, 1_000_000_000),
                settings.number("push.limits.waitingMax", defaults.waitingMax(), 16, 10_000_000),
                (int) settings.bytes("push.limits.payloadBytesMax", "64 KiB", "1 KiB", "64 KiB"));
        Map<String, PushCredentials> credentials = new LinkedHashMap<>();
        settings.maps(CREDENTIALS).forEach(entry -> add(entry, credentials));
        return new PushConfig(
                limits,
                settings.flag("push.privateTargets", settings.flag("dev", false)),
                contact(settings.text("push.contact", PushConfig.DEFAULTS.contact())),
                credentials);
    }

    private static String contact(String text) {
        if (!text.startsWith("mailto:") && !text.startsWith("https:")) {
            throw Settings.wrong("push.contact", text, "a mailto: or https: URL, for push services to reach you");
        }
        return text;
    }

    private static void add(Map<String, Object> entry, Map<String, PushCredentials> credentials) {
        refuseOthers(entry, Set.of("app", "fcm", "apns"));
        String app = text(entry, "app").orElse("*");
        PushCredentials made = new PushCredentials(
                map(entry, "fcm").map(PushSettings::fcm), map(entry, "apns").map(PushSettings::apns));
        if (credentials.put(app, made) != null) {
            throw new ConfigException("%s names app %s twice".formatted(CREDENTIALS, app));
        }
    }

    private static PushCredentials.Fcm fcm(Map<String, Object> fcm) {
        refuseOthers(fcm, Set.of("serviceAccount", "endpoint"));
        String file = required(fcm, "fcm", "serviceAccount");
        try {
            return PushCredentials.Fcm.of(
                    read(file), URI.create(text(fcm, "endpoint").orElse(FCM)));
        } catch (IllegalArgumentException unusable) {
            throw new ConfigException("%s: %s cannot be used: %s".formatted(CREDENTIALS, file, unusable.getMessage()));
        }
    }

    private static PushCredentials.Apns apns(Map<String, Object> apns) {
        refuseOthers(apns, Set.of("key", "keyId", "teamId", "topic", "endpoint"));
        String file = required(apns, "apns", "key");
        try {
            return PushCredentials.Apns.of(
                    read(file),
                    required(apns, "apns", "keyId"),
                    required(apns, "apns", "teamId"),
                    required(apns, "apns", "topic"),
                    URI.create(text(apns, "endpoint").orElse(APNS)));
        } catch (IllegalArgumentException unusable) {
            throw new ConfigException("%s: %s cannot be used: %s".formatted(CREDENTIALS, file, unusable.getMessage()));
        }
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException unreadable) {
            throw new ConfigException("%s: %s cannot be read: %s".formatted(CREDENTIALS, file, unreadable));
        }
    }

    private static void refuseOthers(Map<String, Object> entry, Set<String> known) {
        for (String name : entry.keySet()) {
            if (!known.contains(name)) {
                throw new ConfigException("%s: %s is not known; known are: %s"
                        .formatted(
                                CREDENTIALS,
                                name,
                                String.join(", ", known.stream().sorted().toList())));
            }
        }
    }

    private static Optional<String> text(Map<String, Object> entry, String name) {
        return Optional.ofNullable(entry.get(name)).map(String::valueOf);
    }

    private static String required(Map<String, Object> entry, String of, String name) {
        return text(entry, name)
                .orElseThrow(() -> new ConfigException("%s: %s needs %s".formatted(CREDENTIALS, of, name)));
    }

    private static Optional<Map<String, Object>> map(Map<String, Object> entry, String name) {
        Object value = entry.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new ConfigException("%s: %s must be a map".formatted(CREDENTIALS, name));
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, member) -> copy.put(String.valueOf(key), member));
        return Optional.of(copy);
    }
}
