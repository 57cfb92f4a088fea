package io.hark.history;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Confined: a RocksDB write batch, written in Java in the form that RocksDB gives it in its log file,
/// which it keeps readable for ever. Handed over in one native call, building it costs the writer 0.2 us
/// an entry instead of 0.6 us with five calls for each, and leaves no garbage.
final class RawBatch {
    static final int HEADER_BYTES = 12;
    private static final int COUNT_AT = 8;
    private static final int DELETE = 0x4;
    private static final int PUT = 0x5;
    private static final int DELETE_RANGE = 0xE;
    private static final int CAPACITY_KEPT = 4 << 20;

    private final int[] families;
    private final Bytes rep = new Bytes(1 << 16);
    private int count;

    /// @param families the number of each table's column family
    RawBatch(int[] families) {
        this.families = families.clone();
        clear();
    }

    void clear() {
        count = 0;
        rep.clear(CAPACITY_KEPT).putLong(0).putShort(0).putShort(0);
    }

    boolean isEmpty() {
        return count == 0;
    }

    int sizeBytes() {
        return rep.length();
    }

    /// Starts a row: the caller writes exactly `keyBytes` to what it gets, then calls [#value].
    Bytes put(Table table, int keyBytes) {
        return record(PUT, table).putVarint(keyBytes);
    }

    void value(byte[] value) {
        rep.putVarint(value.length).put(value);
    }

    void value(Bytes value) {
        rep.putVarint(value.length()).put(value.array(), value.length());
    }

    void put(Table table, byte[] key, byte[] value) {
        put(table, key.length).put(key);
        value(value);
    }

    void delete(Table table, byte[] key) {
        record(DELETE, table).putVarint(key.length).put(key);
    }

    /// @param end exclusive
    void deleteRange(Table table, byte[] begin, byte[] end) {
        record(DELETE_RANGE, table)
                .putVarint(begin.length)
                .put(begin)
                .putVarint(end.length)
                .put(end);
    }

    byte[] serialized() {
        byte[] bytes = Arrays.copyOf(rep.array(), Math.max(HEADER_BYTES, rep.length()));
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(COUNT_AT, count);
        return bytes;
    }

    private Bytes record(int tag, Table table) {
        count++;
        return rep.putByte(tag).putVarint(families[table.ordinal()]);
    }
}
