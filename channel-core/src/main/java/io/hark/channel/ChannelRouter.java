package io.hark.channel;

import io.hark.protocol.ErrorInfo;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// Handle: brings requests to the owners of channels, wherever they are. Any thread.
///
/// Calls from one thread for one channel reach the owner in their order, and answers come in the order of their
/// decision.
public interface ChannelRouter {

    void publish(Publish publish, ReplyTo<PublishResult> reply);

    void presence(PresenceUpdate update, ReplyTo<PublishResult> reply);

    /// Performs operations on a channel's objects.
    void objects(ObjectUpdate update, ReplyTo<PublishResult> reply);

    /// Reads a page of a channel's objects.
    void objects(ObjectsQuery query, ReplyTo<Answer<ObjectsPage>> reply);

    /// Takes the connection's members out of the channel at once.
    ///
    /// @param reply once they are out for good
    void leave(ChannelId channel, Claim claim, ChannelPolicy policy, ReplyTo<PublishResult> reply);

    /// The connection's transport is gone: its members leave after so long unless it comes back before.
    void lost(ChannelId channel, Claim claim, ChannelPolicy policy, long graceMillis);

    /// From the answer on, the channel's committed entries go to the feed; the answer comes on the feed's loop,
    /// before them.
    ///
    /// @param claims      connections of the feed that are alive and may have members
    /// @param sure        whether the owner is to make sure first that it is still the owner
    void subscribe(
            ChannelId channel,
            LoopFeed feed,
            List<Claim> claims,
            MembersWanted members,
            boolean sure,
            ReplyTo<Answer<Subscribed>> reply);

    void unsubscribe(ChannelId channel, LoopFeed feed);

    /// What the feed's attachments to the channel may do now.
    void occupancy(ChannelId channel, LoopFeed feed, Occupancy occupancy);

    CompletionStage<Answer<ChannelStatus>> status(ChannelId channel);

    /// Reads a page of a channel's entries, none beyond what is committed. Fails when it cannot be read now.
    CompletionStage<HistoryPage> read(HistoryQuery query);

    /// Tells those who listen to the server's own events; nobody else is told, and nothing is kept.
    void report(MetaEvent event);
    /// What is committed of one message; refused with 40400 when there is no such message, or it is not
    /// kept any more.
    CompletionStage<Answer<MessageDetails>> look(MessageQuery query);

    /// Adds what a node has counted to an app's statistics.
    void count(StatsUpdate update, ReplyTo<PublishResult> reply);

    /// Rows of an app's statistics, as they are committed.
    ///
    /// @param query of rows of [StatsUpdate#channel]
    CompletionStage<Answer<StatePage>> stats(String app, StateQuery query);

    /// Names of the app's channels that are in use or were in the last minute, sorted.
    CompletionStage<List<String>> activeChannels(String app);

    /// Value: an answer or a refusal.
    sealed interface Answer<T> {
        record Ok<T>(T value) implements Answer<T> {}

        record Refused<T>(ErrorInfo error) implements Answer<T> {}
    }
}
