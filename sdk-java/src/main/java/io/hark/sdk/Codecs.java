package io.hark.sdk;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The codecs that come with the client.
final class Codecs {
    static final Codec<String> TEXT = new Text();
    static final Codec<byte[]> BYTES = new Bytes();
    static final Codec<Object> PLAIN = new Plain();

    /// What a message carries, unread.
    static final Codec<Content> RAW = new Raw();

    private Codecs() {}

    private record Text() implements Codec<String> {
        @Override
        public Content encode(String value) {
            return Content.text(value);
        }

        @Override
        public String decode(Content content) {
            return content.asText();
        }
    }

    private record Bytes() implements Codec<byte[]> {
        @Override
        public Content encode(byte[] value) {
            return Content.bytes(value);
        }

        @Override
        public byte[] decode(Content content) {
            return content.asBytes();
        }
    }

    private record Raw() implements Codec<Content> {
        @Override
        public Content encode(Content value) {
            return value;
        }

        @Override
        public Content decode(Content content) {
            return content;
        }
    }

    private record Plain() implements Codec<Object> {
        @Override
        public Content encode(Object value) {
            return switch (value) {
                case String text -> Content.text(text);
                case byte[] bytes -> Content.bytes(bytes);
                case Map<?, ?> map -> json(map);
                case List<?> list -> json(list);
                default ->
                    throw new IllegalArgumentException("a message carries String, byte[], Map or List, not "
                            + value.getClass().getName());
            };
        }

        private static Content json(Object tree) {
            byte[] text = ProtocolCodec.of(Format.JSON).encodeValue(tree);
            return Content.json(new String(text, StandardCharsets.UTF_8));
        }

        @Override
        public Object decode(Content content) throws MalformedFrame {
            if (content.isJson()) {
                byte[] text = content.asText().getBytes(StandardCharsets.UTF_8);
                return ProtocolCodec.of(Format.JSON).decodeValue(text);
            }
            return content.data() instanceof Payload.Binary ? content.asBytes() : content.asText();
        }
    }

    record Json<T>(Function<? super T, String> write, Function<String, ? extends T> read) implements Codec<T> {
        @Override
        public Content encode(T value) {
            return Content.json(write.apply(value));
        }

        @Override
        public T decode(Content content) {
            return read.apply(content.asText());
        }
    }
}
