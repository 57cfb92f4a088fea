package io.hark.channel;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/// What a [SlotOwner] wants done. Answers come back on the owner's loop, with a value or with what went
/// wrong; a failure never before the call has returned.
public interface SlotEffects {
    /// Makes the entry durable; [SlotOwner#durable] is called once it is.
    void append(Append append);

    void findId(ChannelKey channel, IdHash id, BiConsumer<Optional<Receipt>, Throwable> answer);

    /// Reads rows of channels' state as the last appended entry left them, each read by itself.
    void rows(List<RowsRead> reads, BiConsumer<List<RowsPage>, Throwable> answer);

    /// A [RowsChange] is committed.
    void changed(ChannelId channel, List<StateChange> changes);

    void load(ChannelKey channel, BiConsumer<ChannelImage, Throwable> answer);

    /// A channel has come into use here (1), or is used no longer (-1).
    default void used(ChannelId channel, int change) {}

    /// A channel has come into use that nobody used before.
    default void opened(ChannelId channel) {}

    /// Tells those who listen to the server's own events.
    void report(MetaEvent event);

    /// Works something out of what the store holds. Rows and entries that were appended may not be there
    /// yet, unless they are committed.
    <T> void consult(StoreView.Reading<T> reading, BiConsumer<T, Throwable> answer);

    /// How much memory objects take on the loop.
    ObjectsMemory objectsMemory();

    /// Milliseconds since the epoch, for timestamps; it may jump. Everything that is due after a while counts on the
    /// owner's other clock.
    long wallMillis();

    /// Whether so much waits for the disk that new publishes must be refused.
    boolean overloaded();
}
