package io.hark.push;

import io.hark.protocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: what is pushed: `notification`, `data`, and what single transports are to be given instead
/// (`apns`, `fcm`, `web`).
public record PushPayload(Map<String, Object> tree) {
    /// In the order in which clients compare them.
    private static final List<String> NOTIFICATION = List.of("body", "collapseKey", "icon", "sound", "title", "ttl");

    private static final long TTL_SECONDS_DEFAULT = 28 * 24 * 60 * 60;

    /// @param tree as it came; members with other names are left out
    /// @throws PushRefusal when it is none, or too large
    public static PushPayload of(Map<String, Object> tree, int bytesMax) throws PushRefusal {
        Map<String, Object> kept = new LinkedHashMap<>();
        for (String name : List.of("notification", "data", "apns", "fcm", "web")) {
            Object value = tree.get(name);
            if (value != null) {
                kept.put(
                        name,
                        Trees.object(value)
                                .map(Trees::withoutNulls)
                                .orElseThrow(() -> new PushRefusal(
                                        ErrorCode.BAD_REQUEST,
                                        "%s of a notification must be an object".formatted(name))));
            }
        }
        int bytes = Trees.json(kept).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > bytesMax) {
            throw new PushRefusal(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "the notification is %d bytes, the limit is %d".formatted(bytes, bytesMax));
        }
        return new PushPayload(kept);
    }

    private Map<String, Object> notification() {
        return Trees.objectIn(tree, "notification");
    }

    private Optional<Object> of(String member) {
        return Optional.ofNullable(notification().get(member));
    }

    long ttlSeconds() {
        return switch (notification().get("ttl")) {
            case Long seconds when seconds >= 0 -> Math.min(seconds, TTL_SECONDS_DEFAULT);
            case String text when text.matches("[0-9]{1,9}") -> Math.min(Long.parseLong(text), TTL_SECONDS_DEFAULT);
            case null, default -> TTL_SECONDS_DEFAULT;
        };
    }

    /// As `ablyChannel` recipients get it: all members of a notification, null where they are not given.
    String normalised() {
        Map<String, Object> normal = new LinkedHashMap<>();
        if (tree.containsKey("data")) {
            normal.put("data", tree.get("data"));
        }
        Map<String, Object> notification = new LinkedHashMap<>();
        NOTIFICATION.forEach(name -> notification.put(name, notification().get(name)));
        normal.put("notification", notification);
        return Trees.json(normal);
    }

    /// What a browser's service worker is given.
    Map<String, Object> forWeb() {
        Map<String, Object> shown = new LinkedHashMap<>();
        for (String name : List.of("title", "body", "icon", "sound")) {
            of(name).ifPresent(value -> shown.put(name, value));
        }
        of("collapseKey").ifPresent(value -> shown.put("tag", value));
        Map<String, Object> web = new LinkedHashMap<>();
        web.put("notification", shown);
        web.put("data", Trees.objectIn(tree, "data"));
        return merged(web, Trees.objectIn(tree, "web"));
    }

    /// A message of FCM's HTTP v1, but for its target.
    Map<String, Object> forFcm() {
        Map<String, Object> message = new LinkedHashMap<>();
        Map<String, Object> shown = new LinkedHashMap<>();
        of("title").ifPresent(value -> shown.put("title", value));
        of("body").ifPresent(value -> shown.put("body", value));
        Map<String, Object> onAndroid = new LinkedHashMap<>();
        of("icon").ifPresent(value -> onAndroid.put("icon", value));
        of("sound").ifPresent(value -> onAndroid.put("sound", value));
        Map<String, Object> android = new LinkedHashMap<>();
        of("collapseKey").ifPresent(value -> android.put("collapse_key", value));
        of("ttl").ifPresent(value -> android.put("ttl", ttlSeconds() + "s"));
        putUnlessEmpty(android, "notification", onAndroid);
        putUnlessEmpty(message, "notification", shown);
        // FCM takes text only.
        Map<String, Object> data = new LinkedHashMap<>();
        Trees.objectIn(tree, "data")
                .forEach((name, value) -> data.put(name, value instanceof String ? value : Trees.json(value)));
        putUnlessEmpty(message, "data", data);
        putUnlessEmpty(message, "android", android);
        return merged(message, Trees.objectIn(tree, "fcm"));
    }

    /// A notification of APNs, with `apns-headers` among its members when the publisher gives some.
    Map<String, Object> forApns() {
        Map<String, Object> alert = new LinkedHashMap<>();
        of("title").ifPresent(value -> alert.put("title", value));
        of("body").ifPresent(value -> alert.put("body", value));
        Map<String, Object> aps = new LinkedHashMap<>();
        putUnlessEmpty(aps, "alert", alert);
        of("sound").ifPresent(value -> aps.put("sound", value));
        of("collapseKey").ifPresent(value -> aps.put("thread-id", value));
        if (alert.isEmpty()) {
            aps.put("content-available", 1L);
        }
        Map<String, Object> apns = new LinkedHashMap<>(Trees.objectIn(tree, "data"));
        apns.put("aps", aps);
        return merged(apns, Trees.objectIn(tree, "apns"));
    }

    private static void putUnlessEmpty(Map<String, Object> tree, String name, Map<String, Object> value) {
        if (!value.isEmpty()) {
            tree.put(name, value);
        }
    }

    /// What the publisher gives for one transport goes before what is made of the rest, member by
    /// member.
    private static Map<String, Object> merged(Map<String, Object> made, Map<String, Object> given) {
        Map<String, Object> all = new LinkedHashMap<>(made);
        given.forEach((name, value) -> {
            Optional<Map<String, Object>> below = Trees.object(all.get(name));
            Optional<Map<String, Object>> over = Trees.object(value);
            all.put(name, below.isPresent() && over.isPresent() ? merged(below.get(), over.get()) : value);
        });
        return all;
    }
}
