package io.hark.push;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Plain values as they come from bodies and rows.
final class Trees {
    private static final ProtocolCodec JSON = ProtocolCodec.of(Format.JSON);
    private static final ProtocolCodec ROWS = ProtocolCodec.of(Format.MSGPACK);

    private Trees() {}

    /// @return empty when the value is not an object
    static Optional<Map<String, Object>> object(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return Optional.empty();
        }
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((name, member) -> object.put(String.valueOf(name), member));
        return Optional.of(Collections.unmodifiableMap(object));
    }

    /// A member that is an object; an empty one when it is not, or not there.
    static Map<String, Object> objectIn(Map<String, Object> tree, String name) {
        return object(tree.get(name)).orElse(Map.of());
    }

    /// A member that is a non-empty string.
    static Optional<String> textIn(Map<String, Object> tree, String name) {
        return tree.get(name) instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
    }

    /// Without members that are null: clients send them for what they do not mean.
    static Map<String, Object> withoutNulls(Map<String, Object> tree) {
        Map<String, Object> kept = new LinkedHashMap<>();
        tree.forEach((name, value) -> {
            if (value != null) {
                kept.put(name, value);
            }
        });
        return Collections.unmodifiableMap(kept);
    }

    static String json(Object tree) {
        return new String(JSON.encodeValue(tree), StandardCharsets.UTF_8);
    }

    static byte[] row(Map<String, Object> tree) {
        return ROWS.encodeValue(tree);
    }

    static Map<String, Object> row(byte[] bytes) {
        return read(ROWS, bytes).orElseThrow(() -> new IllegalStateException("a row of push holds no object"));
    }

    /// @return empty when the text is not a JSON object
    static Optional<Map<String, Object>> parse(String json) {
        return read(JSON, json.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<Map<String, Object>> read(ProtocolCodec codec, byte[] bytes) {
        try {
            return object(codec.decodeValue(bytes));
        } catch (MalformedFrame malformed) {
            return Optional.empty();
        }
    }
}
