package io.hark.history;

import io.hark.channel.ChannelKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Confined: a growing byte array that keys, values and batches are written into. Numbers are
/// big-endian, so that keys sort by them.
final class Bytes {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private byte[] array;
    private int length;

    Bytes(int capacity) {
        array = new byte[capacity];
    }

    int length() {
        return length;
    }

    byte[] array() {
        return array;
    }

    byte[] copy() {
        return Arrays.copyOf(array, length);
    }

    Bytes clear() {
        length = 0;
        return this;
    }

    /// Gives a large array back after a burst.
    Bytes clear(int capacityKept) {
        if (array.length > capacityKept) {
            array = new byte[capacityKept];
        }
        return clear();
    }

    Bytes putByte(int value) {
        grow(1);
        array[length++] = (byte) value;
        return this;
    }

    Bytes putShort(int value) {
        grow(Short.BYTES);
        SHORT.set(array, length, (short) value);
        length += Short.BYTES;
        return this;
    }

    Bytes putLong(long value) {
        grow(Long.BYTES);
        LONG.set(array, length, value);
        length += Long.BYTES;
        return this;
    }

    Bytes putVarint(long value) {
        grow(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            array[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[length++] = (byte) rest;
        return this;
    }

    Bytes put(byte[] bytes) {
        return put(bytes, bytes.length);
    }

    Bytes put(byte[] bytes, int count) {
        grow(count);
        System.arraycopy(bytes, 0, array, length, count);
        length += count;
        return this;
    }

    Bytes putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return putVarint(utf8.length).put(utf8);
    }

    /// Slot and hash.
    Bytes putChannel(ChannelKey channel) {
        return putShort(channel.slot()).putLong(channel.high()).putLong(channel.low());
    }

    static long longAt(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    private void grow(int more) {
        if (length + more > array.length) {
            array = Arrays.copyOf(array, Math.max(length + more, 2 * array.length));
        }
    }
}
