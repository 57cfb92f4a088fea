package io.hark.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Value: a frame from a client (TR2). A channel is named exactly as the client wrote it, qualifier included.
public sealed interface ClientMessage {

    record Heartbeat(Optional<String> id) implements ClientMessage {}

    /// @param flags requested modes and hints; 0 when absent
    record Attach(String channel, Map<String, String> params, int flags, Optional<String> channelSerial)
            implements ClientMessage {}

    record Detach(String channel) implements ClientMessage {}

    record Publish(String channel, long msgSerial, List<Message> messages, Map<String, String> params)
            implements ClientMessage {}

    record Presence(String channel, long msgSerial, List<PresenceMessage> presence) implements ClientMessage {}

    /// Annotations of messages.
    record Annotate(String channel, long msgSerial, List<Annotation> annotations) implements ClientMessage {}

    /// Operations on the channel's objects.
    record Objects(String channel, long msgSerial, List<ObjectMessage> operations) implements ClientMessage {}

    record Sync(String channel, Optional<String> channelSerial) implements ClientMessage {}

    record Auth(String accessToken) implements ClientMessage {
        /// Without the token, which is a secret.
        @Override
        public String toString() {
            return "Auth[accessToken=***]";
        }
    }

    record Close() implements ClientMessage {}

    record Disconnect() implements ClientMessage {}

    /// A frame that can be read but not performed: an action that this server does not offer, or one with a field
    /// of the wrong type. With a msgSerial it wants a NACK with the error; an ATTACH fails its channel, an AUTH the
    /// connection; any other is ignored (RTF1).
    record Refused(int action, Optional<String> channel, OptionalLong msgSerial, ErrorInfo error)
            implements ClientMessage {
        public boolean isAttach() {
            return action == FrameAction.ATTACH;
        }

        public boolean isAuth() {
            return action == FrameAction.AUTH;
        }
    }
}
