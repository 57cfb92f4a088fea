package io.hark.protocol;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Makes hostile input for whatever decodes: valid frames with seeded damage, splices of two of them,
/// and pure noise. The same seed gives the same sequence.
public final class FrameMutator {
    private static final int NOISE_BYTES_MAX = 300;

    /// Bytes at which decoders take decisions: JSON's signs, MessagePack's headers, lengths at the edges.
    private static final byte[] TELLING = Frames.bytes(
            "{}[]\",:\\0-eE.u \n",
            0x80,
            0x90,
            0xa0,
            0xc0,
            0xc1,
            0xc4,
            0xc6,
            0xc7,
            0xc9,
            0xca,
            0xcb,
            0xcf,
            0xd3,
            0xd4,
            0xd8,
            0xd9,
            0xdb,
            0xdc,
            0xdd,
            0xde,
            0xdf,
            0xed,
            0xff,
            0x7f,
            0x00);

    private final List<byte[]> valid;
    private final SplittableRandom random;

    /// @param valid what to damage; not empty
    public FrameMutator(List<byte[]> valid, long seed) {
        this.valid = List.copyOf(valid);
        random = new SplittableRandom(seed);
    }

    public byte[] next() {
        if (random.nextInt(20) == 0) {
            byte[] noise = new byte[random.nextInt(NOISE_BYTES_MAX)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] frame = anyValid().clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            frame = changed(frame);
        }
        return frame;
    }

    private byte[] anyValid() {
        return valid.get(random.nextInt(valid.size()));
    }

    private byte[] changed(byte[] frame) {
        if (frame.length == 0) {
            return frame;
        }
        int at = random.nextInt(frame.length);
        switch (random.nextInt(8)) {
            case 0 -> frame[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> frame[at] = (byte) random.nextInt(256);
            case 2, 3 -> frame[at] = TELLING[random.nextInt(TELLING.length)];
            case 4 -> {
                return Arrays.copyOf(frame, at);
            }
            case 5 -> {
                return spliced(frame, at, frame, Math.min(frame.length, at + 1 + random.nextInt(8))); // a piece lost
            }
            case 6 -> {
                return spliced(frame, at, frame, Math.max(0, at - random.nextInt(32))); // a piece repeated
            }
            default -> {
                byte[] other = anyValid();
                return spliced(frame, at, other, random.nextInt(other.length));
            }
        }
        return frame;
    }

    private static byte[] spliced(byte[] head, int headEnd, byte[] tail, int tailStart) {
        byte[] out = Arrays.copyOf(head, headEnd + tail.length - tailStart);
        System.arraycopy(tail, tailStart, out, headEnd, tail.length - tailStart);
        return out;
    }
}
