package io.hark.jepsen;

import java.util.List;

/// Value: something that happened during a run, as its clients and the one who planted its faults saw it.
/// Messages, channels, clients and nodes are numbers; of positions only a hash is kept, because no two are
/// expected to be equal.
sealed interface Event {
    /// No position.
    long NONE = 0;

    /// Since the run began.
    long micros();

    /// The application handed a message to its client.
    ///
    /// @param ordered whether it must stay in order with the publisher's others on the channel
    record Invoked(long micros, int channel, long message, boolean ordered) implements Event {}

    /// Sent again on a new connection, because the old one could not be resumed: it may take effect twice.
    record Reissued(long micros, long message) implements Event {}

    /// The publish was acknowledged.
    record Accepted(long micros, long message, long serial) implements Event {}

    /// The publish was refused: it must not take effect. One that is neither accepted nor refused may or may
    /// not.
    record Refused(long micros, long message, int code) implements Event {}

    /// @param sent the channelSerial that the client offered; [#NONE] when it attached for the first time
    /// @param code why continuity was lost; 0 when it was not
    record Attached(long micros, int client, int channel, boolean resumed, long sent, long got, int code)
            implements Event {}

    record Received(long micros, int client, int channel, long message, long serial, long place) implements Event {}

    /// One message of a channel's final log as a node tells it, which is read back in order.
    record Logged(long micros, int node, int channel, long message, String serial) implements Event {}

    /// @param first   the client had no connection before
    /// @param resumed it has the same connection as before
    record Connected(long micros, int client, int node, boolean first, boolean resumed) implements Event {}

    /// @param code what the server said about it; 0 when it said nothing
    record Disconnected(long micros, int client, int code) implements Event {}

    /// Who is present in the end, in the eyes of a node, of a client, or as it must be.
    record Present(long micros, String viewer, int channel, List<String> members) implements Event {
        /// The viewer who is right.
        static final String TRUTH = "truth";

        public Present {
            members = List.copyOf(members);
        }
    }

    /// A fault begins or ends.
    record Faulted(long micros, boolean begins, String fault) implements Event {}

    /// A node's process ended, and neither an order nor a fault allowed it.
    record Ended(long micros, int node, int exitCode) implements Event {}

    /// In the end a node did not tell a channel's whole log, so that its entries are not in the history.
    ///
    /// @param node [#NOBODY] when no node told it: what is in the log is not known
    record Unread(long micros, int node, int channel) implements Event {
        static final int NOBODY = -1;
    }

    /// A rule of the protocol that the server broke in the eyes of one client, or what its operator was
    /// promised.
    record Violated(long micros, int client, String rule) implements Event {
        /// In the place of a client, who runs it all.
        static final int OPERATOR = -1;

        private static final int CHARACTERS_MAX = 2_000;

        public Violated {
            rule = rule.substring(0, Math.min(rule.length(), CHARACTERS_MAX));
        }
    }
}
