package io.hark.channel.sim;

/// A mistake made on purpose around the core, to see that the checker notices. Each breaks one rule of the design.
public enum PlantedBug {
    NONE,
    /// The store says that a batch is durable when it takes it.
    ACK_BEFORE_DURABLE,
    /// The store says so once the batch is written, also to those who asked for a sync.
    ACK_BEFORE_SYNC,
    /// Frontends get an entry when it is appended.
    DELIVER_BEFORE_COMMIT,
    /// Ids are forgotten when the node restarts.
    DEDUPE_IN_MEMORY,
    /// An id counts as known when a higher msgSerial of its connection is.
    DEDUPE_BY_HIGHEST_SERIAL,
    /// A repeated publish is answered while the first is not committed.
    DUPLICATE_ANSWERED_BEFORE_COMMIT,
    /// What a resumed transport sends is not looked up.
    REPEATS_NOT_LOOKED_UP,
    /// A transport goes on while the one that resumed its connection has begun.
    OLD_TRANSPORT_NOT_FENCED,
    /// A power loss that took entries leaves the lineage as it was.
    LINEAGE_NOT_ENDED,
    /// What a restarted node found is served before it is synced.
    RECOVERED_TAIL_NOT_SYNCED,
    /// A batch can be half there after a power loss: metas and ids, but not every entry.
    TORN_BATCH,
    /// Presence members are not in the batch of their entry, and are lost with the node.
    MEMBERS_NOT_IN_BATCH,
    /// A page hides that entries before it have expired.
    EXPIRY_IGNORED,
    /// A page hides that entries within it have expired.
    EXPIRY_WITHIN_PAGE_IGNORED,
    /// The live feed is joined at what was appended, the backlog read to what is committed.
    JOIN_PAST_BACKLOG,
    /// A page reaches past the bound that it was asked for.
    READ_PAST_BOUND,
    /// An entry on its way to a frontend is lost, and the next one hides it.
    FEED_GAP_HIDDEN,
    /// A resume starts behind the position that the client gave.
    RESUME_SKIPS,
    /// A resume says that nothing was missed, whatever it found.
    ALWAYS_RESUMED,
    /// Due members leave although a newer transport of their connection vouches for them.
    LEAVE_IGNORES_GENERATION,
    /// The members of a dead node's connections stay for ever.
    MEMBERS_NOT_RECLAIMED,
    /// A publish that is in the log is refused.
    REFUSED_AFTER_APPEND
}
