package io.hark.history;

import io.hark.channel.DamagedEntry;
import io.hark.channel.SlotMeta;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Rows of the META table:
///
/// | key                        | value                                                             |
/// |----------------------------|-------------------------------------------------------------------|
/// | `S` slot                   | the slot's meta and the segment of its last entry                 |
/// | `C` class id               | the class's retention in milliseconds                             |
/// | `D` class id               | the newest bucket of the class that was dropped                   |
/// | `K`                        | id of the class that channel rows are kept in                     |
/// | `B` channel segment, slot  | the slot's last LSN in that segment, once it has gone on to another |
/// | `T` slot                   | an LSN at or above all of the slot whose channel rows were dropped |
/// | `L`                        | there when acknowledged entries may be lost, until somebody knows |
/// | `L` slot                   | there when the slot was cut back, until somebody knows, or it is wiped |
/// | `I` slot                   | there while rows of another node's image may show what was never committed |
/// | `V`                        | the format of all tables                                          |
final class MetaRows {
    static final int SLOT_KEY = 3;

    /// Grows when rows get another meaning.
    static final long FORMAT = 3;

    private static final int BOUNDARY_SLOT_AT = 9;

    private MetaRows() {}

    /// Value: a stored slot meta.
    ///
    /// @param segment where the last entry's rows are; [Segment#NONE] when there is no entry, or when it
    ///                is known from another node's image only
    record Slot(SlotMeta meta, long segment) {}

    static byte[] channelClassKey() {
        return new byte[] {'K'};
    }

    static byte[] formatKey() {
        return new byte[] {'V'};
    }

    static byte[] lossKey() {
        return new byte[] {'L'};
    }

    static byte[] dirtyKey(int slot) {
        return key('L', slot);
    }

    static byte[] imageKey(int slot) {
        return key('I', slot);
    }

    static byte[] slotKey(int slot) {
        return key('S', slot);
    }

    static byte[] classKey(int classId) {
        return key('C', classId);
    }

    static byte[] droppedKey(int classId) {
        return key('D', classId);
    }

    static byte[] trimKey(int slot) {
        return key('T', slot);
    }

    static byte[] boundaryKey(long segment, int slot) {
        return new Bytes(BOUNDARY_SLOT_AT + Short.BYTES)
                .putByte('B')
                .putLong(segment)
                .putShort(slot)
                .array();
    }

    /// First key of the boundaries from `segment` on.
    static byte[] boundariesKey(long segment) {
        return new Bytes(BOUNDARY_SLOT_AT).putByte('B').putLong(segment).array();
    }

    static int boundarySlot(byte[] boundaryKey) {
        return ByteBuffer.wrap(boundaryKey).getShort(BOUNDARY_SLOT_AT);
    }

    static byte[] number(long value) {
        return new Bytes(Long.BYTES).putLong(value).array();
    }

    static Bytes slot(Bytes out, SlotMeta meta, long segment) {
        out.clear()
                .putLong(segment)
                .putLong(meta.lastLsn())
                .putLong(meta.oseq())
                .putLong(meta.hlc())
                .putVarint(meta.lineage())
                .putVarint(meta.epochs().size());
        for (SlotMeta.EpochStart start : meta.epochs()) {
            out.putVarint(start.epoch()).putVarint(start.startLsn());
        }
        out.putVarint(meta.ended().size());
        for (SlotMeta.LineageEnd end : meta.ended()) {
            out.putVarint(end.lineage()).putVarint(end.endLsn());
        }
        return out;
    }

    static Slot slot(int slot, byte[] value) throws DamagedEntry {
        return Rows.decode(value, in -> {
            long segment = in.getLong();
            long lastLsn = in.getLong();
            long oseq = in.getLong();
            long hlc = in.getLong();
            int lineage = (int) Rows.varint(in);
            List<SlotMeta.EpochStart> epochs = new ArrayList<>();
            for (long left = Rows.varint(in); left > 0; left--) {
                epochs.add(new SlotMeta.EpochStart((int) Rows.varint(in), Rows.varint(in)));
            }
            List<SlotMeta.LineageEnd> ended = new ArrayList<>();
            for (long left = Rows.varint(in); left > 0; left--) {
                ended.add(new SlotMeta.LineageEnd((int) Rows.varint(in), Rows.varint(in)));
            }
            return new Slot(new SlotMeta(slot, epochs, lineage, ended, lastLsn, oseq, hlc), segment);
        });
    }

    private static byte[] key(char letter, int number) {
        return new Bytes(SLOT_KEY).putByte(letter).putShort(number).array();
    }
}
