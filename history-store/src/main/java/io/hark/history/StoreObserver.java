package io.hark.history;

/// What happens in the store, for metrics. Called on the store's own threads: must be quick and must not throw.
public interface StoreObserver {
    StoreObserver NONE = new StoreObserver() {};

    /// A batch reached the log file.
    ///
    /// @param entries     in the batch
    /// @param bytes       of the batch
    /// @param nanos       from the start of building it until it was written, and synced if it asked for that
    /// @param synced      whether it was synced before it was acknowledged
    /// @param queuedBytes what has come in meanwhile
    default void written(int entries, long bytes, long nanos, boolean synced, long queuedBytes) {}

    /// A background sync of what batches had left unsynced.
    default void synced(long nanos) {}

    /// Segments of expired rows were dropped.
    default void expired(int segments) {}
}
