package io.hark.rest;

import io.hark.protocol.Format;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Puts an encoded body into the object that tells of it, as its member `response`, without decoding it first.
final class Envelope {
    private static final byte[] JSON_MEMBER = ",\"response\":".getBytes(StandardCharsets.US_ASCII);

    /// A MessagePack string of up to 31 bytes starts with 0xa0 plus its length.
    private static final byte[] MSGPACK_MEMBER = "\u00a8response".getBytes(StandardCharsets.ISO_8859_1);

    /// A MessagePack map of up to 15 members starts with 0x80 plus their number.
    private static final int MSGPACK_SMALL_MAP = 0x80;

    private static final int MSGPACK_SMALL_MAP_MEMBERS_MAX = 15;

    private Envelope() {}

    /// @param object the encoding of an object with 1 to 14 members
    static byte[] around(byte[] body, byte[] object, Format format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + object.length + JSON_MEMBER.length);
        switch (format) {
            case JSON -> {
                out.write(object, 0, object.length - 1);
                out.writeBytes(JSON_MEMBER);
                out.writeBytes(body);
                out.write('}');
            }
            case MSGPACK -> {
                int members = (object[0] & 0xff) - MSGPACK_SMALL_MAP;
                if (members < 0 || members >= MSGPACK_SMALL_MAP_MEMBERS_MAX) {
                    throw new IllegalArgumentException("not a small map: its first byte is " + object[0]);
                }
                out.write(MSGPACK_SMALL_MAP + members + 1);
                out.write(object, 1, object.length - 1);
                out.writeBytes(MSGPACK_MEMBER);
                out.writeBytes(body);
            }
        }
        return out.toByteArray();
    }
}
