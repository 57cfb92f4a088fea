package io.hark.vcdiff;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/// Confined: writes one byte string as a difference to another in the format VCDIFF (RFC 3284): one
/// window, the default code table, no extensions, which every decoder reads.
///
/// What both begin and end with is found first, so that an edit of a large text costs two comparisons.
/// What lies between is matched by seeds of eight bytes, found by a hash of each. The time is linear in
/// the lengths, whatever the bytes.
public final class VcdiffEncoder {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] HEADER = {(byte) 0xd6, (byte) 0xc3, (byte) 0xc4, 0, 0};
    private static final int VCD_SOURCE = 1;

    private static final int ADD = 1;
    private static final int ADD_SIZE_MAX = 17;
    private static final int COPY = 19;
    private static final int COPY_SIZE_MIN = 4;
    private static final int COPY_SIZE_MAX = 18;

    private static final int SEED = Long.BYTES;
    private static final int SEEDS_MAX = 1 << 14;
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final ByteArrayOutputStream instructions = new ByteArrayOutputStream();
    private final ByteArrayOutputStream addresses = new ByteArrayOutputStream();

    /// Places of seeds in the base, plus one, by their hash.
    private int[] seeds = {};

    private byte[] base = {};
    private byte[] target = {};

    /// The target up to here is written.
    private int written;

    private int scanned;

    /// @param scannedMax bytes of both that may be searched for matches, beside what they begin and end
    ///                   with; when there are more it gives up
    /// @return empty when the difference would not be smaller than the target
    public Optional<byte[]> encode(byte[] from, byte[] to, long scannedMax) {
        base = from;
        target = to;
        written = 0;
        scanned = 0;
        data.reset();
        instructions.reset();
        addresses.reset();
        int shorter = Math.min(base.length, target.length);
        int mismatch = Arrays.mismatch(base, target);
        int prefix = mismatch < 0 ? shorter : mismatch;
        int suffix = commonSuffix(shorter - prefix);
        int between = base.length + target.length - 2 * (prefix + suffix);
        if (between > scannedMax) {
            return done(Optional.empty());
        }
        scanned = between;
        if (prefix >= COPY_SIZE_MIN) {
            copy(0, 0, prefix);
        }
        match(prefix, base.length - suffix, target.length - suffix);
        if (suffix >= COPY_SIZE_MIN) {
            copy(base.length - suffix, target.length - suffix, suffix);
        }
        add(target.length);
        return done(assembled());
    }

    /// Bytes of both that the last call has searched for matches.
    public int scanned() {
        return scanned;
    }

    private Optional<byte[]> done(Optional<byte[]> difference) {
        base = HEADER;
        target = HEADER;
        return difference;
    }

    private int commonSuffix(int max) {
        int same = 0;
        while (same + Long.BYTES <= max
                && longAt(base, base.length - same - Long.BYTES) == longAt(target, target.length - same - Long.BYTES)) {
            same += Long.BYTES;
        }
        while (same < max && base[base.length - same - 1] == target[target.length - same - 1]) {
            same++;
        }
        return same;
    }

    /// Copies what the target has in common with the base's part from `baseFrom` to `baseTo`.
    private void match(int baseFrom, int baseTo, int targetTo) {
        if (baseTo - baseFrom < SEED || targetTo - written < SEED) {
            return;
        }
        int shift = plantSeeds(baseFrom, baseTo);
        int at = written;
        while (at + SEED <= targetTo) {
            long seed = longAt(target, at);
            int place = seeds[slot(seed, shift)] - 1;
            if (place < 0 || longAt(base, place) != seed) {
                at++;
                continue;
            }
            int back = 0;
            while (at - back > written && place - back > 0 && base[place - back - 1] == target[at - back - 1]) {
                back++;
            }
            int on = Arrays.mismatch(base, place + SEED, base.length, target, at + SEED, targetTo);
            int length = SEED + (on < 0 ? Math.min(base.length - place, targetTo - at) - SEED : on);
            copy(place - back, at - back, length + back);
            at = written;
        }
    }

    /// @return how a seed's hash is made short enough for the table
    private int plantSeeds(int from, int to) {
        int stride = 1 + (to - from) / SEEDS_MAX;
        int count = (to - from) / stride + 1;
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(count);
        if (seeds.length < 1 << bits) {
            seeds = new int[1 << bits];
        } else {
            Arrays.fill(seeds, 0, 1 << bits, 0);
        }
        int shift = Long.SIZE - bits;
        for (int place = from; place + SEED <= to; place += stride) {
            seeds[slot(longAt(base, place), shift)] = place + 1;
        }
        return shift;
    }

    private static int slot(long seed, int shift) {
        return (int) (seed * SPREAD >>> shift);
    }

    private static long longAt(byte[] bytes, int index) {
        return (long) LONG.get(bytes, index);
    }

    /// What the target has from `to` on is what the base has from `from` on.
    private void copy(int from, int to, int length) {
        add(to);
        if (length >= COPY_SIZE_MIN && length <= COPY_SIZE_MAX) {
            instructions.write(COPY + length - COPY_SIZE_MIN + 1);
        } else {
            instructions.write(COPY);
            number(length, instructions);
        }
        number(from, addresses);
        written = to + length;
    }

    /// What comes before `to` in the target, and is not written yet, is new.
    private void add(int to) {
        int length = to - written;
        if (length == 0) {
            return;
        }
        if (length <= ADD_SIZE_MAX) {
            instructions.write(ADD + length);
        } else {
            instructions.write(ADD);
            number(length, instructions);
        }
        data.write(target, written, length);
        written = to;
    }

    private Optional<byte[]> assembled() {
        int sections = data.size() + instructions.size() + addresses.size();
        int window = size(target.length)
                + 1
                + size(data.size())
                + size(instructions.size())
                + size(addresses.size())
                + sections;
        int total = HEADER.length + 1 + size(base.length) + size(0) + size(window) + window;
        if (total >= target.length) {
            return Optional.empty();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(total);
        out.writeBytes(HEADER);
        out.write(VCD_SOURCE);
        number(base.length, out);
        number(0, out);
        number(window, out);
        number(target.length, out);
        out.write(0);
        number(data.size(), out);
        number(instructions.size(), out);
        number(addresses.size(), out);
        out.writeBytes(data.toByteArray());
        out.writeBytes(instructions.toByteArray());
        out.writeBytes(addresses.toByteArray());
        return Optional.of(out.toByteArray());
    }

    /// Seven bits a byte, the highest first (RFC 3284, 2).
    private static void number(int value, ByteArrayOutputStream out) {
        for (int shift = 7 * (size(value) - 1); shift > 0; shift -= 7) {
            out.write(value >>> shift & 0x7f | 0x80);
        }
        out.write(value & 0x7f);
    }

    private static int size(int value) {
        return value == 0 ? 1 : (Integer.SIZE - Integer.numberOfLeadingZeros(value) + 6) / 7;
    }
}
