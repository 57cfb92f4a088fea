package io.hark.channel;

import io.hark.protocol.PresenceMessage;
import java.util.List;

/// Value: presence events of one connection on their way to the channel's owner. Already authorised; each has a
/// clientId.
///
/// @param frameId    `connectionId:n`, with n growing over the life of the connection: members order by it
///                   (RTP2b)
/// @param generation of the connection, see [Claim]
/// @param membersMax a set that would grow beyond it refuses the update (91003)
public record PresenceUpdate(
        ChannelId channel,
        String connectionId,
        int generation,
        String frameId,
        List<PresenceMessage> events,
        ChannelPolicy policy,
        int membersMax) {}
