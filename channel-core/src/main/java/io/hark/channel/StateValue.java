package io.hark.channel;

import java.util.Arrays;
import java.util.HexFormat;

/// Value: what a row of state holds; equal when the bytes are. The bytes are not to be changed.
public record StateValue(byte[] bytes) {
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
