package io.hark.channel;

/// What the owner sends a channel's committed entries to: one per node with subscribers, however many
/// they are. Called on the slot's loop.
public interface Feed {
    /// @param entry   for an ephemeral publish its LSN is that of the last entry before it, and it is not in
    ///                the log
    /// @param encoded the entry's bytes, see [EntryCodec]
    void deliver(ChannelId channel, Entry entry, byte[] encoded, boolean logged);

    /// Told to feeds with attachments that want it, see [Occupancy#watchers].
    ///
    /// @param epoch of the owner
    default void occupied(ChannelId channel, int epoch, OccupancyMetrics metrics) {}

    /// Whether the node is still there, as far as is known: what it asked may be done after it is gone.
    default boolean isOpen() {
        return true;
    }
}
