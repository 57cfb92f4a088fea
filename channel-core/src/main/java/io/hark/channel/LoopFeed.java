package io.hark.channel;

/// A frontend loop that wants channels' entries: where they go.
public interface LoopFeed {
    Loop loop();

    /// Called on [#loop].
    void entered(ChannelId channel, Entry entry, boolean logged);

    /// Called on [#loop] after a batch of [#entered].
    void pump();
}
