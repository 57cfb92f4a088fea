package io.hark.channel;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/// Value: what a row of state holds; equal when the bytes are. The bytes are not to be changed.
public record StateValue(byte[] bytes) {
    static final StateValue EMPTY = new StateValue(new byte[0]);

    /// A number that is not negative.
    static StateValue of(long number) {
        ByteBuffer out = ByteBuffer.allocate(Checksummed.varintBytes(number));
        Checksummed.putVarint(out, number);
        return new StateValue(out.array());
    }

    static long number(StateValue value) throws DamagedEntry {
        try {
            return Checksummed.varint(ByteBuffer.wrap(value.bytes));
        } catch (BufferUnderflowException e) {
            throw new DamagedEntry("a row of state holds no number", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StateValue(byte[] others) && Arrays.equals(bytes, others);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
