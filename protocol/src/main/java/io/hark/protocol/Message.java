package io.hark.protocol;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Value: one message as publishers send it and subscribers get it (TM2).
///
/// Fields that a receiver inherits from the enclosing frame (`id`, `connectionId`, `timestamp`) are empty when
/// inherited.
///
/// @param timestamp milliseconds since the epoch; 0 when absent
/// @param extras    plain values (String, Long, Double, Boolean, List, Map, byte[], null); empty when absent
/// @param serial    on an update, delete or append the serial of the message it changes; otherwise empty until
///                  delivery
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

    private static final String USER_CLAIM = "userClaim";

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
        return changed(draft -> draft.id = Optional.of(value));
    }

    public Message withoutId() {
        return changed(draft -> draft.id = Optional.empty());
    }

    public Message withClientId(Optional<String> value) {
        return changed(draft -> draft.clientId = value);
    }

    public Message withConnectionId(Optional<String> value) {
        return changed(draft -> draft.connectionId = value);
    }

    public Message withoutConnectionKey() {
        return changed(draft -> draft.connectionKey = Optional.empty());
    }

    public Message withTimestamp(long value) {
        return changed(draft -> draft.timestamp = value);
    }

    public Message withData(Payload value, Optional<String> newEncoding) {
        return changed(draft -> {
            draft.data = value;
            draft.encoding = newEncoding;
        });
    }

    public Message withExtras(Map<String, Object> value) {
        return changed(draft -> draft.extras = value);
    }

    public Message withSerial(String value, Optional<MessageVersion> newVersion) {
        return changed(draft -> {
            draft.serial = Optional.of(value);
            draft.version = newVersion;
        });
    }

    public Message withAnnotations(Map<String, Object> value) {
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
                serial,
                version,
                value);
    }

    /// The message as a change leaves it: what the change has of name, data and extras replaces what was
    /// there (RSL15).
    public Message mixedWith(Message change, MessageAction newAction, MessageVersion newVersion) {
        boolean newData = !change.data.equals(Payload.NONE);
        return new Message(
                id,
                change.name.or(() -> name),
                newData ? change.data : data,
                newData ? change.encoding : encoding,
                clientId,
                connectionId,
                Optional.empty(),
                timestamp,
                extras(change),
                newAction,
                serial,
                Optional.of(newVersion),
                annotations);
    }

    /// What the server vouches for about the author stays, whoever changes the message.
    private Map<String, Object> extras(Message change) {
        if (change.extras.isEmpty() || !extras.containsKey(USER_CLAIM)) {
            return change.extras.isEmpty() ? extras : change.extras;
        }
        Map<String, Object> mixed = new LinkedHashMap<>(change.extras);
        mixed.put(USER_CLAIM, extras.get(USER_CLAIM));
        return Collections.unmodifiableMap(mixed);
    }

    /// Whether its data stays readable with more of it behind: JSON text and ciphertext do not.
    public boolean isOfParts() {
        return encoding.stream()
                .flatMap(all -> Stream.of(all.split("/")))
                .noneMatch(one -> one.equals("json") || one.startsWith("cipher+"));
    }

    public Message withAction(MessageAction value) {
        return changed(draft -> draft.action = value);
    }

    private Message changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new Message(
                draft.id,
                name,
                draft.data,
                draft.encoding,
                draft.clientId,
                draft.connectionId,
                draft.connectionKey,
                draft.timestamp,
                draft.extras,
                draft.action,
                draft.serial,
                draft.version,
                annotations);
    }

    /// What of a message changes on its way from the publisher to the log.
    private static final class Draft {
        private Optional<String> id;
        private Payload data;
        private Optional<String> encoding;
        private Optional<String> clientId;
        private Optional<String> connectionId;
        private Optional<String> connectionKey;
        private long timestamp;
        private Map<String, Object> extras;
        private MessageAction action;
        private Optional<String> serial;
        private Optional<MessageVersion> version;

        Draft(Message message) {
            id = message.id;
            data = message.data;
            encoding = message.encoding;
            clientId = message.clientId;
            connectionId = message.connectionId;
            connectionKey = message.connectionKey;
            timestamp = message.timestamp;
            extras = message.extras;
            action = message.action;
            serial = message.serial;
            version = message.version;
        }
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
