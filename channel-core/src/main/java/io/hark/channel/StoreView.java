package io.hark.channel;

import java.util.Optional;

/// Blocking: what a [HistoryStore] holds, while it is consulted on one of its own threads.
public interface StoreView {
    /// A page of a channel's entries, verified, as they were logged whatever form the query asks for.
    HistoryPage read(HistoryQuery query) throws DamagedEntry;

    /// Rows of a channel's state as its last appended entry left them, of those that have not expired.
    StatePage state(StateQuery query) throws DamagedEntry;

    /// One entry of a channel; empty when it is not kept any more, or is of another channel.
    Optional<Entry> entry(ChannelKey channel, long lsn) throws DamagedEntry;

    /// The same with everything that is kept together with it.
    Optional<LogRecord> record(ChannelKey channel, long lsn) throws DamagedEntry;

    /// Works something out of what a store holds.
    interface Reading<T> {
        T read(StoreView view) throws DamagedEntry;
    }
}
