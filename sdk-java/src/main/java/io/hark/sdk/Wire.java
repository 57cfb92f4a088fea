package io.hark.sdk;

import io.hark.protocol.ClientMessage;

/// Confined: the transport that is up now, if there is one.
interface Wire {
    boolean isUp();

    /// Only while it is up.
    void send(ClientMessage frame);

    /// The connection's id; empty before there was one.
    String connectionId();
}
