package io.hark.rest;

import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: a message of a chat room as its clients know it (CHA-M2): a message of the room's channel, told
/// otherwise.
///
/// @param clientId  of the author; empty text for an anonymous one
/// @param timestamp of the original
/// @param version   with its serial
/// @param reactions by their kind: `unique`, `distinct`, `multiple`
record ChatMessage(
        String serial,
        String clientId,
        ChatContent content,
        Optional<String> userClaim,
        MessageAction action,
        long timestamp,
        MessageVersion version,
        Map<String, Object> reactions) {
    /// The name of its message on the channel; there may be others, which are not the room's messages (CHA-M4d).
    static final String NAME = "chat.message";

    private static final String TIMESTAMP = "timestamp";
    private static final String SERIAL = "serial";
    private static final String VERSION = "version";

    static boolean is(Message message) {
        return message.name().filter(NAME::equals).isPresent();
    }

    static ChatMessage of(Message message) {
        String serial = message.serial().orElse("");
        MessageVersion version = message.version().orElseGet(MessageVersion::new);
        return new ChatMessage(
                serial,
                message.clientId().orElse(""),
                ChatContent.of(message),
                UserClaim.in(message.extras()),
                message.action(),
                message.timestamp(),
                new MessageVersion(
                        version.serial().or(() -> Optional.of(serial)),
                        version.timestamp() == 0 ? message.timestamp() : version.timestamp(),
                        version.clientId(),
                        version.description(),
                        version.metadata()),
                ChatReaction.summaries(message.annotations().get("summary")));
    }

    /// The message in another version.
    ChatMessage changed(MessageAction newAction, ChatContent newContent, MessageVersion newVersion) {
        return new ChatMessage(serial, clientId, newContent, userClaim, newAction, timestamp, newVersion, reactions);
    }

    /// The message as plain values, in the form that clients of that generation read.
    Map<String, Object> tree(ChatVersion generation, String room) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(generation == ChatVersion.V1 ? "timeserial" : SERIAL, serial);
        tree.put("clientId", clientId);
        content.show(tree);
        userClaim.ifPresent(claim -> tree.put("userClaim", claim));
        switch (generation) {
            case V1 -> {
                tree.put("roomId", room);
                tree.put("createdAt", timestamp);
            }
            case V2 -> {
                tree.put("roomId", room);
                addVersionApart(tree);
            }
            case V3 -> {
                addVersionApart(tree);
                tree.put("reactions", reactions);
            }
            case V4 -> {
                addAction(tree);
                tree.put(TIMESTAMP, timestamp);
                Map<String, Object> told = operation();
                told.put(SERIAL, versionSerial());
                told.put(TIMESTAMP, version.timestamp());
                tree.put(VERSION, told);
                tree.put("reactions", reactions);
            }
        }
        return tree;
    }

    private void addVersionApart(Map<String, Object> tree) {
        addAction(tree);
        tree.put("createdAt", timestamp);
        tree.put(VERSION, versionSerial());
        tree.put(TIMESTAMP, version.timestamp());
        Map<String, Object> operation = operation();
        if (!operation.isEmpty()) {
            tree.put("operation", operation);
        }
    }

    private void addAction(Map<String, Object> tree) {
        tree.put(
                "action",
                switch (action) {
                    case DELETE -> "message.delete";
                    case UPDATE, APPEND -> "message.update";
                    case CREATE, META, SUMMARY -> "message.create";
                });
    }

    private Map<String, Object> operation() {
        Map<String, Object> operation = new LinkedHashMap<>();
        version.clientId().ifPresent(by -> operation.put("clientId", by));
        version.description().ifPresent(why -> operation.put("description", why));
        if (!version.metadata().isEmpty()) {
            operation.put("metadata", version.metadata());
        }
        return operation;
    }

    String versionSerial() {
        return version.serial().orElse(serial);
    }

    static List<Map<String, Object>> trees(List<Message> messages, ChatVersion generation, String room) {
        return messages.stream()
                .map(message -> of(message).tree(generation, room))
                .toList();
    }
}
