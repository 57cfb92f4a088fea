package io.hark.launcher.jepsen;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.util.List;
import java.util.Optional;

/// What a [ProtocolClient] tells of its life; called on the client's loop, in the order of its frames.
public interface ClientListener {
    /// @param resumed whether the connection is the one from before; also true when there was none
    default void connected(ServerMessage.Connected connected, boolean resumed) {}

    default void disconnected(ErrorInfo reason) {}

    /// @param sent the channelSerial that the ATTACH carried
    default void attached(ServerMessage.Attached attached, Optional<String> sent) {}

    default void received(ServerMessage.Messages messages) {}

    /// A page of a channel's presence set.
    default void synced(ServerMessage.Sync page) {}

    default void accepted(Publication publication, List<String> serials) {}

    default void refused(Publication publication, ErrorInfo error) {}

    /// The channel, or with an empty name the connection, failed or was detached by the server.
    default void failed(Optional<String> channel, ErrorInfo error) {}

    /// The server did what the protocol forbids.
    default void violated(String rule) {}

    default void socketClosed() {}
}
