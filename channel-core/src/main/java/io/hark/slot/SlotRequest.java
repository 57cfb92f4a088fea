package io.hark.slot;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Claim;
import io.hark.channel.HistoryQuery;
import io.hark.channel.MembersWanted;
import io.hark.channel.MessageQuery;
import io.hark.channel.ObjectUpdate;
import io.hark.channel.ObjectsQuery;
import io.hark.channel.Occupancy;
import io.hark.channel.PresenceUpdate;
import io.hark.channel.RowsChange;
import io.hark.channel.RowsRead;
import io.hark.channel.StateQuery;
import io.hark.channel.StatsUpdate;
import java.util.List;

/// Value: what a node asks of a channel's owner. All but the two that are told again from the state that
/// they come from are answered, and asked again at the next owner when they are not.
public sealed interface SlotRequest {
    /// The slot that it is about.
    default int slot() {
        return switch (this) {
            case Publish(var publish) -> publish.channel().key().slot();
            case Presence(var update) -> update.channel().key().slot();
            case Leave(var channel, var claim, var policy) -> channel.key().slot();
            case Subscribe subscribe -> subscribe.channel().key().slot();
            case Status(var channel) -> channel.key().slot();
            case Read(var query) -> query.channel().slot();
            case Look(var query) -> query.channel().key().slot();
            case Count(var update) -> update.channel().key().slot();
            case Stats(var app, var query) -> query.channel().slot();
            case ChangeRows(var change) -> change.channel().key().slot();
            case ReadRows(var read) -> read.channel().key().slot();
            case Unsubscribe(var channel) -> channel.key().slot();
            case Occupy(var channel, var occupancy) -> channel.key().slot();
            case Lost(var channel, var claim, var policy, var graceMillis) ->
                channel.key().slot();
            case Objects(var update) -> update.channel().key().slot();
            case ReadObjects(var query) -> query.channel().key().slot();
        };
    }

    record Publish(io.hark.channel.Publish publish) implements SlotRequest {}

    record Presence(PresenceUpdate update) implements SlotRequest {}

    record Leave(ChannelId channel, Claim claim, ChannelPolicy policy) implements SlotRequest {}

    /// @param claims      connections of the node that are alive and may have members
    /// @param sure        whether the owner is to make sure first that it is still the owner
    record Subscribe(ChannelId channel, List<Claim> claims, MembersWanted members, boolean sure)
            implements SlotRequest {
        public Subscribe {
            claims = List.copyOf(claims);
        }
    }

    record Status(ChannelId channel) implements SlotRequest {}

    record Read(HistoryQuery query) implements SlotRequest {}

    record Look(MessageQuery query) implements SlotRequest {}

    record Count(StatsUpdate update) implements SlotRequest {}

    record Stats(String app, StateQuery query) implements SlotRequest {}

    record ChangeRows(RowsChange change) implements SlotRequest {}

    record ReadRows(RowsRead read) implements SlotRequest {}

    record Unsubscribe(ChannelId channel) implements SlotRequest {}

    record Occupy(ChannelId channel, Occupancy occupancy) implements SlotRequest {}

    record Objects(ObjectUpdate update) implements SlotRequest {}

    record ReadObjects(ObjectsQuery query) implements SlotRequest {}

    /// @param graceMillis how long its members stay
    record Lost(ChannelId channel, Claim claim, ChannelPolicy policy, long graceMillis) implements SlotRequest {}
}
