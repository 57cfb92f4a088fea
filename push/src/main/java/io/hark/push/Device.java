package io.hark.push;

import io.hark.protocol.ErrorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: a device that is registered for push notifications (PCD1 to PCD7).
///
/// @param metadata  as the client gave it
/// @param secret    by which the device proves to be itself; empty when an admin registered it without
/// @param recipient how it is reached; see [Recipient]
/// @param error     why it could not be reached
/// @param tokensFromMillis identity tokens that were issued earlier are not its own any more
public record Device(
        String id,
        Optional<String> clientId,
        String platform,
        String formFactor,
        Map<String, Object> metadata,
        Optional<String> secret,
        Map<String, Object> recipient,
        State state,
        Optional<ErrorInfo> error,
        long tokensFromMillis) {
    public static final List<String> PLATFORMS = List.of("ios", "android", "browser");
    public static final List<String> FORM_FACTORS =
            List.of("phone", "tablet", "desktop", "tv", "watch", "car", "embedded", "other");

    /// Whether notifications reach it. Clients compare the names.
    public enum State {
        ACTIVE,
        /// The last attempt failed; it is tried again with the next notification.
        FAILING,
        /// It cannot be reached any more, until it gives another recipient.
        FAILED
    }

    Device withState(State next, Optional<ErrorInfo> why) {
        return new Device(id, clientId, platform, formFactor, metadata, secret, recipient, next, why, tokensFromMillis);
    }

    /// The same, registered anew in place of what was there.
    public Device withTokensOf(Device before) {
        return withTokensFrom(before.tokensFromMillis());
    }

    public Device withTokensFrom(long millis) {
        return new Device(id, clientId, platform, formFactor, metadata, secret, recipient, state, error, millis);
    }

    /// As clients see it: without its secret.
    public Map<String, Object> toTree() {
        Map<String, Object> push = new LinkedHashMap<>();
        push.put("recipient", recipient);
        push.put("state", state.name());
        error.ifPresent(why -> {
            // SDKs differ in how they read it (PCP3).
            push.put("error", errorTree(why));
            push.put("errorReason", errorTree(why));
        });
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", id);
        clientId.ifPresent(client -> tree.put("clientId", client));
        tree.put("platform", platform);
        tree.put("formFactor", formFactor);
        tree.put("metadata", metadata);
        tree.put("push", push);
        return tree;
    }

    static Map<String, Object> errorTree(ErrorInfo error) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("code", (long) error.code());
        tree.put("statusCode", (long) error.statusCode());
        tree.put("message", error.message());
        return tree;
    }

    byte[] encode() {
        Map<String, Object> tree = toTree();
        secret.ifPresent(text -> tree.put("deviceSecret", text));
        tree.put("tokensFrom", tokensFromMillis);
        return Trees.row(tree);
    }

    static Device decode(byte[] row) {
        Map<String, Object> tree = Trees.row(row);
        Map<String, Object> push = Trees.objectIn(tree, "push");
        return new Device(
                Trees.textIn(tree, "id").orElseThrow(),
                Trees.textIn(tree, "clientId"),
                Trees.textIn(tree, "platform").orElseThrow(),
                Trees.textIn(tree, "formFactor").orElseThrow(),
                Trees.objectIn(tree, "metadata"),
                Trees.textIn(tree, "deviceSecret"),
                Trees.objectIn(push, "recipient"),
                State.valueOf(Trees.textIn(push, "state").orElseThrow()),
                Trees.object(push.get("error")).map(Device::error),
                (Long) tree.get("tokensFrom"));
    }

    private static ErrorInfo error(Map<String, Object> tree) {
        return new ErrorInfo(
                ((Long) tree.get("code")).intValue(),
                ((Long) tree.get("statusCode")).intValue(),
                String.valueOf(tree.get("message")));
    }

    /// Without its secret, and what it is reached by.
    @Override
    public String toString() {
        return "Device[%s, %s, %s]".formatted(id, clientId.orElse("anonymous"), state);
    }
}
