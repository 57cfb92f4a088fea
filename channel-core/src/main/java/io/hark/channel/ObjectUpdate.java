package io.hark.channel;

import io.hark.objects.ObjectCommand;
import java.util.List;
import java.util.Optional;

/// Value: operations on a channel's objects on their way to the channel's owner. Already authorised and
/// checked, but for what depends on the objects.
///
/// @param id           identity for dedupe
/// @param mayRepeat    whether the same update may have been sent before, see [Publish]
/// @param publisher    the connection that it came on, if any
/// @param frameId      the base of the operations' ids
/// @param connectionId told to others
/// @param bytesMax     objects that would grow beyond it refuse the update (92001)
public record ObjectUpdate(
        ChannelId channel,
        IdHash id,
        boolean mayRepeat,
        Optional<Claim> publisher,
        String frameId,
        Optional<String> connectionId,
        List<ObjectCommand> commands,
        ChannelPolicy policy,
        long bytesMax) {
    public ObjectUpdate {
        commands = List.copyOf(commands);
    }

    /// The same update, which may have reached an owner before.
    public ObjectUpdate again() {
        return new ObjectUpdate(channel, id, true, publisher, frameId, connectionId, commands, policy, bytesMax);
    }
}
