package io.hark.protocol;

import java.util.Map;
import java.util.Optional;

/// Value: one message as publishers send it and subscribers get it (TM2).
///
/// Fields that a receiver inherits from the enclosing frame (`id`, `connectionId`, `timestamp`) are empty when
/// inherited.
///
/// @param timestamp milliseconds since the epoch; 0 when absent
/// @param extras    plain values (String, Long, Double, Boolean, List, Map, byte[], null); empty when absent
/// @param serial    on an update, delete or append the serial of the message it changes; otherwise empty until delivery
public record Message(
        Optional<String> id,
        Optional<String> name,
        Payload data,
        Optional<String> encoding,
        Optional<String> clientId,
        Optional<String> connectionId,
        Optional<String> connectionKey,
        long timestamp,
        Map<String, Object> extras,
        MessageAction action,
        Optional<String> serial,
        Optional<MessageVersion> version,
        Map<String, Object> annotations) {

    /// A create with just a name and a payload.
    public static Message of(Optional<String> name, Payload data) {
        return new Message(
                Optional.empty(),
                name,
                data,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Map.of(),
                MessageAction.CREATE,
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    public Message withId(String value) {
        return new Message(
                Optional.of(value),
                name,
                data,
                encoding,
                clientId,
                connectionId,
                connectionKey,
                timestamp,
                extras,
                action,
                serial,
                version,
                annotations);
    }

    public Message withoutId() {
        return new Message(
                Optional.empty(),
                name,
                data,
                encoding,
                clientId,
                connectionId,
                connectionKey,
                timestamp,
                extras,
                action,
                serial,
                version,
                annotations);
    }

    public Message withClientId(Optional<String> value) {
        return new Message(
                id,
                name,
                data,
                encoding,
                value,
                connectionId,
                connectionKey,
                timestamp,
                extras,
                action,
                serial,
                version,
                annotations);
    }

    public Message withConnectionId(Optional<String> value) {
        return new Message(
                id,
                name,
                data,
                encoding,
                clientId,
                value,
                connectionKey,
                timestamp,
                extras,
                action,
                serial,
                version,
                annotations);
    }

    public Message withoutConnectionKey() {
        return new Message(
                id,
                name,
                data,
                encoding,
                clientId,
                connectionId,
                Optional.empty(),
                timestamp,
                extras,
                action,
                serial,
                version,
                annotations);
    }

    public Message withTimestamp(long value) {
        return new Message(
                id,
                name,
                data,
                encoding,
                clientId,
                connectionId,
                connectionKey,
                value,
                extras,
                action,
                serial,
                version,
                annotations);
    }

    public Message withData(Payload value, Optional<String> newEncoding) {
        return new Message(
                id,
                name,
                value,
                newEncoding,
                clientId,
                connectionId,
                connectionKey,
                timestamp,
                extras,
                action,
                serial,
                version,
                annotations);
    }

    public Message withSerial(String value, Optional<MessageVersion> newVersion) {
        return new Message(
                id,
                name,
                data,
                encoding,
                clientId,
                connectionId,
                connectionKey,
                timestamp,
                extras,
                action,
                Optional.of(value),
                newVersion,
                annotations);
    }

    /// Without the connectionKey, which is a secret, and without the payload.
    @Override
    public String toString() {
        return "Message[action=%s, id=%s, name=%s, clientId=%s, connectionId=%s, serial=%s, timestamp=%d, %d bytes]"
                .formatted(action, id, name, clientId, connectionId, serial, timestamp, data.size());
    }

    /// Whether the message is for those attached now only: not stored, not replayed.
    public boolean isEphemeral() {
        return Boolean.TRUE.equals(extras.get("ephemeral"));
    }
}
