package io.hark.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Value: turns positions into the opaque channelSerials that clients hold, and back.
///
/// The text is base64url of: version, region, lineage, lsn, the vector, and an 8-byte SipHash-2-4 of all
/// of that. Without the secret nobody makes a serial that decodes; all nodes of all regions share the
/// secret. It hides nothing: numbers can be read from it.
public final class ChannelSerials {
    private static final byte VERSION = 1;
    private static final int MAC_BYTES = 8;
    private static final int VARINT_BYTES_MAX = 10;
    private static final int REGION_BYTES_MAX = 1 + RegionName.LENGTH_MAX;
    private static final int ORIGIN_BYTES_MAX = REGION_BYTES_MAX + 2 * VARINT_BYTES_MAX;
    private static final int BYTES_MAX =
            1 + ORIGIN_BYTES_MAX + VARINT_BYTES_MAX + Position.ORIGINS_MAX * ORIGIN_BYTES_MAX + MAC_BYTES;
    private static final int TEXT_MAX = (BYTES_MAX * 4 + 2) / 3;

    /// In place of a region's length in the vector: the position's own region and lineage, the usual case.
    private static final int SAME_ORIGIN = 0;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private final SipHash mac;

    /// @param secret any length; what makes it hard to guess is up to the caller
    public ChannelSerials(byte[] secret) {
        byte[] key = keyFrom(secret);
        mac = new SipHash((long) LONG.get(key, 0), (long) LONG.get(key, Long.BYTES));
    }

    private static byte[] keyFrom(byte[] secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            // The label keeps the key apart from whatever else is derived from the same secret.
            digest.update("hark channelSerial".getBytes(StandardCharsets.US_ASCII));
            return digest.digest(secret);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /// The text of a position; the same position always gives the same text. Runs once per message.
    public String encode(Position position) {
        byte[] bytes = new byte[sizeMax(position)];
        bytes[0] = VERSION;
        int at = putRegion(bytes, 1, position.region());
        at = putVarint(bytes, at, position.lineage());
        at = putVarint(bytes, at, position.lsn());
        List<OriginSeq> vector = position.vector();
        for (int i = 0; i < vector.size(); i++) {
            OriginSeq origin = vector.get(i);
            if (origin.lineage() == position.lineage() && origin.region().equals(position.region())) {
                bytes[at++] = SAME_ORIGIN;
            } else {
                at = putRegion(bytes, at, origin.region());
                at = putVarint(bytes, at, origin.lineage());
            }
            at = putVarint(bytes, at, origin.oseq());
        }
        LONG.set(bytes, at, mac.of(bytes, at));
        byte[] exact = Arrays.copyOf(bytes, at + MAC_BYTES);
        return new String(ENCODER.encode(exact), StandardCharsets.ISO_8859_1);
    }

    private static int sizeMax(Position position) {
        return 1 + ORIGIN_BYTES_MAX + position.vector().size() * ORIGIN_BYTES_MAX + MAC_BYTES;
    }

    private static int putRegion(byte[] bytes, int at, String region) {
        int length = region.length();
        bytes[at] = (byte) length;
        for (int i = 0; i < length; i++) {
            bytes[at + 1 + i] = (byte) region.charAt(i);
        }
        return at + 1 + length;
    }

    private static int putVarint(byte[] bytes, int from, long value) {
        int at = from;
        long rest = value;
        while (rest > 0x7f) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
        return at;
    }

    /// The position that a client hands back; empty for whatever this secret did not make, of any length and
    /// form.
    public Optional<Position> decode(String text) {
        if (text.length() > TEXT_MAX) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = DECODER.decode(text);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        int length = bytes.length - MAC_BYTES;
        if (length < 1) {
            return Optional.empty();
        }
        // One comparison of whole words takes the same time wherever they differ.
        boolean genuine = (mac.of(bytes, length) ^ (long) LONG.get(bytes, length)) == 0;
        // A MAC does not cover the unused bits of the last base64 character: only the one spelling counts.
        if (!genuine || !ENCODER.encodeToString(bytes).equals(text) || bytes[0] != VERSION) {
            return Optional.empty();
        }
        return new Input(bytes, length).position();
    }

    /// Confined to one call of decode: walks the bytes and stays invalid once something does not fit.
    private static final class Input {
        private final byte[] bytes;
        private final int end;
        private int at = 1;
        private boolean valid = true;

        Input(byte[] bytes, int end) {
            this.bytes = bytes;
            this.end = end;
        }

        Optional<Position> position() {
            String region = region(next());
            int lineage = lineage();
            long lsn = varint();
            List<OriginSeq> vector = new ArrayList<>(1);
            while (valid && at < end) {
                OriginSeq origin = origin(region, lineage);
                valid &= vector.size() < Position.ORIGINS_MAX
                        && (vector.isEmpty() || vector.getLast().compareTo(origin) < 0);
                vector.add(origin);
            }
            return valid ? Optional.of(new Position(region, lineage, lsn, vector)) : Optional.empty();
        }

        private OriginSeq origin(String ownRegion, int ownLineage) {
            int length = next();
            return length == SAME_ORIGIN
                    ? new OriginSeq(ownRegion, ownLineage, varint())
                    : new OriginSeq(region(length), lineage(), varint());
        }

        private int next() {
            if (at >= end) {
                valid = false;
                return 0;
            }
            return bytes[at++];
        }

        private String region(int length) {
            if (length >= 1 && length <= end - at) {
                String region = new String(bytes, at, length, StandardCharsets.ISO_8859_1);
                at += length;
                if (RegionName.isValid(region)) {
                    return region;
                }
            }
            valid = false;
            return "invalid";
        }

        private int lineage() {
            long value = varint();
            valid &= value <= Integer.MAX_VALUE;
            return (int) Math.min(value, Integer.MAX_VALUE);
        }

        private long varint() {
            long value = 0;
            for (int shift = 0; shift < Long.SIZE; shift += 7) {
                int b = next();
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    valid &= value >= 0;
                    return value & Long.MAX_VALUE;
                }
            }
            valid = false;
            return 0;
        }
    }
}
