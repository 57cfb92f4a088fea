package io.hark.channel;

/// A frontend loop that wants channels' entries: where they go. Its methods but [#loop] are called on that
/// loop.
public interface LoopFeed {
    Loop loop();

    void entered(ChannelId channel, Entry entry, boolean logged);

    /// Called after a batch of [#entered].
    void pump();

    /// Entries up to `lastLsn` were not handed over; they can be read.
    void missed(ChannelId channel, long lastLsn);

    /// Who is on the channel, for those of its attachments that want to know. Newer ones take the place
    /// of older ones.
    default void occupied(ChannelId channel, OccupancyMetrics metrics) {}

    /// The channel has another owner, or may have missed something of it: the feed subscribes again, and
    /// says which of its connections are there and what they may do.
    void ownerChanged(ChannelId channel);
}
