package io.hark.channel;

import io.hark.protocol.Annotation;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageSerial;
import io.hark.protocol.ObjectMessage;
import io.hark.protocol.PresenceMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// Value: one entry of a slot's log.
///
/// @param lsn     place in this region's log of the slot, contiguous from 1 within and across lineages
/// @param epoch   the owner's epoch when it was appended
/// @param oseq    count of the origin's entries in the slot, contiguous from 1
/// @param channel the channel; for a NOOP a key of the slot with zero hash
/// @param prevLsn the channel's entry before this one, or an upper bound of it when that one is no longer
///                known; a
///                reader whose position is at or past `prevLsn` misses nothing by reading this entry next
/// @param hlc     see [Hlc]
public record Entry(
        long lsn, int epoch, Origin origin, long oseq, ChannelKey channel, long prevLsn, long hlc, EntryBody body) {

    public EntryKind kind() {
        return switch (body) {
            case EntryBody.None() -> EntryKind.NOOP;
            case EntryBody.Messages(var batch) -> EntryKind.MESSAGE;
            case EntryBody.Presence(var batch) -> EntryKind.PRESENCE;
            case EntryBody.Version version -> EntryKind.VERSION;
            case EntryBody.Annotations annotations -> EntryKind.ANNOTATION;
            case EntryBody.Objects(var batch) -> EntryKind.OBJECT;
            case EntryBody.Refusal refusal -> EntryKind.REFUSAL;
        };
    }

    /// The entry with another body, for somebody who is told of it in another way.
    public Entry with(EntryBody told) {
        return new Entry(lsn, epoch, origin, oseq, channel, prevLsn, hlc, told);
    }

    /// The entry as one that stands at a later place of the log, with the same serials.
    Entry at(long place) {
        return new Entry(place, epoch, origin, oseq, channel, prevLsn, hlc, body);
    }

    /// The entry with only some of its messages, which keep their ids and serials.
    ///
    /// @param kept whether the message with that index stays; at least one does
    public Entry keeping(IntPredicate kept) {
        if (!(body instanceof EntryBody.Messages(MessageBatch batch))) {
            return this;
        }
        List<Message> left = new ArrayList<>();
        for (int index = 0; index < batch.messages().size(); index++) {
            if (kept.test(index)) {
                Message message = batch.messages().get(index);
                String serial = MessageSerial.format(
                        Hlc.millis(hlc), Hlc.counter(hlc), origin.region(), origin.lineage(), oseq, index);
                left.add(message.withId(message.id().orElse(batch.id() + ':' + index))
                        .withSerial(message.serial().orElse(serial), message.version()));
            }
        }
        return with(new EntryBody.Messages(batch.with(left)));
    }

    public EntryHead head() {
        return new EntryHead(lsn, epoch, origin, oseq, channel, prevLsn, hlc, kind());
    }

    /// Number of messages, presence events, annotations or operations on objects in it.
    public int count() {
        return switch (body) {
            case EntryBody.None() -> 0;
            case EntryBody.Messages(var batch) -> batch.messages().size();
            case EntryBody.Presence(var batch) -> batch.presence().size();
            case EntryBody.Version version -> 1;
            case EntryBody.Annotations(var batch, var summary) ->
                batch.annotations().size();
            case EntryBody.Objects(var batch) -> batch.operations().size();
            case EntryBody.Refusal refusal -> 0;
        };
    }

    /// The serial of one of its messages or annotations.
    public String serial(int index) {
        return MessageSerial.format(Hlc.millis(hlc), Hlc.counter(hlc), origin.region(), origin.lineage(), oseq, index);
    }

    public Receipt receipt() {
        return new Receipt(lsn, hlc, origin, oseq, count());
    }

    /// Roughly how many bytes it takes in memory, for budgets.
    public int size() {
        int size = 160;
        switch (body) {
            case EntryBody.None() -> {}
            case EntryBody.Messages(var batch) -> {
                for (Message message : batch.messages()) {
                    size += 160 + message.data().size();
                }
            }
            case EntryBody.Presence(var batch) -> {
                for (PresenceMessage event : batch.presence()) {
                    size += 160 + event.data().size();
                }
            }
            case EntryBody.Version version ->
                size += 320
                        + version.message().data().size()
                        + version.whole().map(whole -> whole.data().size()).orElse(0);
            case EntryBody.Annotations(var batch, var summary) -> {
                for (Annotation annotation : batch.annotations()) {
                    size += 160 + annotation.data().size();
                }
                size += summary.map(Summaries::size).orElse(0);
            }
            case EntryBody.Objects(var batch) -> {
                for (ObjectMessage operation : batch.operations()) {
                    size += 320 + 2 * operation.size();
                }
            }
            case EntryBody.Refusal(var error) -> size += 2 * error.message().length();
        }
        return size;
    }
}
