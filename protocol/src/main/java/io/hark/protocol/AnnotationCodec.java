package io.hark.protocol;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads and writes [Annotation], one entry of a frame, body or log record.
final class AnnotationCodec {
    private AnnotationCodec() {}

    static Annotation read(FieldReader in) throws IOException, MalformedFrame {
        AnnotationAction action = AnnotationAction.CREATE;
        Optional<String> id = Optional.empty();
        Optional<String> serial = Optional.empty();
        Optional<String> messageSerial = Optional.empty();
        Optional<String> type = Optional.empty();
        Optional<String> name = Optional.empty();
        int count = 0;
        Optional<String> clientId = Optional.empty();
        long timestamp = 0;
        PayloadCodec payload = new PayloadCodec();
        Map<String, Object> extras = Map.of();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case ACTION -> action = readAction(in);
                case ID -> id = in.text(ErrorCode.INVALID_MESSAGE_ID);
                case SERIAL -> serial = in.text();
                case MESSAGE_SERIAL -> messageSerial = in.text(ErrorCode.INVALID_PARAMETER_VALUE);
                case TYPE -> type = in.text(ErrorCode.INVALID_PARAMETER_VALUE);
                case NAME -> name = in.text(ErrorCode.INVALID_PARAMETER_VALUE);
                case COUNT -> count = readCount(in);
                case CLIENT_ID -> clientId = in.text(ErrorCode.INVALID_CLIENT_ID);
                case TIMESTAMP -> timestamp = in.looseInteger();
                case DATA -> payload.readData(in);
                case ENCODING -> payload.readEncoding(in);
                case EXTRAS -> extras = in.tree(ErrorCode.INVALID_EXTRAS);
                default -> in.skip();
            }
        }
        payload.settle(in);
        if (type.isEmpty() || type.get().isEmpty()) {
            in.refuse(
                    ErrorCode.INVALID_PARAMETER_VALUE.info("an annotation needs a type, such as reaction:distinct.v1"));
        }
        // The server's own fields are taken from the server only, else a publisher could forge them.
        boolean ours = in.sender() == FieldReader.Sender.SERVER;
        return new Annotation(
                action,
                id,
                ours ? serial : Optional.empty(),
                messageSerial,
                type.orElse(""),
                name,
                count,
                clientId,
                ours ? timestamp : 0,
                payload.data(),
                payload.encoding(),
                extras);
    }

    private static AnnotationAction readAction(FieldReader in) throws IOException, MalformedFrame {
        long number = in.integer(ErrorCode.INVALID_PARAMETER_VALUE);
        Optional<AnnotationAction> action = AnnotationAction.of(number);
        if (action.isEmpty()) {
            in.refuse(ErrorCode.INVALID_PARAMETER_VALUE.info(
                    "annotation action %d is neither 0, create, nor 1, delete".formatted(number)));
        }
        return action.orElse(AnnotationAction.CREATE);
    }

    private static int readCount(FieldReader in) throws IOException, MalformedFrame {
        int count = in.smallInteger(ErrorCode.INVALID_PARAMETER_VALUE);
        if (count < 0) {
            in.refuse(ErrorCode.INVALID_PARAMETER_VALUE.info(
                    "an annotation's count is %d; give 1 or more, or leave it out".formatted(count)));
        }
        return Math.max(0, count);
    }

    static void writeAll(List<Annotation> annotations, WireWriter out) throws IOException {
        out.beginArray(annotations.size());
        for (Annotation annotation : annotations) {
            write(annotation, out);
        }
        out.endArray();
    }

    static void write(Annotation a, WireWriter out) throws IOException {
        out.beginObject(2
                + WireWriter.one(a.id())
                + WireWriter.one(a.serial())
                + WireWriter.one(a.messageSerial())
                + WireWriter.one(a.name())
                + WireWriter.one(a.count())
                + WireWriter.one(a.clientId())
                + WireWriter.one(a.timestamp())
                + PayloadCodec.fields(a.data(), a.encoding(), out)
                + WireWriter.one(a.extras()));
        out.field(Key.ACTION, a.action().ordinal());
        out.field(Key.ID, a.id());
        out.field(Key.SERIAL, a.serial());
        out.field(Key.MESSAGE_SERIAL, a.messageSerial());
        out.field(Key.TYPE, a.type());
        out.field(Key.NAME, a.name());
        out.fieldUnlessZero(Key.COUNT, a.count());
        out.field(Key.CLIENT_ID, a.clientId());
        out.fieldUnlessZero(Key.TIMESTAMP, a.timestamp());
        PayloadCodec.write(a.data(), a.encoding(), out);
        out.field(Key.EXTRAS, a.extras());
        out.endObject();
    }
}
