package io.hark.channel.sim;

/// Value: something in a history that must not be.
///
/// @param at the event at which it shows; the history's size when it shows at the end only
record Anomaly(Kind kind, int at, String detail) {
    enum Kind {
        LOST_ACKED,
        LOST_COMMITTED,
        PHANTOM,
        DUPLICATE_IN_LOG,
        DUPLICATE_TO_CLIENT,
        PUBLISHER_REORDER,
        GAP_WITHOUT_FLAG,
        ORDER_DIVERGENCE,
        POSITION_DISAGREEMENT,
        STALE_OWNER_WRITE,
        CURSOR_REGRESS,
        FALSE_DISCONTINUITY,
        PRESENCE_DIVERGENCE,
        TEXT_DIVERGENCE,
        BAD_NACK,
        REPLICAS_DIFFER,
        IN_SYNC_LACKS_COMMITTED,
        COMMITTED_BEFORE_DURABLE,
        ACKED_BEFORE_DURABLE,
        DELIVERED_BEFORE_DURABLE,
        ALARM,
        STUCK
    }

    @Override
    public String toString() {
        return kind + " at event " + at + ": " + detail;
    }
}
