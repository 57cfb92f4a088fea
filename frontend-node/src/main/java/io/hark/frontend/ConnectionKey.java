package io.hark.frontend;

import io.hark.auth.Grant;
import java.util.Optional;

/// Value: what a connection key says of its connection: enough for any node to take the connection over (ADR
/// 0004).
///
/// @param generation counts the connection's transports from 0
/// @param recoveries counts how often another client instance took it over; publishes are numbered anew each
///                   time
/// @param clientId   the identity that the connection had
public record ConnectionKey(
        String connectionId, int generation, int recoveries, String appId, Grant.Kind kind, Optional<String> clientId) {

    /// @param newKind of the credentials that the client has now
    ConnectionKey resumed(int newGeneration, Grant.Kind newKind) {
        return new ConnectionKey(connectionId, newGeneration, recoveries, appId, newKind, clientId);
    }

    ConnectionKey recovered(int newGeneration, Grant.Kind newKind) {
        return new ConnectionKey(connectionId, newGeneration, recoveries + 1, appId, newKind, clientId);
    }
}
