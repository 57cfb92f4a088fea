package io.hark.protocol;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads and writes [Message], one entry of a frame, body or log record.
final class MessageCodec {

    /// Whom a message is written for.
    enum Reader {
        /// A subscriber or a reader of history, who is told the version even of an original.
        SUBSCRIBER,
        /// The server that is to publish it.
        SERVER,
        /// Our own log.
        LOG
    }

    private MessageCodec() {}

    static Message read(FieldReader in) throws IOException, MalformedFrame {
        Optional<String> id = Optional.empty();
        Optional<String> name = Optional.empty();
        PayloadCodec payload = new PayloadCodec();
        Optional<String> clientId = Optional.empty();
        Optional<String> connectionId = Optional.empty();
        Optional<String> connectionKey = Optional.empty();
        long timestamp = 0;
        Map<String, Object> extras = Map.of();
        MessageAction action = MessageAction.CREATE;
        Optional<String> serial = Optional.empty();
        Optional<MessageVersion> version = Optional.empty();
        Map<String, Object> annotations = Map.of();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case ID -> id = readId(in);
                case NAME -> name = in.text(ErrorCode.INVALID_MESSAGE_NAME);
                case DATA -> payload.readData(in);
                case ENCODING -> payload.readEncoding(in);
                case CLIENT_ID -> clientId = in.text(ErrorCode.INVALID_CLIENT_ID);
                case CONNECTION_ID -> connectionId = in.text();
                case CONNECTION_KEY -> connectionKey = in.text(ErrorCode.INVALID_CONNECTION_KEY_IN_MESSAGE);
                case TIMESTAMP -> timestamp = in.looseInteger();
                case EXTRAS -> extras = readExtras(in);
                case ACTION -> action = readAction(in);
                case SERIAL -> serial = in.text(ErrorCode.INVALID_PARAMETER_VALUE);
                case VERSION -> version = readVersion(in);
                case ANNOTATIONS -> annotations = in.tree(ErrorCode.INVALID_PUBLISH);
                default -> in.skip();
            }
        }
        payload.settle(in);
        // The server's own fields are taken from the server only, else a publisher could forge them.
        boolean ours = in.sender() == FieldReader.Sender.SERVER;
        boolean changesAnother = ours || action != MessageAction.CREATE;
        return new Message(
                id,
                name,
                payload.data(),
                payload.encoding(),
                clientId,
                ours ? connectionId : Optional.empty(),
                connectionKey,
                ours ? timestamp : 0,
                extras,
                action,
                changesAnother ? serial : Optional.empty(),
                changesAnother ? version : Optional.empty(),
                ours ? annotations : Map.of());
    }

    private static Optional<String> readId(FieldReader in) throws IOException, MalformedFrame {
        Optional<String> id = in.text(ErrorCode.INVALID_MESSAGE_ID);
        if (id.isPresent() && id.get().isEmpty()) {
            in.refuse(ErrorCode.INVALID_MESSAGE_ID.info("the message id is empty; leave it out or give it a value"));
        }
        return id;
    }

    private static Map<String, Object> readExtras(FieldReader in) throws IOException, MalformedFrame {
        Map<String, Object> extras = in.tree(ErrorCode.INVALID_EXTRAS);
        if (in.sender() != FieldReader.Sender.SERVER) {
            ExtrasRules.check(extras).ifPresent(in::refuse);
        }
        return extras;
    }

    private static MessageAction readAction(FieldReader in) throws IOException, MalformedFrame {
        long number = in.integer(ErrorCode.INVALID_PUBLISH);
        Optional<MessageAction> action = MessageAction.of(number);
        boolean serverOnly = action.filter(a -> a == MessageAction.META || a == MessageAction.SUMMARY)
                .isPresent();
        if (action.isEmpty() || serverOnly && in.sender() != FieldReader.Sender.SERVER) {
            in.refuse(ErrorCode.INVALID_PUBLISH.info("message action " + number + " cannot be published"));
        }
        return action.orElse(MessageAction.CREATE);
    }

    /// Only the text fields of a publisher's version count; the server gives the others.
    private static Optional<MessageVersion> readVersion(FieldReader in) throws IOException, MalformedFrame {
        if (!in.isObject(ErrorCode.INVALID_PUBLISH)) {
            return Optional.empty();
        }
        Optional<String> serial = Optional.empty();
        long timestamp = 0;
        Optional<String> clientId = Optional.empty();
        Optional<String> description = Optional.empty();
        Map<String, String> metadata = Map.of();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case SERIAL -> serial = in.text();
                case TIMESTAMP -> timestamp = in.looseInteger();
                case CLIENT_ID -> clientId = in.text(ErrorCode.INVALID_CLIENT_ID);
                case DESCRIPTION -> description = in.text(ErrorCode.INVALID_PUBLISH);
                case METADATA -> metadata = in.strings(ErrorCode.INVALID_PUBLISH);
                default -> in.skip();
            }
        }
        return Optional.of(new MessageVersion(serial, timestamp, clientId, description, metadata));
    }

    /// @param frameTimestamp what an entry without a timestamp inherits
    static void writeAll(List<Message> messages, Reader reader, long frameTimestamp, WireWriter out)
            throws IOException {
        out.beginArray(messages.size());
        for (Message message : messages) {
            write(message, reader, frameTimestamp, out);
        }
        out.endArray();
    }

    static void write(Message m, Reader reader, long frameTimestamp, WireWriter out) throws IOException {
        boolean original = reader == Reader.SUBSCRIBER
                && m.version().isEmpty()
                && m.serial().isPresent();
        Optional<String> connectionKey = reader == Reader.SERVER ? m.connectionKey() : Optional.empty();
        out.beginObject(1
                + WireWriter.one(m.id())
                + WireWriter.one(m.name())
                + PayloadCodec.fields(m.data(), m.encoding(), out)
                + WireWriter.one(m.clientId())
                + WireWriter.one(m.connectionId())
                + WireWriter.one(connectionKey)
                + WireWriter.one(m.timestamp())
                + WireWriter.one(m.extras())
                + WireWriter.one(m.serial())
                + (original ? 1 : WireWriter.one(m.version()))
                + WireWriter.one(m.annotations()));
        out.field(Key.ID, m.id());
        out.field(Key.NAME, m.name());
        PayloadCodec.write(m.data(), m.encoding(), out);
        out.field(Key.CLIENT_ID, m.clientId());
        out.field(Key.CONNECTION_ID, m.connectionId());
        out.field(Key.CONNECTION_KEY, connectionKey);
        out.fieldUnlessZero(Key.TIMESTAMP, m.timestamp());
        out.field(Key.EXTRAS, m.extras());
        out.field(Key.ACTION, m.action().ordinal());
        out.field(Key.SERIAL, m.serial());
        if (original) {
            writeOriginalVersion(m.serial().get(), m.timestamp() == 0 ? frameTimestamp : m.timestamp(), out);
        } else if (m.version().isPresent()) {
            writeVersion(m.version().get(), out);
        }
        out.field(Key.ANNOTATIONS, m.annotations());
        out.endObject();
    }

    private static void writeOriginalVersion(String serial, long timestamp, WireWriter out) throws IOException {
        out.key(Key.VERSION);
        out.beginObject(1 + WireWriter.one(timestamp));
        out.field(Key.SERIAL, serial);
        out.fieldUnlessZero(Key.TIMESTAMP, timestamp);
        out.endObject();
    }

    private static void writeVersion(MessageVersion version, WireWriter out) throws IOException {
        out.key(Key.VERSION);
        out.beginObject(WireWriter.one(version.serial())
                + WireWriter.one(version.timestamp())
                + WireWriter.one(version.clientId())
                + WireWriter.one(version.description())
                + WireWriter.one(version.metadata()));
        out.field(Key.SERIAL, version.serial());
        out.fieldUnlessZero(Key.TIMESTAMP, version.timestamp());
        out.field(Key.CLIENT_ID, version.clientId());
        out.field(Key.DESCRIPTION, version.description());
        out.field(Key.METADATA, version.metadata());
        out.endObject();
    }
}
