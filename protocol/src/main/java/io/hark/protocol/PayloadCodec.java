package io.hark.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;

/// Confined: `data` and `encoding` of one entry while it is read, whichever of them comes first; and how
/// they are written.
///
/// Bytes are bytes in memory and in MessagePack. In JSON they are base64 text, and the last step of
/// `encoding` says so: that step is taken off on the way in and put on on the way out; every other step
/// is the clients' business (RSL4, RSL6).
final class PayloadCodec {
    private static final String BASE64 = "base64";
    private static final String BASE64_STEP = "/" + BASE64;
    private static final Optional<String> JSON_TEXT = Optional.of("json");

    private Payload data = Payload.NONE;
    private Optional<String> encoding = Optional.empty();
    private boolean rawJson;

    void readData(FieldReader in) throws IOException, MalformedFrame {
        switch (in.kind()) {
            case TEXT -> data = Payload.text(in.wire().text());
            case BINARY -> data = Payload.binary(in.wire().binary());
            case NULL -> in.skip();
            case ARRAY, OBJECT -> {
                if (in.sender() == FieldReader.Sender.REST_CALLER) {
                    data = jsonText(ValueTree.read(in.wire()));
                    rawJson = true;
                } else {
                    in.refuseValue(ErrorCode.INVALID_MESSAGE_DATA, "a string or binary");
                }
            }
            case BOOLEAN, INTEGER, FLOAT, EXTENSION ->
                in.refuseValue(ErrorCode.INVALID_MESSAGE_DATA, "a string or binary");
        }
    }

    private static Payload jsonText(Object tree) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WireWriter writer = ProtocolCodec.of(Format.JSON).writer(out);
        ValueTree.write(tree, writer);
        writer.finish();
        return Payload.utf8(out.toByteArray());
    }

    void readEncoding(FieldReader in) throws IOException, MalformedFrame {
        encoding = in.text(ErrorCode.INVALID_MESSAGE_DATA).filter(text -> !text.isEmpty());
    }

    /// Puts the two together, once the whole entry is read.
    void settle(FieldReader in) {
        if (rawJson) {
            if (encoding.isPresent()) {
                in.refuse(ErrorCode.INVALID_MESSAGE_DATA.info(
                        "data with the encoding '" + encoding.get() + "' is an object or array, not a string"));
            }
            encoding = JSON_TEXT;
        } else if (data instanceof Payload.Text(String text) && !in.wire().carriesBinary() && endsInBase64()) {
            // Text that only claims to be base64 goes through as it came: readers are told its encoding.
            Base64Text.decode(text).ifPresent(bytes -> {
                data = Payload.binary(bytes);
                encoding = withoutBase64(encoding.orElseThrow());
            });
        }
    }

    private boolean endsInBase64() {
        return encoding.isPresent()
                && (encoding.get().equals(BASE64) || encoding.get().endsWith(BASE64_STEP));
    }

    private static Optional<String> withoutBase64(String encoding) {
        return encoding.length() > BASE64_STEP.length()
                ? Optional.of(encoding.substring(0, encoding.length() - BASE64_STEP.length()))
                : Optional.empty();
    }

    Payload data() {
        return data;
    }

    Optional<String> encoding() {
        return encoding;
    }

    /// How many fields [#write] writes.
    static int fields(Payload data, Optional<String> encoding, WireWriter out) {
        return switch (data) {
            case Payload.None() -> WireWriter.one(encoding);
            case Payload.Text(var text) -> 1 + WireWriter.one(encoding);
            case Payload.Binary(var bytes) -> out.carriesBinary() ? 1 + WireWriter.one(encoding) : 2;
        };
    }

    static void write(Payload data, Optional<String> encoding, WireWriter out) throws IOException {
        switch (data) {
            case Payload.None() -> out.field(Key.ENCODING, encoding);
            case Payload.Text(String text) -> {
                out.field(Key.DATA, text);
                out.field(Key.ENCODING, encoding);
            }
            case Payload.Binary(byte[] bytes) -> {
                out.key(Key.DATA);
                out.binary(bytes);
                if (out.carriesBinary()) {
                    out.field(Key.ENCODING, encoding);
                } else {
                    out.field(Key.ENCODING, encoding.isPresent() ? encoding.get() + BASE64_STEP : BASE64);
                }
            }
        }
    }
}
