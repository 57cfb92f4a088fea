package io.hark.slot;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.Hlc;
import io.hark.channel.LogRecord;
import io.hark.channel.Origin;
import io.hark.channel.SlotMeta;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The log of one slot as its owners wrote it.
final class TestLog {
    static final ChannelId CHANNEL = ChannelId.of("app", "orders");
    static final int SLOT = CHANNEL.key().slot();
    static final ChannelPolicy POLICY = new ChannelPolicy(Durability.FSYNC, Duration.ofMinutes(2));
    static final long NOW = 1_700_000_000_000L;

    private final List<LogRecord> records = new ArrayList<>();
    private SlotMeta meta = SlotMeta.empty(SLOT);

    /// Owners of these epochs appended an entry each.
    static TestLog of(int... epochs) {
        TestLog log = new TestLog();
        for (int epoch : epochs) {
            log.add(epoch, 1);
        }
        return log;
    }

    /// The owner of `epoch` appends so many entries.
    TestLog add(int epoch, int count) {
        for (int i = 0; i < count; i++) {
            long lsn = meta.lastLsn() + 1;
            LogRecord record = record(lsn, epoch, "entry " + lsn);
            meta = meta.after(record.head());
            records.add(record);
        }
        return this;
    }

    static LogRecord record(long lsn, int epoch, String text) {
        MessageBatch batch = new MessageBatch(
                "op" + lsn, Optional.empty(), 0, List.of(Message.of(Optional.empty(), Payload.text(text))));
        Entry entry = new Entry(
                lsn,
                epoch,
                new Origin("eu", 1),
                lsn,
                CHANNEL.key(),
                lsn - 1,
                Hlc.next(0, NOW + lsn),
                new EntryBody.Messages(batch));
        return LogRecord.of(Optional.of(CHANNEL), entry, List.of(), POLICY, List.of());
    }

    SlotMeta meta() {
        return meta;
    }

    /// The records after `afterLsn` up to `upToLsn`.
    List<LogRecord> records(long afterLsn, long upToLsn) {
        return List.copyOf(records.subList((int) afterLsn, (int) upToLsn));
    }

    /// What the owner of `epoch` sends of it.
    PeerMessage.Append append(int epoch, long afterLsn, long upToLsn, long committedLsn) {
        return append(epoch, afterLsn, committedLsn, false, records(afterLsn, upToLsn));
    }

    PeerMessage.Append append(int epoch, long prevLsn, long committedLsn, boolean sparse, List<LogRecord> sent) {
        return new PeerMessage.Append(SLOT, epoch, 0, prevLsn, meta.epochAt(prevLsn), committedLsn, sparse, 0, sent);
    }
}
