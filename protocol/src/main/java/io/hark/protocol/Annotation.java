package io.hark.protocol;

import java.util.Map;
import java.util.Optional;

/// Value: one annotation of a message as publishers send it and subscribers get it (TAN2).
///
/// Fields that a receiver inherits from the enclosing frame (`id`, `timestamp`) are empty when
/// inherited.
///
/// @param serial        its identity, after that of the message; empty until delivery
/// @param messageSerial the message that it is about; empty where the request names it otherwise
/// @param type          such as `reaction:distinct.v1`; never empty
/// @param count         1 or more; 0 when absent
/// @param timestamp     milliseconds since the epoch; 0 when absent
/// @param extras        plain values, see [Message]
public record Annotation(
        AnnotationAction action,
        Optional<String> id,
        Optional<String> serial,
        Optional<String> messageSerial,
        String type,
        Optional<String> name,
        int count,
        Optional<String> clientId,
        long timestamp,
        Payload data,
        Optional<String> encoding,
        Map<String, Object> extras) {

    /// A create with just what it is about.
    public static Annotation of(String messageSerial, String type, Optional<String> name) {
        return new Annotation(
                AnnotationAction.CREATE,
                Optional.empty(),
                Optional.empty(),
                Optional.of(messageSerial),
                type,
                name,
                0,
                Optional.empty(),
                0,
                Payload.NONE,
                Optional.empty(),
                Map.of());
    }

    /// The same of that message.
    public Annotation of(String ofMessage) {
        return new Annotation(
                action,
                id,
                serial,
                Optional.of(ofMessage),
                type,
                name,
                count,
                clientId,
                timestamp,
                data,
                encoding,
                extras);
    }

    public Annotation withAction(AnnotationAction value) {
        return new Annotation(
                value, id, serial, messageSerial, type, name, count, clientId, timestamp, data, encoding, extras);
    }

    public Annotation withCount(int value) {
        return new Annotation(
                action, id, serial, messageSerial, type, name, value, clientId, timestamp, data, encoding, extras);
    }

    public Annotation withClientId(Optional<String> value) {
        return new Annotation(
                action, id, serial, messageSerial, type, name, count, value, timestamp, data, encoding, extras);
    }

    public Annotation withExtras(Map<String, Object> value) {
        return new Annotation(
                action, id, serial, messageSerial, type, name, count, clientId, timestamp, data, encoding, value);
    }

    /// The same with what the enclosing frame or entry says of it.
    public Annotation identified(String newId, String newSerial, long newTimestamp) {
        return new Annotation(
                action,
                Optional.of(newId),
                Optional.of(newSerial),
                messageSerial,
                type,
                name,
                count,
                clientId,
                newTimestamp,
                data,
                encoding,
                extras);
    }
}
