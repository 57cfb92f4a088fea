package io.hark.jepsen;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.util.List;
import java.util.Optional;

/// What a [ProtocolClient] tells of its life; called on the client's loop, in the order of its frames.
interface ClientListener {
    /// @param first   there was no connection before
    /// @param resumed the connection is the one from before
    void connected(int node, boolean first, boolean resumed);

    /// The transport is gone.
    ///
    /// @param reason what the server said about it
    void disconnected(Optional<ErrorInfo> reason);

    /// @param sent the channelSerial that the ATTACH carried
    void attached(ServerMessage.Attached attached, Optional<String> sent);

    void received(ServerMessage.Messages messages);

    /// It is sent again under another identity.
    void reissued(Outgoing outgoing);

    void accepted(Outgoing outgoing, List<String> serials);

    void refused(Outgoing outgoing, ErrorInfo error);

    /// The channel, or with an empty name the connection, failed or was detached by the server.
    void failed(Optional<String> channel, ErrorInfo error);

    /// The server did what the protocol forbids.
    void violated(String rule);
}
