package io.hark.auth;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// JSON as this module needs it.
final class Json {
    private static final ProtocolCodec CODEC = ProtocolCodec.of(Format.JSON);

    private Json() {}

    /// @return empty when the text is not a JSON object
    static Optional<Map<?, ?>> object(String text) {
        try {
            return CODEC.decodeValue(text.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (MalformedFrame notJson) {
            return Optional.empty();
        }
    }

    /// The text as a JSON string. Escapes what JavaScript's `JSON.stringify` does, as SDKs compare
    /// capabilities for equality; lone surrogates, too, which have no UTF-8.
    static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || isLoneSurrogate(text, i)) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isLoneSurrogate(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }
}
