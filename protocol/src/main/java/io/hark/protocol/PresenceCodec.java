package io.hark.protocol;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads and writes [PresenceMessage], one entry of a frame, body or log record.
final class PresenceCodec {
    private PresenceCodec() {}

    static PresenceMessage read(FieldReader in) throws IOException, MalformedFrame {
        Optional<PresenceAction> action = Optional.empty();
        Optional<String> id = Optional.empty();
        Optional<String> clientId = Optional.empty();
        Optional<String> connectionId = Optional.empty();
        long timestamp = 0;
        PayloadCodec payload = new PayloadCodec();
        Map<String, Object> extras = Map.of();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case ACTION -> action = PresenceAction.of(in.integer(ErrorCode.INVALID_PUBLISH));
                case ID -> id = in.text(ErrorCode.INVALID_MESSAGE_ID);
                case CLIENT_ID -> clientId = in.text(ErrorCode.INVALID_CLIENT_ID);
                case CONNECTION_ID -> connectionId = in.text();
                case TIMESTAMP -> timestamp = in.looseInteger();
                case DATA -> payload.readData(in);
                case ENCODING -> payload.readEncoding(in);
                case EXTRAS -> extras = in.tree(ErrorCode.INVALID_EXTRAS);
                default -> in.skip();
            }
        }
        payload.settle(in);
        if (action.isEmpty()) {
            in.refuse(ErrorCode.INVALID_PUBLISH.info("a presence entry's action is missing or not 0 to 4"));
        }
        // The server's own fields are taken from the server only, else a member could forge them.
        boolean ours = in.sender() == FieldReader.Sender.SERVER;
        return new PresenceMessage(
                action.orElse(PresenceAction.ABSENT),
                id,
                clientId,
                ours ? connectionId : Optional.empty(),
                ours ? timestamp : 0,
                payload.data(),
                payload.encoding(),
                extras);
    }

    static void writeAll(List<PresenceMessage> presence, WireWriter out) throws IOException {
        out.beginArray(presence.size());
        for (PresenceMessage message : presence) {
            write(message, out);
        }
        out.endArray();
    }

    static void write(PresenceMessage m, WireWriter out) throws IOException {
        out.beginObject(1
                + WireWriter.one(m.id())
                + WireWriter.one(m.clientId())
                + WireWriter.one(m.connectionId())
                + WireWriter.one(m.timestamp())
                + PayloadCodec.fields(m.data(), m.encoding(), out)
                + WireWriter.one(m.extras()));
        out.field(Key.ACTION, m.action().ordinal());
        out.field(Key.ID, m.id());
        out.field(Key.CLIENT_ID, m.clientId());
        out.field(Key.CONNECTION_ID, m.connectionId());
        out.fieldUnlessZero(Key.TIMESTAMP, m.timestamp());
        PayloadCodec.write(m.data(), m.encoding(), out);
        out.field(Key.EXTRAS, m.extras());
        out.endObject();
    }
}
