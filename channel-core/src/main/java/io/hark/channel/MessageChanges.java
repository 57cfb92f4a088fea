package io.hark.channel;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageSerial;
import io.hark.protocol.MessageVersion;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: decides what updates, deletes and appends make of messages of one slot.
///
/// Messages that were changed lately are kept in memory, as what is appended comes in many small parts.
final class MessageChanges {
    /// Of data that is kept in memory, beside messages whose changes are not committed yet.
    private static final int BYTES_MAX = 512 << 10;

    private final SlotOwner owner;
    private final Map<ChangeKey, ChangedMessage> lately = new LinkedHashMap<>(0, 0.75f, true);
    private long bytes;

    private record ChangeKey(ChannelKey channel, String serial) {}

    MessageChanges(SlotOwner owner) {
        this.owner = owner;
    }

    void change(OwnedChannel channel, Publish publish, Publish.Change change, Consumer<PublishResult> reply) {
        String serial = change.message().serial().orElseThrow();
        ChangedMessage known = lately.get(new ChangeKey(channel.id.key(), serial));
        if (known != null) {
            decide(channel, publish, change, known, reply);
            return;
        }
        Optional<MessageSerial> place = MessageSerial.parse(serial);
        long lsn = place.map(owner::lsnOf).orElse(0L);
        owner.consult(
                channel,
                view -> lsn == 0 ? Optional.<ChangedMessage>empty() : load(view, channel.id.key(), place.get(), lsn),
                reply,
                found -> {
                    if (found.isEmpty()) {
                        owner.refuse(channel, publish, unknown(serial), reply);
                    } else {
                        decide(channel, publish, change, found.get(), reply);
                    }
                });
    }

    static ErrorInfo unknown(String serial) {
        return ErrorCode.NOT_FOUND.info(
                "there is no message %s on the channel, or it is not kept any more".formatted(serial));
    }

    /// Everything that was proposed of it is committed and stored, else it would be in memory.
    private static Optional<ChangedMessage> load(StoreView view, ChannelKey channel, MessageSerial serial, long lsn)
            throws DamagedEntry {
        MessageReader reader = new MessageReader(view, channel);
        Optional<MessageReader.Original> original = reader.original(serial, lsn);
        return original.isEmpty() ? Optional.empty() : reader.changed(original.get());
    }

    private void decide(
            OwnedChannel channel,
            Publish publish,
            Publish.Change change,
            ChangedMessage known,
            Consumer<PublishResult> reply) {
        Optional<ErrorInfo> refusal = known.refusal(change);
        if (refusal.isPresent()) {
            keep(channel.id.key(), known);
            owner.refuse(channel, publish, refusal.get(), reply);
            return;
        }
        // Clients expect a change to be later than what it changes, by the millisecond.
        long hlc = owner.nextHlc(known.latest().timestamp() + 1);
        MessageBatch batch = new MessageBatch(
                change.batch().id(),
                change.batch().connectionId(),
                Hlc.millis(hlc),
                change.batch().messages());
        ChangedMessage.Step step = known.changed(batch, version(change.message(), hlc), owner.nextLsn());
        if (owner.append(channel, publish, hlc, step.body(), step.rows(), reply)) {
            keep(channel.id.key(), step.after());
        } else {
            keep(channel.id.key(), known);
        }
    }

    private MessageVersion version(Message request, long hlc) {
        MessageVersion given = request.version().orElseGet(MessageVersion::new);
        return new MessageVersion(
                Optional.of(owner.nextSerial(hlc, 0)),
                Hlc.millis(hlc),
                given.clientId(),
                given.description(),
                given.metadata());
    }

    private void keep(ChannelKey channel, ChangedMessage message) {
        ChangedMessage before = lately.put(new ChangeKey(channel, message.serial()), message);
        bytes += size(message) - (before == null ? 0 : size(before));
        for (Iterator<ChangedMessage> oldest = lately.values().iterator(); bytes > BYTES_MAX && oldest.hasNext(); ) {
            ChangedMessage candidate = oldest.next();
            // The store may not show yet what is not committed.
            if (candidate.latestLsn() <= owner.committedLsn() && candidate != message) {
                bytes -= size(candidate);
                oldest.remove();
            }
        }
    }

    private static long size(ChangedMessage message) {
        return 512 + message.latest().data().size();
    }
}
