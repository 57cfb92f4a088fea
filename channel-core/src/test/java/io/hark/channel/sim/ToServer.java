package io.hark.channel.sim;

import io.hark.channel.AttachFrom;
import io.hark.channel.ChannelId;
import io.hark.protocol.PresenceAction;
import java.util.Optional;

/// Value: what a client sends.
sealed interface ToServer {

    /// @param token tells this attach's answers from those of others
    record Attach(int token, ChannelId channel, AttachFrom from, boolean wantsPresence) implements ToServer {}

    record Detach(ChannelId channel) implements ToServer {}

    /// @param change what it does to an earlier message; empty for new ones
    record Publish(String op, long serial, ChannelId channel, int count, boolean ephemeral, Optional<Change> change)
            implements ToServer {}

    /// @param serial of the message
    record Change(String serial, What what) {}

    enum What {
        APPEND,
        UPDATE,
        DELETE,
        ANNOTATE
    }

    record Presence(String op, long serial, ChannelId channel, String clientId, PresenceAction action)
            implements ToServer {}
}
