package io.hark.channel.sim;

import io.hark.channel.AttachFrom;
import io.hark.channel.ChannelId;
import io.hark.protocol.PresenceAction;

/// Value: what a client sends.
sealed interface ToServer {

    /// @param token tells this attach's answers from those of others
    record Attach(int token, ChannelId channel, AttachFrom from, boolean wantsPresence) implements ToServer {}

    record Detach(ChannelId channel) implements ToServer {}

    record Publish(String op, long serial, ChannelId channel, int count, boolean ephemeral) implements ToServer {}

    record Presence(String op, long serial, ChannelId channel, String clientId, PresenceAction action)
            implements ToServer {}
}
