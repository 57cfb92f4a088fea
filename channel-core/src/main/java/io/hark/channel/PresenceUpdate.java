package io.hark.channel;

import com.dynatrace.hash4j.hashing.Hashing;
import io.hark.protocol.PresenceMessage;
import java.util.List;

/// Value: presence events of one connection on their way to the channel's owner. Already authorised; each has a
/// clientId.
///
/// @param frameId    `connectionId:n`, with n growing over the life of the connection: members order by it
///                   (RTP2b)
/// @param generation of the connection, see [Claim]
/// @param mayRepeat  whether an owner may have been sent the same update of this transport before; what a client sends
///                   again on a later one is new, as its members may have left meanwhile
/// @param membersMax a set that would grow beyond it refuses the update (91003)
public record PresenceUpdate(
        ChannelId channel,
        String connectionId,
        int generation,
        String frameId,
        List<PresenceMessage> events,
        boolean mayRepeat,
        ChannelPolicy policy,
        int membersMax) {
    /// Unlike those that publishes have.
    private static final byte ID_OF_PRESENCE = 'p';

    /// Identity for dedupe: what came after the first sending must not be undone by the second.
    IdHash id() {
        return IdHash.of(Hashing.xxh3_128().hashStream().putByte(ID_OF_PRESENCE).putString(frameId));
    }

    Claim claim() {
        return new Claim(connectionId, generation);
    }

    /// The same update, which may have reached an owner before.
    public PresenceUpdate again() {
        return new PresenceUpdate(channel, connectionId, generation, frameId, events, true, policy, membersMax);
    }
}
