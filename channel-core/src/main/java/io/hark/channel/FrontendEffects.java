package io.hark.channel;

import io.hark.protocol.ErrorInfo;
import java.util.List;
import java.util.function.BiConsumer;

/// What [FrontendChannels] wants done. Answers come back on its loop.
public interface FrontendEffects {
    /// Asks the channel's owner for entries; the answer comes before any entry that follows it.
    ///
    /// @param claims      attached connections that may have members
    /// @param sure        whether the owner is to make sure first that it is still the owner
    void subscribe(
            ChannelId channel,
            List<Claim> claims,
            MembersWanted members,
            boolean sure,
            BiConsumer<Subscribed, ErrorInfo> answer);

    void unsubscribe(ChannelId channel);

    void read(HistoryQuery query, BiConsumer<HistoryPage, Throwable> answer);

    /// Takes the step on the loop after so long.
    void later(long millis, Runnable step);

    /// Reads a page of a channel's objects at its owner.
    void objects(ObjectsQuery query, BiConsumer<ObjectsPage, ErrorInfo> answer);

    /// Something that cannot be unless committed data was lost.
    void alarm(String what);
}
