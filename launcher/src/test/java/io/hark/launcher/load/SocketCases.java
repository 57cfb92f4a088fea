package io.hark.launcher.load;

import io.hark.protocol.Format;
import io.hark.protocol.FrameMutator;
import io.hark.protocol.Frames;
import io.hark.protocol.ProtocolCodec;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Makes hostile WebSocket traffic and URLs; the same seed gives the same sequence.
final class SocketCases {
    private static final int FRAME_BYTES_MAX = 512 << 10;
    private static final int RESERVED_BITS = 0x70;
    private static final int FIN = 0x80;
    private static final List<String> PARAMS = List.of(
            "v", "format", "key", "access_token", "accessToken", "clientId", "echo", "heartbeats", "resume", "recover",
            "remainPresentFor", "heartbeatInterval", "agent", "rnd", "", "%", "a%00b", "stream", "upgrade");
    private static final List<String> VALUES = List.of(
            "6", "1", "", "2", "-1", "1e400", "NaN", "json", "msgpack", "html", "true", "false", "*", "%00", "%ff%fe", "%",
            "%zz", "x.y:z", "_____!ablyjs_test_fake-key____", "999999999999999999999", "%F0%9F%98%80", "a%0d%0ab", "+", "ann");

    private final SplittableRandom random;
    private final FrameMutator json;
    private final FrameMutator msgpack;

    SocketCases(long seed) {
        random = new SplittableRandom(seed);
        json = mutator(Format.JSON, seed);
        msgpack = mutator(Format.MSGPACK, seed);
    }

    private static FrameMutator mutator(Format format, long seed) {
        return new FrameMutator(
                Frames.ofClients().stream().map(ProtocolCodec.of(format)::encode).toList(), seed);
    }

    /// The payload of a frame that may be damaged.
    byte[] protocolFrame(Format format) {
        return format == Format.JSON ? json.next() : msgpack.next();
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
            case 3 -> new Framing(
                    RawSocket.masked(FIN | 1 | (RESERVED_BITS & (1 + random.nextInt(7)) << 4), valid.length, valid), true);
            case 4 -> new Framing(RawSocket.masked(FIN | 1, FRAME_BYTES_MAX + 1L + random.nextInt(1 << 20), valid), true);
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
            url.append('&').append(pick(PARAMS)).append(random.nextInt(10) == 0 ? "" : "=").append(pick(VALUES));
        }
        return url.toString();
    }

    private String pick(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }
}
