package io.hark.frontend;

import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.Payload;
import java.util.Map;
import java.util.Optional;

/// What a subscriber is told about its channel, as a message on that channel: of no publisher, and in no
/// log.
final class MetaMessage {
    private static final Optional<String> JSON = Optional.of("json");

    private MetaMessage() {}

    /// A message that inherits nothing.
    ///
    /// @param data JSON text
    static Message of(String id, String name, byte[] data, long wallMillis) {
        return new Message(
                Optional.of(id),
                Optional.of(name),
                Payload.utf8(data),
                JSON,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                wallMillis,
                Map.of(),
                MessageAction.META,
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }
}
