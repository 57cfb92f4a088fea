package io.hark.rest;

import java.util.Optional;

/// Port: the connections that clients hold now, for publishers that act on behalf of one. Any thread;
/// answers from memory.
@FunctionalInterface
public interface LiveConnections {
    /// None at all: every connectionKey is unknown.
    LiveConnections NONE = (appId, connectionKey) -> Optional.empty();

    /// Whose key it is; empty for a key that no connection of the app has now.
    ///
    /// @param connectionKey as the client sent it, so any text; a secret
    Optional<Publisher> withKey(String appId, String connectionKey);

    /// Value: a connection that messages can be published for.
    ///
    /// @param clientId empty when the connection is anonymous or may be anyone
    record Publisher(String connectionId, Optional<String> clientId) {}
}
