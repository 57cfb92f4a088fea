package io.hark.launcher.jepsen;

/// Value: something that must not happen.
record Anomaly(Kind kind, String what) {
    enum Kind {
        /// An acknowledged message is not in the log.
        LOST,
        /// A message in the log, or at a client, that nobody published.
        PHANTOM,
        /// A client got a message that is not in the log.
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
        /// Two serials for one message, or one for two.
        POSITION_DISAGREEMENT,
        /// A resumed attachment starts elsewhere than the client asked.
        CURSOR_REGRESS,
        /// Continuity was given up though everything is kept.
        FALSE_DISCONTINUITY,
        PROTOCOL_VIOLATION
    }
}
