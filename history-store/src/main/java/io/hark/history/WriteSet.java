package io.hark.history;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.EntryHead;
import io.hark.channel.Hlc;
import io.hark.channel.IdHash;
import io.hark.channel.LogRecord;
import io.hark.channel.SlotMeta;
import io.hark.channel.Slots;
import io.hark.channel.StateChange;
import java.util.HashMap;
import java.util.Map;

/// Confined to the writer: turns appends into the rows of one batch. What several appends of a batch
/// would write to the same row, the slot's meta and the channel's place, is written once.
final class WriteSet {
    private final Retention retention;
    private final ChannelBoundaries boundaries;
    private final RawBatch batch;
    private final Bytes scratch = new Bytes(1 << 10);
    private final Map<ChannelKey, Append> lastOfChannel = new HashMap<>();
    private final SlotMeta[] lastOfSlot = new SlotMeta[Slots.COUNT];
    private final long[] lastSegmentOfSlot = new long[Slots.COUNT];
    private final int[] slots = new int[Slots.COUNT];
    private int slotCount;

    WriteSet(Retention retention, ChannelBoundaries boundaries, RawBatch batch) {
        this.retention = retention;
        this.boundaries = boundaries;
        this.batch = batch;
    }

    void add(Append append) {
        LogRecord record = append.record();
        EntryHead head = record.head();
        long millis = Hlc.millis(head.hlc());
        long segment = retention.classOf(record.policy().retention(), batch).segmentAt(millis);
        retention.history.add(segment);
        addEntry(segment, record);
        record.ids().forEach(id -> addReceipt(id, record, millis));
        record.channel().ifPresent(channel -> {
            lastOfChannel.put(head.channel(), append);
            if (!append.present()) {
                record.changes().forEach(change -> addState(channel, change));
            }
        });
        boundaries.appended(head, batch);
        addMeta(append.after(), segment);
    }

    private void addEntry(long segment, LogRecord record) {
        EntryHead head = record.head();
        batch.put(Table.HIST, Table.HIST_KEY)
                .putLong(segment)
                .putChannel(head.channel())
                .putLong(head.lsn());
        batch.value(record.encoded());
        batch.put(Table.LOG, Table.LOG_KEY)
                .putLong(segment)
                .putShort(head.channel().slot())
                .putLong(head.lsn());
        batch.value(Rows.log(scratch, head.channel(), record.companion()));
    }

    private void addReceipt(IdHash id, LogRecord record, long millis) {
        long segment = retention.dedupeClass().segmentAt(millis);
        retention.dedupe.add(segment);
        batch.put(Table.DEDUPE, Table.DEDUPE_KEY)
                .putLong(segment)
                .putChannel(record.head().channel())
                .putLong(id.high())
                .putLong(id.low());
        batch.value(Rows.receipt(scratch, record.receipt()));
    }

    private void addState(ChannelId channel, StateChange change) {
        long segment = retention.stateSegment(change.lifetime(), batch);
        byte[] key = Rows.stateKey(segment, channel.key(), change.kind(), change.key());
        change.after()
                .ifPresentOrElse(
                        value -> {
                            batch.put(Table.STATE, key.length).put(key);
                            batch.value(Rows.state(scratch, channel, value));
                        },
                        () -> batch.delete(Table.STATE, key));
    }

    private void addMeta(SlotMeta after, long segment) {
        int slot = after.slot();
        if (lastOfSlot[slot] == null) {
            slots[slotCount++] = slot;
        }
        lastOfSlot[slot] = after;
        lastSegmentOfSlot[slot] = segment;
    }

    /// The batch with the rows that are written once; after it is written, [#clear] makes room for the next.
    RawBatch finish() {
        for (Append append : lastOfChannel.values()) {
            EntryHead head = append.head();
            long segment = retention.channelClass().segmentAt(Hlc.millis(head.hlc()));
            retention.channels.add(segment);
            batch.put(Table.CHAN, Table.CHAN_KEY).putLong(segment).putChannel(head.channel());
            batch.value(Rows.channel(scratch, append.record().channel().orElseThrow(), head.lsn()));
        }
        for (int i = 0; i < slotCount; i++) {
            int slot = slots[i];
            batch.put(Table.META, MetaRows.SLOT_KEY).put(MetaRows.slotKey(slot));
            batch.value(MetaRows.slot(scratch, lastOfSlot[slot], lastSegmentOfSlot[slot]));
        }
        return batch;
    }

    void clear() {
        for (int i = 0; i < slotCount; i++) {
            lastOfSlot[slots[i]] = null;
        }
        slotCount = 0;
        lastOfChannel.clear();
        batch.clear();
    }
}
