package io.hark.channel;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// Handle: the durable log of all slots of a node. Any thread; answers come on a thread of the store's
/// own, so callers post them to their loop.
public interface HistoryStore extends AutoCloseable {
    /// The slot's meta as recovered when the store was opened.
    SlotMeta recovered(int slot);

    /// Whether the slot had rows of another node's image when the store was opened, and was not [#proven] after
    /// the last of them: they may show what was never committed.
    boolean isUnproven(int slot);

    /// Says that the slot's rows show only what is committed, or is about to be. In turn with the appends, but
    /// not synced: it may be forgotten when the machine fails.
    void proven(int slot);

    /// Makes all of `batch` durable, atomically, in the order of calls. The store may join calls into one
    /// write.
    ///
    /// @param done gets empty once everything has reached the durability that its policies ask for, or what
    ///             went
    /// wrong: then the outcome is unknown, and the store takes no further appends; called in the order of the
    ///             appends
    void append(List<Append> batch, Consumer<Optional<Throwable>> done);

    /// Reads a page of a channel's entries, in the form asked for. Every entry's checksum is verified; a
    /// bad one fails the read.
    default CompletionStage<HistoryPage> read(HistoryQuery query) {
        return consult(view -> new MessageReader(view, query.channel()).page(query));
    }

    /// Works something out on a thread of the store's own; several reads for one answer.
    <T> CompletionStage<T> consult(StoreView.Reading<T> reading);

    /// The receipt of the publish with this id, if it is in the log and was appended within the dedupe window.
    CompletionStage<Optional<Receipt>> findId(ChannelKey channel, IdHash id);

    CompletionStage<ChannelImage> channel(ChannelKey channel);

    /// Rows of a channel's state as its last appended entry left them, of those that have not expired.
    CompletionStage<StatePage> state(StateQuery query);

    /// Channels of the slot that have rows of that kind now.
    ///
    /// @param kind one that is lasting
    CompletionStage<List<ChannelId>> channelsWith(StateKind kind, int slot);

    /// Reads records of a slot after `afterLsn` in the order of its log: those that have not expired, each
    /// verified.
    CompletionStage<LogPage> log(int slot, long afterLsn, int recordsMax, int bytesMax);

    /// Takes back every entry of the slot after `lsn`: entries, ids, and what they changed of their
    /// channels' state and places, newest first. In turn with the appends, synced before it completes.
    ///
    /// @param lsn of an entry, or 0
    /// @return the slot's meta from then on; empty, with nothing changed, when an entry after `lsn` is not kept any
    ///         more, or when the one at `lsn` is not and was the last of its lineage
    CompletionStage<Optional<SlotMeta>> truncate(int slot, long lsn);

    /// Reads what the store knows of a slot beside its records, page by page. Pages can show what was
    /// appended since the first one was read.
    ///
    /// @param from [SlotImage#START], then the `next` of the page before
    CompletionStage<SlotImage> image(int slot, byte[] from, int rowsMax);

    /// Forgets everything of the slot. In turn with the appends.
    CompletionStage<Void> wipe(int slot);

    /// Adds rows of another node's image to a slot that was wiped. In turn with the appends.
    ///
    /// @param meta the slot's meta from then on
    CompletionStage<Void> install(SlotMeta meta, SlotImage page);

    /// Stops taking appends, finishes those taken, syncs, and marks the shutdown as clean.
    @Override
    void close();
}
