package io.hark.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.msgpack.core.MessagePackException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/// Value: everything that travels, to and from bytes in one format. Any thread.
///
/// Decoding trusts nothing: whatever the bytes, it gives a value or throws [MalformedFrame], nests at
/// most [#DEPTH_MAX] deep and allocates no more than a multiple of the input. Encoding leaves out what
/// is empty and never writes null for it.
public final class ProtocolCodec {
    /// How deep arrays and objects may nest in what is decoded.
    public static final int DEPTH_MAX = 32;

    /// Characters in a field's name, the longest accepted.
    static final int NAME_LENGTH_MAX = 2048;

    // The array around frames of a batch is not theirs.
    private static final int BATCH_DEPTH_MAX = DEPTH_MAX + 1;

    // In a REST body a message is nested up to two levels less than in the frame that delivers it.
    private static final int REST_DEPTH_MAX = DEPTH_MAX - 2;
    private static final int TEXT_LENGTH_MAX = 1 << 20;
    private static final int SMALL_FRAME_BYTES = 512;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(BATCH_DEPTH_MAX)
                    .maxNameLength(NAME_LENGTH_MAX)
                    .maxStringLength(TEXT_LENGTH_MAX)
                    .build())
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .build();
    private static final ProtocolCodec JSON_CODEC = new ProtocolCodec(Format.JSON);
    private static final ProtocolCodec MSGPACK_CODEC = new ProtocolCodec(Format.MSGPACK);

    private final Format format;

    private ProtocolCodec(Format format) {
        this.format = format;
    }

    public static ProtocolCodec of(Format format) {
        return switch (format) {
            case JSON -> JSON_CODEC;
            case MSGPACK -> MSGPACK_CODEC;
        };
    }

    public Format format() {
        return format;
    }

    /// Reads a client's frame. One that can be read but not performed gives [ClientMessage.Refused].
    /// Fields of entries that are the server's to give are passed over: `connectionId`, `timestamp`,
    /// `annotations`, and on a create `serial` and `version`.
    ///
    /// @throws MalformedFrame 80013 for what does not parse, is not an object or has no action
    public ClientMessage decodeClient(byte[] bytes, int offset, int length) throws MalformedFrame {
        return decode(
                bytes,
                offset,
                length,
                DEPTH_MAX,
                ErrorCode.PROTOCOL_ERROR,
                in -> FrameReader.read(new FieldReader(in, FieldReader.Sender.CLIENT))
                        .client());
    }

    /// Reads the frames that a client sends together as an array, each as [#decodeClient] reads one.
    ///
    /// @throws MalformedFrame 80013 for what is not an array of frames; none of them is to be performed then
    public List<ClientMessage> decodeClients(byte[] bytes) throws MalformedFrame {
        return decode(bytes, 0, bytes.length, BATCH_DEPTH_MAX, ErrorCode.PROTOCOL_ERROR, in -> {
            if (in.kind() != WireReader.Kind.ARRAY) {
                throw WireReader.malformed("the body is " + FieldReader.word(in.kind()) + ", not an array of frames");
            }
            List<ClientMessage> frames = new ArrayList<>();
            in.enterArray();
            while (in.nextElement()) {
                frames.add(FrameReader.read(new FieldReader(in, FieldReader.Sender.CLIENT))
                        .client());
            }
            return List.copyOf(frames);
        });
    }

    /// Reads a server's frame. One with an action that is not known gives [ServerMessage.Unknown] (RTF1).
    public ServerMessage decodeServer(byte[] bytes, int offset, int length) throws MalformedFrame {
        return decode(
                bytes,
                offset,
                length,
                DEPTH_MAX,
                ErrorCode.PROTOCOL_ERROR,
                in -> FrameReader.read(new FieldReader(in, FieldReader.Sender.SERVER))
                        .server());
    }

    /// @param out stays open; gets the whole frame in few writes
    /// @throws IOException only the stream's own
    public void encode(ServerMessage message, OutputStream out) throws IOException {
        encode(out, writer -> new FrameWriter(writer).write(message));
    }

    public byte[] encode(ServerMessage message) {
        return bytes(writer -> new FrameWriter(writer).write(message));
    }

    public byte[] encode(ClientMessage message) {
        return bytes(writer -> new FrameWriter(writer).write(message));
    }

    /// Reads the body of a REST publish: one message or an array of up to 1000. A JSON object or array
    /// as `data` becomes its text with the encoding `json`. Fields that are the server's to give
    /// (`connectionId`, `timestamp`...) are passed over, as in [#decodeClient].
    ///
    /// @throws MalformedFrame 40001 for what does not parse; else the code of the first field that is wrong
    public List<Message> decodeMessages(byte[] body) throws MalformedFrame {
        return decodeEntries(body, REST_DEPTH_MAX, FieldReader.Sender.REST_CALLER, MessageCodec::read);
    }

    /// Reads a page of history, as [#encodeMessages] writes it.
    ///
    /// @throws MalformedFrame as [#decodeMessages]
    public List<Message> decodeMessagePage(byte[] body) throws MalformedFrame {
        return decodeEntries(body, DEPTH_MAX, FieldReader.Sender.SERVER, MessageCodec::read);
    }

    /// Reads a page of members or of presence history, as [#encodePresence] writes it.
    ///
    /// @throws MalformedFrame as [#decodeMessages]
    public List<PresenceMessage> decodePresencePage(byte[] body) throws MalformedFrame {
        return decodeEntries(body, DEPTH_MAX, FieldReader.Sender.SERVER, PresenceCodec::read);
    }

    /// Reads the body of a REST request that annotates a message: one annotation or an array of up to
    /// 1000.
    ///
    /// @throws MalformedFrame as [#decodeMessages]
    public List<Annotation> decodeAnnotations(byte[] body) throws MalformedFrame {
        return decodeEntries(body, REST_DEPTH_MAX, FieldReader.Sender.REST_CALLER, AnnotationCodec::read);
    }

    /// Reads a page of annotations, as [#encodeAnnotations] writes it.
    ///
    /// @throws MalformedFrame as [#decodeMessages]
    public List<Annotation> decodeAnnotationPage(byte[] body) throws MalformedFrame {
        return decodeEntries(body, DEPTH_MAX, FieldReader.Sender.SERVER, AnnotationCodec::read);
    }

    /// Reads the body of a REST publish of operations on objects: one or an array of up to 1000.
    ///
    /// @throws MalformedFrame 40001 for what does not parse; else 92000
    public List<ObjectRequest> decodeObjectRequests(byte[] body) throws MalformedFrame {
        return decodeEntries(body, REST_DEPTH_MAX, FieldReader.Sender.REST_CALLER, OperationReader::readRequest);
    }

    /// What a creation gives to its object, as the text that the object's id is a hash of.
    public static String initialValue(ObjectOperation creation) {
        return new String(
                JSON_CODEC.bytes(writer -> ObjectCodec.writeInitialValue(creation, writer)), StandardCharsets.UTF_8);
    }

    private <T> List<T> decodeEntries(
            byte[] body, int depthMax, FieldReader.Sender sender, FieldReader.Element<T> element)
            throws MalformedFrame {
        return decode(body, 0, body.length, depthMax, ErrorCode.INVALID_BODY, in -> {
            FieldReader fields = new FieldReader(in, sender);
            List<T> entries = switch (in.kind()) {
                case OBJECT -> List.of(element.read(fields));
                case ARRAY -> fields.objects(ErrorCode.INVALID_BODY, element);
                default ->
                    throw new MalformedFrame(ErrorCode.INVALID_BODY.info(
                            "the body is " + FieldReader.word(in.kind()) + ", not an object or an array of them"));
            };
            if (fields.refusal().isPresent()) {
                throw new MalformedFrame(fields.refusal().get());
            }
            return entries;
        });
    }

    public byte[] encodeMessages(List<Message> messages) {
        return bytes(writer -> MessageCodec.writeAll(messages, MessageCodec.Reader.SUBSCRIBER, 0, writer));
    }

    public byte[] encodeMessage(Message message) {
        return bytes(writer -> MessageCodec.write(message, MessageCodec.Reader.SUBSCRIBER, 0, writer));
    }

    public byte[] encodePresence(List<PresenceMessage> presence) {
        return bytes(writer -> PresenceCodec.writeAll(presence, writer));
    }

    public byte[] encodeAnnotations(List<Annotation> annotations) {
        return bytes(writer -> AnnotationCodec.writeAll(annotations, writer));
    }

    /// The body of a failed REST request: `{"error": {...}}`.
    public byte[] encodeError(ErrorInfo error) {
        return bytes(writer -> {
            writer.beginObject(1);
            writer.key(Key.ERROR);
            ErrorInfoCodec.write(error, writer);
            writer.endObject();
        });
    }

    /// Reads plain values: Map, List, String, Long, Double, Boolean, byte[]; null only for the wire's
    /// null. Maps keep their order and, like lists, cannot be changed.
    ///
    /// @throws MalformedFrame 40001
    public Object decodeValue(byte[] body) throws MalformedFrame {
        return decode(body, 0, body.length, DEPTH_MAX, ErrorCode.INVALID_BODY, ValueTree::read);
    }

    /// Writes plain values as [#decodeValue] gives them; in JSON, bytes become base64 text.
    ///
    /// @throws IllegalArgumentException for a value of another class
    public byte[] encodeValue(Object tree) {
        return bytes(writer -> ValueTree.write(tree, writer));
    }

    /// The message as [#encodeMessages] writes it, as plain values to be put into a larger body.
    public Map<String, Object> toTree(Message message) {
        return toTree(writer -> MessageCodec.write(message, MessageCodec.Reader.SUBSCRIBER, 0, writer));
    }

    /// The presence message as [#encodePresence] writes it, as plain values to be put into a larger body.
    public Map<String, Object> toTree(PresenceMessage message) {
        return toTree(writer -> PresenceCodec.write(message, writer));
    }

    /// The object as OBJECT_SYNC tells it (the member `object`), as plain values.
    public Map<String, Object> toTree(ObjectState object) {
        return toTree(writer -> ObjectStateCodec.write(object, writer));
    }

    private Map<String, Object> toTree(Encoder encoder) {
        byte[] encoded = bytes(encoder);
        try {
            return decode(encoded, 0, encoded.length, DEPTH_MAX, ErrorCode.INTERNAL, ValueTree::readMap);
        } catch (MalformedFrame e) {
            throw new IllegalStateException("what was just encoded does not decode", e);
        }
    }

    interface Decoder<T> {
        T read(WireReader in) throws IOException, MalformedFrame;
    }

    interface Encoder {
        void write(WireWriter out) throws IOException;
    }

    <T> T decode(byte[] bytes, int offset, int length, int depthMax, ErrorCode unparsable, Decoder<T> decoder)
            throws MalformedFrame {
        try (WireReader in = reader(bytes, offset, length, depthMax)) {
            T value = decoder.read(in);
            in.end();
            return value;
        } catch (JacksonException | MessagePackException | IOException e) {
            throw new MalformedFrame(unparsable.info("this is not " + format + ", or it breaks off"), e);
        }
    }

    private WireReader reader(byte[] bytes, int offset, int length, int depthMax) {
        return switch (format) {
            case JSON -> new JsonReader(JSON.createParser(ObjectReadContext.empty(), bytes, offset, length), depthMax);
            case MSGPACK -> new MsgpackReader(bytes, offset, length, depthMax);
        };
    }

    WireWriter writer(OutputStream out) {
        return switch (format) {
            case JSON -> new JsonWriter(JSON.createGenerator(ObjectWriteContext.empty(), out));
            case MSGPACK -> new MsgpackWriter(out);
        };
    }

    private void encode(OutputStream out, Encoder encoder) throws IOException {
        try {
            WireWriter writer = writer(out);
            encoder.write(writer);
            writer.finish();
        } catch (JacksonIOException e) {
            throw e.getCause();
        }
    }

    private byte[] bytes(Encoder encoder) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(SMALL_FRAME_BYTES);
        try {
            encode(out, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to be written", e);
        }
        return out.toByteArray();
    }
}
