package io.hark.launcher.jepsen;

import java.util.Optional;

/// Value: something that happened during a test run, as its clients saw it. `id` names one message, whatever
/// connection or serial it travels under.
sealed interface Event {

    /// The application handed a message to its client.
    record Invoked(int publisher, String channel, String id) implements Event {}

    /// The publish was acknowledged.
    record Accepted(String id, String serial) implements Event {}

    /// The publish was refused: it must not take effect. One that is neither accepted nor refused may or may not.
    record Refused(String id, int code) implements Event {}

    /// @param sent the channelSerial that the client offered; empty when it attached for the first time
    /// @param code why continuity was lost; 0 when it was not
    record Attached(int client, String channel, boolean resumed, Optional<String> sent, String got, int code)
            implements Event {}

    record Received(int client, String channel, String id, String serial, String channelSerial) implements Event {}

    /// One message of a channel's final log, which is read back in order.
    record Logged(String channel, String id, String serial) implements Event {}

    /// A rule of the protocol that the server broke in the eyes of one client.
    record Violated(int client, String rule) implements Event {}
}
