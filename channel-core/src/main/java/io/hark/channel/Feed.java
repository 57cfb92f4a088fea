package io.hark.channel;

/// What the owner sends a channel's committed entries to: one per loop of a frontend, however many clients it serves.
/// Called on the slot's loop.
public interface Feed {
    /// @param entry for an ephemeral publish its LSN is that of the last entry before it, and it is not in the log
    void deliver(ChannelId channel, Entry entry, boolean logged);
}
