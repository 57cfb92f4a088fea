package io.hark.channel.sim;

/// A mistake made on purpose around the core, to see that the checker notices. Each breaks one rule of the
/// design.
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
    /// A transport goes on while the one that resumed its connection has begun. Owners refuse what it
    /// sends then (D6, see [#LATE_COPY_ACCEPTED]): no seed is known that shows it.
    OLD_TRANSPORT_NOT_FENCED,
    /// A node that lost entries says that it has everything.
    LOSS_NOT_TOLD,
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
    REFUSED_AFTER_APPEND,
    /// An owner counts what it sends to a replica as confirmed.
    ACK_BEFORE_REPLICATION,
    /// A replica says that it has what it has not written.
    REPLICA_ACKS_BEFORE_DURABLE,
    /// An owner does without a replica from when it proposes that, not from when that is decided.
    ISR_SHRUNK_LOCALLY,
    /// A replica takes records of an owner that it has answered a later epoch than.
    EPOCH_NOT_CHECKED,
    /// A replica takes records whatever comes before them.
    PREVIOUS_NOT_CHECKED,
    /// Any live replica becomes owner.
    ELECTED_OUTSIDE_ISR,
    /// What an owner sends to a replica that is about to join the in-sync set does not wait for it.
    JOINING_NOT_COUNTED,
    /// A replica that takes back entries leaves the members that they brought.
    CUT_KEEPS_PRESENCE,
    /// A replica that takes back entries leaves what they changed of messages.
    CUT_KEEPS_CHANGES,
    /// A backlog brings appends to whoever does not have what they go on.
    APPENDS_WITHOUT_BASE,
    /// A restarted node answers owners before it knows of the epochs that it answered.
    LINKED_BEFORE_REGISTERED,
    /// A replica gives up what it has confirmed for an assignment that is older than the one that its owner acts on.
    OLDER_ASSIGNMENT_OBEYED,
    /// What an earlier transport of a connection sent is taken as new.
    LATE_COPY_ACCEPTED
}
