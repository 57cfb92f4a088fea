package io.hark.channel;

import io.hark.protocol.ErrorInfo;
import java.util.Optional;
import java.util.function.BiConsumer;

/// What [FrontendChannels] wants done. Answers come back on its loop.
public interface FrontendEffects {
    /// Asks the channel's owner for entries; the answer comes before any entry that follows it.
    void subscribe(ChannelId channel, Optional<Claim> claim, BiConsumer<Subscribed, ErrorInfo> answer);

    void unsubscribe(ChannelId channel);

    void read(HistoryQuery query, BiConsumer<HistoryPage, Throwable> answer);

    /// Something that cannot be unless committed data was lost.
    void alarm(String what);
}
