package io.hark.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: a frame to a client (TR2). Empty fields are left out of the encoding, never sent as null.
public sealed interface ServerMessage {

    record Heartbeat(Optional<String> id) implements ServerMessage {}

    record Connected(String connectionId, ConnectionDetails details, Optional<ErrorInfo> error)
            implements ServerMessage {}

    record Disconnected(ErrorInfo error) implements ServerMessage {}

    record Closed() implements ServerMessage {}

    /// @param channel empty when the whole connection fails
    record Error(Optional<String> channel, ErrorInfo error) implements ServerMessage {}

    /// @param res per acknowledged frame, in order, the serials given to its messages (TR4s)
    record Ack(long msgSerial, int count, List<List<String>> res) implements ServerMessage {}

    record Nack(long msgSerial, int count, ErrorInfo error) implements ServerMessage {}

    record Attached(
            String channel, String channelSerial, int flags, Map<String, String> params, Optional<ErrorInfo> error)
            implements ServerMessage {}

    record Detached(String channel, Optional<ErrorInfo> error) implements ServerMessage {}

    /// @param messages never empty; entries inherit id (as `id:index`), connectionId and timestamp where
    ///                 they have none
    record Messages(
            String channel,
            String channelSerial,
            String id,
            Optional<String> connectionId,
            long timestamp,
            List<Message> messages)
            implements ServerMessage {}

    record Presence(
            String channel,
            String channelSerial,
            String id,
            Optional<String> connectionId,
            long timestamp,
            List<PresenceMessage> presence)
            implements ServerMessage {}

    /// @param annotations never empty; entries inherit as those of [Messages] do
    record Annotations(
            String channel,
            String channelSerial,
            String id,
            Optional<String> connectionId,
            long timestamp,
            List<Annotation> annotations)
            implements ServerMessage {}

    /// @param channelSerial `syncId:cursor`; the last page has an empty cursor
    record Sync(String channel, String channelSerial, List<PresenceMessage> presence) implements ServerMessage {}

    /// @param operations never empty; entries inherit as those of [Messages] do
    record Objects(
            String channel,
            String channelSerial,
            String id,
            Optional<String> connectionId,
            long timestamp,
            List<ObjectMessage> operations)
            implements ServerMessage {}

    /// @param channelSerial `syncId:cursor`; the last page has an empty cursor
    record ObjectSync(String channel, String channelSerial, List<ObjectState> objects) implements ServerMessage {}

    /// Asks the client for a new token (RTN22).
    record AuthRequest() implements ServerMessage {}

    /// What a client reads of a frame with an action that it does not know; it is to be ignored (RTF1).
    record Unknown(int action) implements ServerMessage {}
}
