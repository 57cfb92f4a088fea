package io.hark.channel;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// Handle: the durable log of all slots of a node. Any thread; answers come on a thread of the store's own, so callers
/// post them to their loop.
public interface HistoryStore extends AutoCloseable {

    /// The slot's meta as recovered when the store was opened.
    SlotMeta recovered(int slot);

    /// Channels that had stored presence members when the store was opened.
    List<ChannelId> channelsWithMembers();

    /// Makes all of `batch` durable, atomically, in the order of calls. The store may join calls into one write.
    ///
    /// @param done gets empty once everything has reached the durability that its policies ask for, or what went
    /// wrong: then the outcome is unknown, and the store takes no further appends; called in the order of the
    ///             appends
    void append(List<Append> batch, Consumer<Optional<Throwable>> done);

    /// Reads a page of a channel's entries. Every entry's checksum is verified; a bad one fails the read.
    CompletionStage<HistoryPage> read(HistoryQuery query);

    /// The receipt of the publish with this id, if it is in the log and was appended within the dedupe window.
    CompletionStage<Optional<Receipt>> findId(ChannelKey channel, IdHash id);

    CompletionStage<ChannelImage> channel(ChannelKey channel);

    /// Stops taking appends, finishes those taken, syncs, and marks the shutdown as clean.
    @Override
    void close();
}
