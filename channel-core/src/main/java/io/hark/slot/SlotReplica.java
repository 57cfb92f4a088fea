package io.hark.slot;

import io.hark.channel.Append;
import io.hark.channel.LogRecord;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotOwner;
import io.hark.control.SlotAssignment;
import java.util.List;
import java.util.Optional;

/// Confined: this node's copy of one slot's log. It follows the owner's, or leads when this node is the owner.
///
/// Rules that it keeps (docs/guarantees.md): it answers no epoch lower than one that it has answered
/// (R1; an epoch is learned from the control log or from its owner, and after a restart registering
/// again tells one that is at least as high, so that it need not be on disk); it takes records only
/// where the log before them is the same (R4), and cuts back what differs, but nothing that is
/// committed; it confirms only what it has compared with the owner's log in this epoch.
final class SlotReplica {
    private static final int IN_A_FORMER_LIFE = -1;

    private final int slot;
    private final String self;
    private final ReplicaEffects effects;
    private final SlotConfig config;

    private SlotMeta meta;
    private long durableLsn;
    private long committedLsn;
    private int promised;
    private Optional<SlotAssignment> assignment = Optional.empty();
    private int minIsr;
    private Optional<SlotLeader> leader = Optional.empty();

    /// The owner that it follows in the promised epoch; empty text until it has spoken.
    private String following = SlotAssignment.NOBODY;

    /// Of the latest assignment that its owner in the promised epoch is known to act on.
    private int ownersVersion;

    /// In the promised epoch, everything up to here is what its owner has.
    private long matchedLsn;

    /// Grows when the log is cut, so that what was written before is not taken for what came in its place
    /// (R10).
    private int generation;

    /// The log is being cut or replaced: nothing is taken meanwhile.
    private boolean busy;

    private int installedPages;

    /// The owner's number for the image that these are of.
    private int installRound;

    /// Epoch in which it began anew, with rows that may show what was never committed, until it counts
    /// as in sync; [#IN_A_FORMER_LIFE] or 0 when not.
    private int beganIn;

    /// It has lost entries that it had: it may lead when nobody has more, else it begins anew (R7).
    private boolean dirty;

    /// @param unproven see [io.hark.channel.HistoryStore#isUnproven]
    SlotReplica(SlotMeta recovered, boolean unproven, String self, ReplicaEffects effects, SlotConfig config) {
        this.beganIn = unproven ? IN_A_FORMER_LIFE : 0;
        this.slot = recovered.slot();
        this.meta = recovered;
        this.durableLsn = recovered.lastLsn();
        this.self = self;
        this.effects = effects;
        this.config = config;
    }

    int slot() {
        return slot;
    }

    /// Says that it has lost entries that it had; before the first [#assigned].
    void distrust() {
        dirty = true;
    }

    SlotMeta meta() {
        return meta;
    }

    long durableLsn() {
        return durableLsn;
    }

    /// Entries up to here are committed, and are here.
    long committedLsn() {
        return leader.map(SlotLeader::committedLsn).orElse(committedLsn);
    }

    /// Entries up to here are committed, and can be read here.
    long readableLsn() {
        return Math.min(committedLsn(), durableLsn);
    }

    int promised() {
        return promised;
    }

    Optional<SlotLeader> leader() {
        return leader;
    }

    /// The slot's owner on this node, while it takes requests.
    Optional<SlotOwner> serving() {
        return leader.flatMap(SlotLeader::owner);
    }

    /// @param current whether the region counts on this life of the node; otherwise it owns nothing (R2)
    void assigned(SlotAssignment next, int nextMinIsr, boolean current, long nowMillis) {
        assignment = Optional.of(next);
        minIsr = nextMinIsr;
        if (!current) {
            stepDown();
            return;
        }
        if (next.epoch() > promised) {
            promise(next.epoch());
        }
        if (beganIn != 0 && next.isr().contains(self) && !isOutdated(next)) {
            beganIn = 0;
            effects.proven(slot);
        }
        if (busy) {
            return; // Looked at again when that is done.
        }
        if (next.isOwnedBy(self) && next.epoch() == promised) {
            dirty = false;
            if (leader.isPresent()) {
                leader.get().reassigned(next, minIsr, nowMillis);
            } else {
                SlotLeader lead = new SlotLeader(this, self, next, minIsr, effects, config, nowMillis);
                leader = Optional.of(lead);
                lead.start(nowMillis);
            }
        } else if (dirty
                || !next.concerns(self) && !next.eligible().contains(self) && !isOutdated(next) && meta.lastLsn() > 0) {
            dirty = false;
            forget();
        }
    }

    /// Whether its owner knows of a later assignment, by which this node may count: what it has confirmed to it
    /// must not go.
    private boolean isOutdated(SlotAssignment known) {
        return known.epoch() < promised || known.version() < ownersVersion;
    }

    private void promise(int epoch) {
        stepDown();
        promised = epoch;
        ownersVersion = 0;
        matchedLsn = 0;
        following = SlotAssignment.NOBODY;
    }

    void stepDown() {
        leader.ifPresent(lead -> {
            committedLsn = Math.max(committedLsn, lead.committedLsn());
            leader = Optional.empty();
            lead.end();
        });
    }

    private void forget() {
        busy = true;
        effects.wipe(slot, (done, failure) -> {
            if (failure == null) {
                reset(SlotMeta.empty(slot));
                committedLsn = 0;
                beganIn = 0;
            }
            settled(meta);
        });
    }

    /// An own entry: to the disk and to the replicas at once.
    void appendOwn(Append append) {
        meta = append.after();
        effects.write(append, generation);
        leader.ifPresent(lead -> lead.appended(append.record()));
    }

    /// Everything up to `lsn` is durable here.
    void durable(long lsn, int writtenIn) {
        if (writtenIn != generation || lsn <= durableLsn) {
            return;
        }
        durableLsn = lsn;
        if (leader.isPresent()) {
            leader.get().localDurable();
        } else {
            confirm();
        }
    }

    private void confirm() {
        if (!following.isEmpty()) {
            effects.send(
                    following,
                    new PeerMessage.Appended(slot, promised, ownersVersion, Math.min(durableLsn, matchedLsn)));
        }
    }

    /// @param version of the owner's assignment
    private boolean accept(String from, int epoch, int version) {
        boolean accepted = accept(from, epoch);
        if (epoch == promised && following.equals(from)) {
            ownersVersion = Math.max(ownersVersion, version);
        }
        return accepted;
    }

    /// @return whether the message is of the promised epoch, and from its owner
    private boolean accept(String from, int epoch) {
        if (epoch < promised || epoch == promised && leader.isPresent()) {
            effects.send(from, new PeerMessage.Rejected(slot, promised));
            return false;
        }
        if (epoch > promised) {
            promise(epoch);
        }
        following = from;
        return !busy;
    }

    void append(String from, PeerMessage.Append message) {
        if (!accept(from, message.epoch(), message.version())) {
            return;
        }
        if (beganIn != 0 && beganIn != promised) {
            effects.send(from, new PeerMessage.Mismatch(slot, promised, unusable()));
            return;
        }
        if (message.prevLsn() > meta.lastLsn() || meta.epochAt(message.prevLsn()) != message.prevEpoch()) {
            effects.send(from, new PeerMessage.Mismatch(slot, promised, meta));
            return;
        }
        List<LogRecord> records = message.records();
        long at = message.prevLsn();
        int next = 0;
        while (next < records.size() && has(records.get(next))) {
            at = records.get(next++).lsn();
        }
        if (next < records.size() && at < meta.lastLsn()) {
            cutTo(at, records.get(next).head().origin().lineage());
            return;
        }
        for (; next < records.size(); next++) {
            LogRecord record = records.get(next);
            if (record.lsn() <= at || record.lsn() != at + 1 && !message.sparse()) {
                effects.send(from, new PeerMessage.Mismatch(slot, promised, meta));
                return;
            }
            at = record.lsn();
            meta = meta.after(record.head());
            effects.write(new Append(record, meta, record.lsn() <= message.presentLsn()), generation);
        }
        matchedLsn = Math.max(matchedLsn, at);
        committedLsn = Math.max(committedLsn, Math.min(message.committedLsn(), matchedLsn));
        if (matchedLsn <= durableLsn) {
            confirm();
        }
    }

    private boolean has(LogRecord record) {
        return record.lsn() <= meta.lastLsn()
                && meta.epochAt(record.lsn()) == record.head().epoch();
    }

    /// What comes after `lsn` is not what the owner has.
    ///
    /// @param lineage of what the owner has instead: in a later one the region has given up the end of
    ///                its log, with a disk that all in-sync copies were on, and tells clients so
    private void cutTo(long lsn, int lineage) {
        if (lsn < committedLsn && lineage <= meta.lineage()) {
            effects.fatal(
                    "slot %d was to be cut back to %d, but is committed up to %d".formatted(slot, lsn, committedLsn));
            return;
        }
        committedLsn = Math.min(committedLsn, lsn);
        busy = true;
        effects.truncate(slot, lsn, (cut, failure) -> {
            if (failure == null && cut.isPresent()) {
                reset(cut.get());
                settled(meta);
            } else {
                // What was there has expired, or cannot be read. It must begin anew, but may count as in sync: its
                // owner
                // sees to it that it does not, first.
                settled(unusable());
            }
        });
    }

    /// What makes its owner begin anew with it.
    private SlotMeta unusable() {
        return new SlotMeta(slot, List.of(), meta.lineage(), List.of(), meta.lastLsn(), meta.oseq(), meta.hlc());
    }

    private void reset(SlotMeta next) {
        generation++;
        meta = next;
        durableLsn = next.lastLsn();
        matchedLsn = Math.min(matchedLsn, next.lastLsn());
    }

    /// Takes records again.
    ///
    /// @param told what its owner hears of where it stands now
    private void settled(SlotMeta told) {
        busy = false;
        assignment
                .filter(known -> known.isOwnedBy(self) && known.epoch() == promised)
                .ifPresent(known -> effects.pumpLater(this));
        if (!following.isEmpty()) {
            effects.send(following, new PeerMessage.Mismatch(slot, promised, told));
        }
    }

    void install(String from, PeerMessage.Install message) {
        if (!accept(from, message.epoch(), message.version())) {
            return;
        }
        if (message.page() == 0) {
            busy = true;
            effects.wipe(slot, (done, failure) -> {
                if (failure == null) {
                    reset(SlotMeta.empty(slot));
                    committedLsn = 0;
                    installedPages = 0;
                    installRound = message.round();
                    beganIn = promised;
                    take(from, message);
                }
            });
        } else if (message.page() == installedPages && message.round() == installRound) {
            busy = true;
            take(from, message);
        } else {
            effects.send(from, new PeerMessage.Mismatch(slot, promised, meta));
        }
    }

    private void take(String from, PeerMessage.Install message) {
        effects.install(message.meta(), message.image(), (done, failure) -> {
            if (failure != null) {
                return;
            }
            busy = false;
            installedPages++;
            if (message.image().isLast()) {
                reset(message.meta());
                matchedLsn = promised == message.epoch() ? meta.lastLsn() : 0;
            }
            if (promised == message.epoch() && following.equals(from)) {
                effects.send(from, new PeerMessage.Installed(slot, promised, message.round(), message.page()));
            } else {
                settled(meta);
            }
        });
    }

    void askFollows(String from, PeerMessage.AskFollows message) {
        accept(from, message.epoch());
        if (promised == message.epoch() && following.equals(from)) {
            effects.send(from, new PeerMessage.Follows(slot, promised, message.round()));
        }
    }

    void rejected(PeerMessage.Rejected message) {
        if (message.promised() > promised) {
            promise(message.promised());
        }
    }

    /// Sends what has queued for the replicas; called at the end of a turn.
    void pump(boolean current, long nowMillis) {
        if (leader.isPresent()) {
            leader.get().pump(nowMillis);
        } else {
            assignment.ifPresent(known -> assigned(known, minIsr, current, nowMillis));
        }
    }
}
