package io.hark.protocol;

import java.util.Map;
import java.util.Optional;

/// Value: one presence event or member (TP3).
///
/// Fields that a receiver inherits from the enclosing frame (`id`, `connectionId`, `timestamp`) are empty when
/// inherited.
///
/// @param timestamp milliseconds since the epoch; 0 when absent
/// @param extras    plain values, see [Message]
public record PresenceMessage(
        PresenceAction action,
        Optional<String> id,
        Optional<String> clientId,
        Optional<String> connectionId,
        long timestamp,
        Payload data,
        Optional<String> encoding,
        Map<String, Object> extras) {

    public PresenceMessage withAction(PresenceAction value) {
        return new PresenceMessage(value, id, clientId, connectionId, timestamp, data, encoding, extras);
    }

    public PresenceMessage withClientId(String value) {
        return new PresenceMessage(action, id, Optional.of(value), connectionId, timestamp, data, encoding, extras);
    }

    public PresenceMessage withData(Payload value, Optional<String> newEncoding) {
        return new PresenceMessage(action, id, clientId, connectionId, timestamp, value, newEncoding, extras);
    }

    public PresenceMessage withoutId() {
        return new PresenceMessage(action, Optional.empty(), clientId, connectionId, timestamp, data, encoding, extras);
    }

    /// The same event with the identity that a member of the set carries.
    public PresenceMessage identified(String newId, String newConnectionId, long newTimestamp) {
        return new PresenceMessage(
                action,
                Optional.of(newId),
                clientId,
                Optional.of(newConnectionId),
                newTimestamp,
                data,
                encoding,
                extras);
    }
}
