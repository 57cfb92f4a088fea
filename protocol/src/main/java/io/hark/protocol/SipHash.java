package io.hark.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Value: SipHash-2-4 (Aumasson and Bernstein, 2012): a 64-bit MAC that is fast on short input.
final class SipHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long k0;
    private final long k1;

    SipHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /// The MAC of the first `length` bytes.
    long of(byte[] bytes, int length) {
        State state = new State(k0, k1);
        int at = 0;
        for (; at + Long.BYTES <= length; at += Long.BYTES) {
            state.absorb((long) LONG.get(bytes, at));
        }
        long last = (long) length << 56;
        for (int shift = 0; at < length; at++, shift += 8) {
            last |= (bytes[at] & 0xffL) << shift;
        }
        state.absorb(last);
        return state.finish();
    }

    /// Confined to one call, which the JIT compiler keeps in registers.
    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long k0, long k1) {
            v0 = k0 ^ 0x736f6d6570736575L;
            v1 = k1 ^ 0x646f72616e646f6dL;
            v2 = k0 ^ 0x6c7967656e657261L;
            v3 = k1 ^ 0x7465646279746573L;
        }

        void absorb(long block) {
            v3 ^= block;
            round();
            round();
            v0 ^= block;
        }

        long finish() {
            v2 ^= 0xff;
            round();
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
