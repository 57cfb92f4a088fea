package io.hark.channel;

import io.hark.protocol.MessageBatch;
import java.util.Optional;

/// Value: a publish on its way to the channel's owner. Already authorised and checked.
///
/// @param id        identity for dedupe; empty for an ephemeral publish
/// @param mayRepeat whether the same publish may have been sent before: by a client that supplied the id, or
///                  on an
///                  earlier transport of a resumed connection. When false the owner need not look for an
///                  earlier one
/// @param batch     its timestamp is set by the owner
/// @param publisher the connection that it came on, if any; a late copy from an earlier transport of it is
///                  refused (D6)
/// @param ephemeral for those attached now only: ordered with the others, but not logged
public record Publish(
        ChannelId channel,
        Optional<IdHash> id,
        boolean mayRepeat,
        Optional<Claim> publisher,
        MessageBatch batch,
        ChannelPolicy policy,
        boolean ephemeral) {
    /// The same publish, which may have reached an owner before.
    public Publish again() {
        return new Publish(channel, id, true, publisher, batch, policy, ephemeral);
    }
}
