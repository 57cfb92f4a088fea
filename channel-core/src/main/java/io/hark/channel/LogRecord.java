package io.hark.channel;

import java.util.List;
import java.util.Optional;

/// Value: one entry with everything that every replica keeps together with it (rule D3 of the log:
/// record, channel index, dedupe, rows of channel state and slot meta in one batch).
///
/// @param channel the entry's channel; empty for a NOOP
/// @param encoded the entry's bytes, see [EntryCodec]; encoded once, for the disk, the replicas and the
///                frontends
/// @param companion the bytes of everything but the entry, see [LogRecordCodec]; encoded once, too
/// @param count   number of messages or presence events in it
/// @param ids     identities for dedupe: none when the publish cannot be repeated, several when several
///                publishes became one
/// @param changes of rows of the channel's state, in the order in which they were made; they can be taken
///                back
public record LogRecord(
        Optional<ChannelId> channel,
        EntryHead head,
        byte[] encoded,
        byte[] companion,
        int count,
        List<IdHash> ids,
        ChannelPolicy policy,
        List<StateChange> changes) {
    public static LogRecord of(
            Optional<ChannelId> channel,
            Entry entry,
            List<IdHash> ids,
            ChannelPolicy policy,
            List<StateChange> changes) {
        return of(channel, entry.head(), EntryCodec.encode(entry), entry.count(), ids, policy, changes);
    }

    static LogRecord of(
            Optional<ChannelId> channel,
            EntryHead head,
            byte[] encoded,
            int count,
            List<IdHash> ids,
            ChannelPolicy policy,
            List<StateChange> changes) {
        byte[] companion = LogRecordCodec.encodeCompanion(channel, count, ids, policy, changes);
        return new LogRecord(channel, head, encoded, companion, count, ids, policy, changes);
    }

    /// The same entry, but what it changed of the channel's state is something else.
    public LogRecord withChanges(List<StateChange> others) {
        return of(channel, head, encoded, count, ids, policy, others);
    }

    public long lsn() {
        return head.lsn();
    }

    public Receipt receipt() {
        return new Receipt(head.lsn(), head.hlc(), head.origin(), head.oseq(), count);
    }

    /// The entry with its body.
    public Entry entry() throws DamagedEntry {
        return EntryCodec.decode(encoded);
    }

    /// Roughly how many bytes it takes in memory and on a link.
    public int size() {
        return encoded.length + companion.length + 64;
    }
}
