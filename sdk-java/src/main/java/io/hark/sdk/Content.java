package io.hark.sdk;

import io.hark.protocol.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// Value: a message's data as it travels, and what a receiver has to know to read it.
///
/// @param encoding steps such as `json`, joined by slashes, the last one outermost; empty for plain
///                 text and bytes
public record Content(Payload data, Optional<String> encoding) {
    public static final Content NONE = new Content(Payload.NONE, Optional.empty());

    private static final String JSON = "json";
    private static final String UTF_8 = "utf-8";
    private static final String BASE64 = "base64";

    public static Content text(String text) {
        return new Content(Payload.text(text), Optional.empty());
    }

    /// @param bytes not to be changed afterwards
    public static Content bytes(byte[] bytes) {
        return new Content(Payload.binary(bytes), Optional.empty());
    }

    /// @param json the text of a JSON object or array
    public static Content json(String json) {
        return new Content(Payload.text(json), Optional.of(JSON));
    }

    public boolean isJson() {
        return encoding.equals(Optional.of(JSON));
    }

    /// The text, JSON or not.
    ///
    /// @throws IllegalArgumentException when it is bytes, or of an encoding that is not known
    public String asText() {
        if (data instanceof Payload.Text(String text) && (encoding.isEmpty() || isJson())) {
            return text;
        }
        throw new IllegalArgumentException("the data is %s, not text".formatted(description()));
    }

    /// @throws IllegalArgumentException when it is text, or of an encoding that is not known
    public byte[] asBytes() {
        if (data instanceof Payload.Binary(byte[] bytes) && encoding.isEmpty()) {
            return bytes;
        }
        throw new IllegalArgumentException("the data is %s, not bytes".formatted(description()));
    }

    private String description() {
        String kind = switch (data) {
            case Payload.None() -> "absent";
            case Payload.Text(String text) -> "text";
            case Payload.Binary(byte[] bytes) -> "bytes";
        };
        return encoding.map(steps -> kind + " of the encoding " + steps).orElse(kind);
    }

    /// Without the steps that only made it fit to travel (RSL6): what is left is for a codec to read.
    Content unwrapped() {
        if (encoding.isEmpty()) {
            return this;
        }
        String steps = encoding.get();
        String last = steps.substring(steps.lastIndexOf('/') + 1);
        Optional<String> others = last.length() == steps.length()
                ? Optional.empty()
                : Optional.of(steps.substring(0, steps.length() - last.length() - 1));
        return switch (data) {
            case Payload.Binary(byte[] bytes)
            when last.equals(UTF_8) ->
                new Content(Payload.text(new String(bytes, StandardCharsets.UTF_8)), others).unwrapped();
            case Payload.Text(String text) when last.equals(BASE64) -> decoded(text, others);
            default -> this;
        };
    }

    private Content decoded(String text, Optional<String> others) {
        try {
            return new Content(Payload.binary(Base64.getDecoder().decode(text)), others).unwrapped();
        } catch (IllegalArgumentException notBase64) {
            return this; // Whoever reads it is told its encoding.
        }
    }
}
