package io.hark.protocol;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Plain values of any shape: Map, List, String, Long, Double, Boolean, byte[], null. Trees that are
/// read cannot be changed.
final class ValueTree {
    private ValueTree() {}

    /// Reads a value of any kind; null only for the wire's own null.
    static Object read(WireReader in) throws IOException, MalformedFrame {
        return switch (in.kind()) {
            case NULL -> {
                in.skip();
                yield null;
            }
            case BOOLEAN -> in.bool();
            case INTEGER -> in.integer();
            case FLOAT -> in.number();
            case TEXT -> in.text();
            case BINARY -> in.binary();
            case ARRAY -> readList(in);
            case OBJECT -> readMap(in);
            case EXTENSION -> throw WireReader.malformed("a MessagePack extension where a plain value belongs");
        };
    }

    private static List<Object> readList(WireReader in) throws IOException, MalformedFrame {
        in.enterArray();
        if (!in.nextElement()) {
            return List.of();
        }
        List<Object> list = new ArrayList<>();
        do {
            list.add(read(in));
        } while (in.nextElement());
        return Collections.unmodifiableList(list);
    }

    static Map<String, Object> readMap(WireReader in) throws IOException, MalformedFrame {
        in.enterObject();
        if (!in.nextField()) {
            return Map.of();
        }
        Map<String, Object> map = new LinkedHashMap<>();
        do {
            String name = in.name();
            map.put(name, read(in));
        } while (in.nextField());
        return Collections.unmodifiableMap(map);
    }

    /// @throws IllegalArgumentException for a value that is none of those above
    static void write(Object value, WireWriter out) throws IOException {
        switch (value) {
            case null -> out.nil();
            case String text -> out.text(text);
            case Boolean bool -> out.bool(bool);
            case Double number -> out.number(number);
            case Float number -> out.number(number);
            case Long number -> out.integer(number);
            case Integer number -> out.integer(number);
            case byte[] binary -> out.binary(binary);
            case Map<?, ?> map -> writeMap(map, out);
            case List<?> list -> {
                out.beginArray(list.size());
                for (Object element : list) {
                    write(element, out);
                }
                out.endArray();
            }
            default -> throw new IllegalArgumentException(value.getClass().getName() + " has no form on the wire");
        }
    }

    private static void writeMap(Map<?, ?> map, WireWriter out) throws IOException {
        out.beginObject(map.size());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.key((String) entry.getKey());
            write(entry.getValue(), out);
        }
        out.endObject();
    }
}
