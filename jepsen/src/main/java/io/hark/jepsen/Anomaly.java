package io.hark.jepsen;

/// Value: something that must not happen.
///
/// @param about what it happened to, for the evidence
record Anomaly(Kind kind, String what, About about) {
    enum Kind {
        /// An acknowledged message is not in the log.
        LOST,
        /// A message in the log, or at a client, that nobody published.
        PHANTOM,
        /// A client got a message that is not in the log, or is in it with another serial.
        NOT_LOGGED,
        /// A refused publish took effect.
        BAD_NACK,
        DUPLICATE_IN_LOG,
        /// A client got a message twice without having been told of a loss between.
        DUPLICATE_AT_CLIENT,
        /// The log has messages of one publisher in another order than it sent them.
        PUBLISHER_REORDERED,
        /// A client got messages in another order than the log's.
        REORDERED_AT_CLIENT,
        /// A client missed messages and was not told.
        GAP,
        /// Two clients got messages in different orders.
        ORDER_DIVERGENCE,
        /// Two positions for one message, or one for two, or positions that go back.
        POSITION_DISAGREEMENT,
        /// A resumed attachment starts elsewhere than the client asked.
        CURSOR_REGRESS,
        /// Two nodes tell different logs of one channel: somebody wrote who was not its owner any more.
        LOG_DIVERGENCE,
        /// In the end, nodes or clients do not agree on who is present, or are wrong.
        PRESENCE_DIVERGENCE,
        /// A publish was answered too late or never.
        UNAVAILABLE,
        /// A node's process ended, and neither an order nor a fault allowed it.
        ENDED_BY_ITSELF,
        /// A node did not end when told to, raised an alarm or could not be read, or the region did not
        /// recover.
        UNHEALTHY,
        /// Continuity was given up though everything is kept: a fault of quality, as the client was told.
        FALSE_DISCONTINUITY,
        PROTOCOL_VIOLATION
    }

    /// @param message [#NO_MESSAGE] when it is about none
    /// @param client  -1 when it is about no client
    /// @param channel -1 when it is about no channel
    record About(long message, int client, int channel) {
        static final long NO_MESSAGE = -2;

        static final About NOTHING = new About(NO_MESSAGE, -1, -1);

        static About message(long message) {
            return new About(message, -1, -1);
        }

        static About channel(int channel) {
            return new About(NO_MESSAGE, -1, channel);
        }

        static About reader(int client, int channel) {
            return new About(NO_MESSAGE, client, channel);
        }
    }

    boolean isFailure() {
        return kind != Kind.FALSE_DISCONTINUITY;
    }
}
