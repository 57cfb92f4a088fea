package io.hark.sdk;

import io.hark.protocol.PresenceMessage;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// Value: somebody who is, or was, present on a channel: a client on a connection.
///
/// @param data      empty when there is none, or none that the codec could read
/// @param content   the data, unread
/// @param timestamp of the last change
/// @param extras    plain values
public record Member<T>(
        String clientId,
        String connectionId,
        Optional<T> data,
        Content content,
        Instant timestamp,
        Map<String, Object> extras) {

    static <T> Member<T> of(PresenceMessage message, Codec<T> codec) {
        Content content = new Content(message.data(), message.encoding()).unwrapped();
        return new Member<>(
                message.clientId().orElse(""),
                message.connectionId().orElse(""),
                read(content, codec),
                content,
                Instant.ofEpochMilli(message.timestamp()),
                message.extras());
    }

    private static <T> Optional<T> read(Content content, Codec<T> codec) {
        if (content.data().size() == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(codec.decode(content));
        } catch (Exception unreadable) { // the application's codec, whatever it throws
            return Optional.empty();
        }
    }
}
