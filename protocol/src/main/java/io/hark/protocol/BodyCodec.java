package io.hark.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The stored form of what one publish put into a channel's log: a version byte, then MessagePack. Any thread.
public final class BodyCodec {
    private static final byte VERSION = 1;
    private static final int SMALL_BODY_BYTES = 512;

    private BodyCodec() {}

    public static byte[] encode(MessageBatch batch) {
        return encode(batch.id(), batch.connectionId(), batch.timestamp(), out -> {
            out.key(Key.MESSAGES);
            MessageCodec.writeAll(batch.messages(), MessageCodec.Reader.LOG, batch.timestamp(), out);
        });
    }

    public static byte[] encode(PresenceBatch batch) {
        return encode(batch.id(), batch.connectionId(), batch.timestamp(), out -> {
            out.key(Key.PRESENCE);
            PresenceCodec.writeAll(batch.presence(), out);
        });
    }

    /// Value: annotations of a message, and what they leave it with.
    ///
    /// @param batch   may hold no annotations: then only the summary is new
    /// @param summary the message's serial and its summary afterwards; empty when that is told later
    public record Annotated(AnnotationBatch batch, Optional<Message> summary) {}

    public static byte[] encode(Annotated annotated) {
        AnnotationBatch batch = annotated.batch();
        List<Message> summary = annotated.summary().stream().toList();
        return encode(batch.id(), batch.connectionId(), batch.timestamp(), 2, out -> {
            out.key(Key.ANNOTATIONS);
            AnnotationCodec.writeAll(batch.annotations(), out);
            out.key(Key.MESSAGES);
            MessageCodec.writeAll(summary, MessageCodec.Reader.LOG, batch.timestamp(), out);
        });
    }

    public static byte[] encode(ObjectBatch batch) {
        return encode(batch, ObjectCodec.Reader.OTHERS);
    }

    /// With what the ids of new objects were made of, for the server that is to check or to use it.
    public static byte[] encodeUnlogged(ObjectBatch batch) {
        return encode(batch, ObjectCodec.Reader.SERVER);
    }

    private static byte[] encode(ObjectBatch batch, ObjectCodec.Reader reader) {
        return encode(batch.id(), batch.connectionId(), batch.timestamp(), 1, out -> {
            out.key(Key.STATE);
            ObjectCodec.writeAll(batch.operations(), reader, out);
        });
    }

    /// Objects, or parts of them, on their way between servers.
    public static byte[] encode(List<ObjectState> objects) {
        return encode("", Optional.empty(), 0, 1, out -> {
            out.key(Key.STATE);
            ObjectCodec.writeAll(objects, ObjectCodec.Reader.OTHERS, out);
        });
    }

    private static byte[] encode(
            String id, Optional<String> connectionId, long timestamp, ProtocolCodec.Encoder entries) {
        return encode(id, connectionId, timestamp, 1, entries);
    }

    /// @param fields how many of them `entries` writes
    private static byte[] encode(
            String id, Optional<String> connectionId, long timestamp, int fields, ProtocolCodec.Encoder entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(SMALL_BODY_BYTES);
        bytes.write(VERSION);
        WireWriter out = ProtocolCodec.of(Format.MSGPACK).writer(bytes);
        try {
            out.beginObject(2 + fields + WireWriter.one(connectionId));
            out.field(Key.ID, id);
            out.field(Key.CONNECTION_ID, connectionId);
            out.field(Key.TIMESTAMP, timestamp);
            entries.write(out);
            out.endObject();
            out.finish();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to be written", e);
        }
        return bytes.toByteArray();
    }

    /// @throws MalformedFrame 50000: the log is damaged or newer than this code
    public static MessageBatch decodeMessages(byte[] body) throws MalformedFrame {
        Body read = decode(body);
        return new MessageBatch(read.id, read.connectionId, read.timestamp, read.messages);
    }

    /// @throws MalformedFrame 50000: the log is damaged or newer than this code
    public static PresenceBatch decodePresence(byte[] body) throws MalformedFrame {
        Body read = decode(body);
        return new PresenceBatch(read.id, read.connectionId, read.timestamp, read.presence);
    }

    /// @throws MalformedFrame 50000: the log is damaged or newer than this code
    public static Annotated decodeAnnotated(byte[] body) throws MalformedFrame {
        Body read = decode(body);
        AnnotationBatch batch = new AnnotationBatch(read.id, read.connectionId, read.timestamp, read.annotations);
        return new Annotated(batch, read.messages.stream().findFirst());
    }

    /// @throws MalformedFrame 50000: the log is damaged or newer than this code
    public static ObjectBatch decodeObjects(byte[] body) throws MalformedFrame {
        Body read = decode(body);
        List<ObjectMessage> operations = new ArrayList<>(read.state.size());
        for (StateEntry entry : read.state) {
            if (entry instanceof ObjectMessage operation) {
                operations.add(operation);
            }
        }
        return new ObjectBatch(read.id, read.connectionId, read.timestamp, operations);
    }

    /// @throws MalformedFrame 50000: they are damaged or newer than this code
    public static List<ObjectState> decodeObjectStates(byte[] body) throws MalformedFrame {
        List<ObjectState> objects = new ArrayList<>();
        for (StateEntry entry : decode(body).state) {
            if (entry instanceof ObjectState object) {
                objects.add(object);
            }
        }
        return objects;
    }

    private static Body decode(byte[] body) throws MalformedFrame {
        if (body.length == 0 || body[0] != VERSION) {
            throw damaged(body.length == 0 ? "is empty" : "has version " + body[0] + ", known is " + VERSION);
        }
        return ProtocolCodec.of(Format.MSGPACK)
                .decode(body, 1, body.length - 1, ProtocolCodec.DEPTH_MAX, ErrorCode.INTERNAL, in -> {
                    FieldReader fields = new FieldReader(in, FieldReader.Sender.SERVER);
                    Body read = new Body();
                    read.read(fields);
                    if (fields.refusal().isPresent()) {
                        throw damaged("is damaged: " + fields.refusal().get().message());
                    }
                    return read;
                });
    }

    private static MalformedFrame damaged(String how) {
        return new MalformedFrame(ErrorCode.INTERNAL.info("a body in the log " + how));
    }

    /// Confined to one call: the fields of a body while it is read.
    private static final class Body {
        private String id = "";
        private Optional<String> connectionId = Optional.empty();
        private long timestamp;
        private List<Message> messages = List.of();
        private List<PresenceMessage> presence = List.of();
        private List<Annotation> annotations = List.of();
        private List<StateEntry> state = List.of();

        void read(FieldReader in) throws IOException, MalformedFrame {
            in.enterObject();
            while (in.nextField()) {
                switch (in.key()) {
                    case ID -> id = in.text(ErrorCode.INTERNAL).orElse("");
                    case CONNECTION_ID -> connectionId = in.text(ErrorCode.INTERNAL);
                    case TIMESTAMP -> timestamp = in.integer(ErrorCode.INTERNAL);
                    case MESSAGES -> messages = in.objects(ErrorCode.INTERNAL, MessageCodec::read);
                    case PRESENCE -> presence = in.objects(ErrorCode.INTERNAL, PresenceCodec::read);
                    case ANNOTATIONS -> annotations = in.objects(ErrorCode.INTERNAL, AnnotationCodec::read);
                    case STATE -> state = in.objects(ErrorCode.INTERNAL, ObjectCodec::read);
                    default -> in.skip();
                }
            }
        }
    }
}
