package io.hark.launcher.load;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.Format;
import io.hark.protocol.FrameMutator;
import io.hark.protocol.Frames;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Makes hostile WebSocket traffic and URLs; the same seed gives the same sequence.
final class SocketCases {
    private static final int FRAME_BYTES_MAX = 512 << 10;
    private static final int RESERVED_BITS = 0x70;
    private static final int FIN = 0x80;
    private static final List<String> PARAMS = List.of(
            "v",
            "format",
            "key",
            "access_token",
            "accessToken",
            "clientId",
            "echo",
            "heartbeats",
            "resume",
            "recover",
            "remainPresentFor",
            "heartbeatInterval",
            "agent",
            "rnd",
            "",
            "%",
            "a%00b",
            "stream",
            "upgrade");
    private static final List<String> VALUES = List.of(
            "6",
            "1",
            "",
            "2",
            "-1",
            "1e400",
            "NaN",
            "json",
            "msgpack",
            "html",
            "true",
            "false",
            "*",
            "%00",
            "%ff%fe",
            "%",
            "%zz",
            "x.y:z",
            "_____!ablyjs_test_fake-key____",
            "999999999999999999999",
            "%F0%9F%98%80",
            "a%0d%0ab",
            "+",
            "ann");

    private static final List<Object> TREES = Stream.concat(Frames.ofClients().stream(), again())
            .map(frame -> tree(ProtocolCodec.of(Format.MSGPACK).encode(frame)))
            .toList();
    private static final List<Object> ODD = List.of(
            "",
            "room",
            "[?rewind=2]room",
            "[?rewind=x]room",
            "[meta]log",
            ":hell",
            "persisted:room",
            "*",
            "a:b",
            "\0",
            "\ud83d\ude00",
            "x".repeat(3_000),
            0L,
            1L,
            2L,
            3L,
            4L,
            10L,
            14L,
            15L,
            16L,
            17L,
            21L,
            -1L,
            99L,
            1L << 31,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            1.5,
            Double.MAX_VALUE,
            true,
            false,
            new byte[] {0, -1},
            List.of(),
            List.of(""),
            Map.of(),
            Map.of("a", 1L),
            List.of(Map.of("name", "n", "data", "d")),
            List.of(Map.of("action", 2L, "clientId", "ann")),
            Map.of("rewind", "5", "modes", "subscribe"),
            Map.of("modes", "?"),
            Map.of("echo", "false"));

    private final SplittableRandom random;
    private final FrameMutator json;
    private final FrameMutator msgpack;

    SocketCases(long seed) {
        random = new SplittableRandom(seed);
        json = mutator(Format.JSON, seed);
        msgpack = mutator(Format.MSGPACK, seed);
    }

    /// Frames that do something on a channel, as often as the others together.
    private static Stream<ClientMessage> again() {
        return IntStream.range(0, 12)
                .boxed()
                .flatMap(i -> Stream.of(
                        new ClientMessage.Attach("room-" + i, Map.of(), 0, Optional.empty()),
                        new ClientMessage.Publish(
                                "room-" + i, i, List.of(Message.of(Optional.of("n"), Payload.text("d"))), Map.of())));
    }

    private static Object tree(byte[] frame) {
        try {
            return ProtocolCodec.of(Format.MSGPACK).decodeValue(frame);
        } catch (MalformedFrame impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static FrameMutator mutator(Format format, long seed) {
        return new FrameMutator(
                Frames.ofClients().stream()
                        .map(ProtocolCodec.of(format)::encode)
                        .toList(),
                seed);
    }

    /// The payload of a frame that may be damaged: in its bytes, which rarely leaves anything to read,
    /// or in its fields.
    byte[] protocolFrame(Format format) {
        if (random.nextInt(4) == 0) {
            return format == Format.JSON ? json.next() : msgpack.next();
        }
        Object tree = TREES.get(random.nextInt(TREES.size()));
        for (int i = random.nextInt(3); i >= 0; i--) {
            tree = changed(tree, random.nextInt(20) != 0);
        }
        return ProtocolCodec.of(format).encodeValue(tree);
    }

    /// Up to three frames as one array.
    byte[] batch(Format format) {
        int count = random.nextInt(4);
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        batch.write(format == Format.JSON ? '[' : 0x90 | count);
        for (int i = 0; i < count; i++) {
            if (i > 0 && format == Format.JSON) {
                batch.write(',');
            }
            batch.writeBytes(protocolFrame(format));
        }
        if (format == Format.JSON) {
            batch.write(']');
        }
        return batch.toByteArray();
    }

    /// The value with one thing in it changed.
    ///
    /// @param deeper whether something within, if there is something
    private Object changed(Object value, boolean deeper) {
        if (deeper && value instanceof Map<?, ?> map && !map.isEmpty()) {
            Map<Object, Object> copy = new LinkedHashMap<>(map);
            Object field = List.copyOf(map.keySet()).get(random.nextInt(map.size()));
            if (field.equals("action") && random.nextInt(8) != 0) {
                return copy; // Without its action a frame ends the connection, and little else is tried.
            }
            if (random.nextInt(8) == 0) {
                copy.remove(field);
            } else {
                copy.put(field, changed(map.get(field), random.nextInt(4) != 0));
            }
            return copy;
        }
        if (deeper && value instanceof List<?> list && !list.isEmpty()) {
            List<Object> copy = new ArrayList<>(list);
            int index = random.nextInt(list.size());
            copy.set(index, changed(list.get(index), random.nextInt(4) != 0));
            return copy;
        }
        return ODD.get(random.nextInt(ODD.size()));
    }

    /// What goes wrong below the protocol.
    ///
    /// @param refused whether the server must say so, as it can know that nothing right will follow
    record Framing(byte[] bytes, boolean refused) {}

    Framing framing() {
        byte[] valid = ProtocolCodec.of(Format.JSON).encode(Frames.ofClients().getFirst());
        return switch (random.nextInt(12)) {
            case 0 -> new Framing(RawSocket.unmasked(FIN | 1, valid), true);
            case 1 -> new Framing(RawSocket.masked(FIN | 3 + random.nextInt(5), valid.length, valid), true);
            case 2 -> new Framing(RawSocket.masked(FIN | 11 + random.nextInt(5), valid.length, valid), true);
            case 3 ->
                new Framing(
                        RawSocket.masked(FIN | 1 | (RESERVED_BITS & (1 + random.nextInt(7)) << 4), valid.length, valid),
                        true);
            case 4 ->
                new Framing(RawSocket.masked(FIN | 1, FRAME_BYTES_MAX + 1L + random.nextInt(1 << 20), valid), true);
            case 5 -> new Framing(RawSocket.masked(FIN | 1, random.nextLong() | Long.MIN_VALUE, valid), true);
            case 6 -> new Framing(RawSocket.masked(FIN | 9, 126 + random.nextInt(1000), new byte[1126]), true);
            case 7 -> new Framing(RawSocket.masked(9, valid.length, valid), true);
            case 8 -> new Framing(RawSocket.masked(FIN, valid.length, valid), true);
            case 9 -> new Framing(fragments(), false);
            case 10 -> new Framing(RawSocket.masked(8, closePayload()), false);
            default -> new Framing(noise(), false);
        };
    }

    /// One message in pieces, perhaps with a ping between, perhaps never finished.
    private byte[] fragments() {
        byte[] payload = protocolFrame(Format.JSON);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int from = 0;
        for (boolean first = true; from < payload.length || first; first = false) {
            int to = Math.min(payload.length, from + 1 + random.nextInt(40));
            byte[] piece = Arrays.copyOfRange(payload, from, to);
            boolean last = to == payload.length && random.nextInt(4) != 0;
            out.writeBytes(RawSocket.masked((last ? FIN : 0) | (first ? 1 : 0), piece.length, piece));
            if (random.nextInt(3) == 0) {
                out.writeBytes(RawSocket.masked(9, new byte[random.nextInt(126)]));
            }
            from = to;
        }
        return out.toByteArray();
    }

    private byte[] closePayload() {
        byte[] payload = new byte[random.nextInt(6)];
        random.nextBytes(payload);
        return payload;
    }

    private byte[] noise() {
        byte[] noise = new byte[1 + random.nextInt(200)];
        random.nextBytes(noise);
        return noise;
    }

    /// The target of an upgrade request.
    String url(String key) {
        StringBuilder url = new StringBuilder(random.nextInt(10) == 0 ? "/ws-up?" : "/?");
        if (random.nextInt(5) != 0) {
            url.append("v=6&key=").append(URLEncoder.encode(key, StandardCharsets.UTF_8));
        }
        for (int i = random.nextInt(6); i > 0; i--) {
            url.append('&')
                    .append(pick(PARAMS))
                    .append(random.nextInt(10) == 0 ? "" : "=")
                    .append(pick(VALUES));
        }
        return url.toString();
    }

    private String pick(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }
}
