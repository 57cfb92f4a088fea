package io.hark.sdk;

import io.hark.protocol.ErrorInfo;

/// Value: how a client's connection is.
public sealed interface ConnectionState {
    record Connecting() implements ConnectionState {}

    /// @param connectionId the same as before when the connection was resumed
    record Connected(String connectionId) implements ConnectionState {}

    /// It will be tried again, for as long as it takes.
    record Disconnected(ErrorInfo reason) implements ConnectionState {}

    /// The application closed the client.
    record Closed() implements ConnectionState {}

    /// The server refused it, and trying again would not help.
    record Failed(ErrorInfo reason) implements ConnectionState {}

    default boolean isFinal() {
        return this instanceof Closed || this instanceof Failed;
    }
}
