package io.hark.slot;

import io.hark.channel.LogRecord;
import io.hark.channel.SlotOwner;
import io.hark.control.ControlCommand;
import io.hark.control.SlotAssignment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Confined: the lead of one slot in one epoch: it has the replicas brought to where this node's log
/// ends, opens the owner, and commits what every in-sync replica has.
///
/// Rules that it keeps (docs/guarantees.md): committed is what all of the in-sync set has, those about
/// to join it included, and only while the set is large enough (R3); the set shrinks and grows only when
/// the control log says so (R5); a new epoch serves once all that its log held at the start is committed
/// (recovery, steps 3 to 5).
final class SlotLeader {
    private static final long PROPOSE_AGAIN_MILLIS = 1_000;
    private static final long PROBE_AGAIN_MILLIS = 3_000;

    private final SlotReplica replica;
    private final String self;
    private final ReplicaEffects effects;
    private final SlotConfig config;
    private final int epoch;
    private final long targetLsn;
    private int minIsr;
    private final LogShipper shipper;
    private final Map<String, Follower> followers = new LinkedHashMap<>();

    private SlotAssignment assignment;
    private long committedLsn;
    private Optional<SlotOwner> owner = Optional.empty();

    /// Joins the in-sync set as soon as the control log says so; until then it already counts.
    private final Set<String> joining = new LinkedHashSet<>();

    private int proposedVersion;
    private long proposedMillis;
    private final OwnershipCheck check = new OwnershipCheck();

    private long uncommittedBytes;

    SlotLeader(
            SlotReplica replica,
            String self,
            SlotAssignment assignment,
            int minIsr,
            ReplicaEffects effects,
            SlotConfig config,
            long nowMillis) {
        this.replica = replica;
        this.self = self;
        this.assignment = assignment;
        this.minIsr = minIsr;
        this.effects = effects;
        this.config = config;
        this.epoch = assignment.epoch();
        this.targetLsn = replica.meta().lastLsn();
        this.committedLsn = replica.committedLsn();
        this.shipper =
                new LogShipper(replica, epoch, effects, config, this::mayBecomeOwner, () -> this.assignment.version());
        shipper.committed(committedLsn);
        syncFollowers(nowMillis);
    }

    int epoch() {
        return epoch;
    }

    long committedLsn() {
        return committedLsn;
    }

    Optional<SlotOwner> owner() {
        return owner;
    }

    /// Nodes that hold the slot beside this one, with how far each has confirmed; -1 for one that has not
    /// spoken.
    Map<String, Long> confirmed() {
        Map<String, Long> all = new LinkedHashMap<>();
        followers.values().forEach(follower -> all.put(follower.node, follower.confirmed));
        return all;
    }

    void start(long nowMillis) {
        followers.values().forEach(follower -> shipper.probe(follower, nowMillis));
        commit();
        handOverIfAsked(nowMillis);
    }

    void end() {
        shipper.end();
        check.end();
        owner.ifPresent(SlotOwner::close);
        effects.uncommitted(-uncommittedBytes);
        effects.ended(assignment.slot());
    }

    private void syncFollowers(long nowMillis) {
        Set<String> wanted = new LinkedHashSet<>(assignment.replicas());
        wanted.addAll(assignment.isr());
        wanted.remove(self);
        followers.keySet().retainAll(wanted);
        for (String node : wanted) {
            followers.computeIfAbsent(node, key -> new Follower(key, assignment.version(), nowMillis));
        }
    }

    /// The control log changed the slot within the epoch, or how many in-sync copies commit.
    void reassigned(SlotAssignment next, int nextMinIsr, long nowMillis) {
        Set<String> before = Set.copyOf(followers.keySet());
        assignment = next;
        minIsr = nextMinIsr;
        joining.clear();
        syncFollowers(nowMillis);
        for (Follower follower : followers.values()) {
            if (!before.contains(follower.node)) {
                shipper.probe(follower, nowMillis);
            } else if (follower.unfit) {
                shipper.install(follower);
            }
        }
        commit();
        handOverIfAsked(nowMillis);
    }

    private boolean mayBecomeOwner(String node) {
        return assignment.isr().contains(node) || assignment.eligible().contains(node) || joining.contains(node);
    }

    // ---- what goes to the replicas

    void peerUp(String node, long nowMillis) {
        Follower follower = followers.get(node);
        if (follower != null) {
            follower.progressMillis = nowMillis;
            shipper.probe(follower, nowMillis);
        }
    }

    /// An own entry.
    void appended(LogRecord record) {
        shipper.appended(record);
        uncommittedBytes += record.size();
        effects.uncommitted(record.size());
        effects.pumpLater(replica);
    }

    void pump(long nowMillis) {
        followers.values().forEach(shipper::pump);
        shipper.trimTail(followers.values());
        if (check.isAsked()) {
            check.beginRound(
                    followers.keySet(),
                    (node, round) -> effects.send(node, new PeerMessage.AskFollows(replica.slot(), epoch, round)));
            settleCheck();
        }
        handOverIfAsked(nowMillis);
    }

    // ---- what comes from the replicas

    void confirmed(String from, PeerMessage.Appended message, long nowMillis) {
        Follower follower = followers.get(from);
        if (follower == null
                || message.epoch() != epoch
                || message.version() < follower.sinceVersion
                || follower.beginsAnew) {
            return;
        }
        if (message.durableLsn() > follower.confirmed) {
            follower.confirmed = message.durableLsn();
            follower.progressMillis = nowMillis;
        }
        follower.matched |= follower.installing.isEmpty() && !follower.unfit;
        if (follower.confirmed >= replica.meta().lastLsn()) {
            follower.progressMillis = nowMillis;
        }
        commit();
        grow(follower, nowMillis);
        handOverIfAsked(nowMillis);
        if (follower.sent < replica.meta().lastLsn()) {
            effects.pumpLater(replica);
        }
    }

    void mismatch(String from, PeerMessage.Mismatch message, long nowMillis) {
        Follower follower = followers.get(from);
        if (follower != null && message.epoch() == epoch) {
            shipper.mismatch(follower, message.meta(), nowMillis);
        }
    }

    void installed(String from, PeerMessage.Installed message, long nowMillis) {
        Follower follower = followers.get(from);
        if (follower != null && message.epoch() == epoch) {
            shipper.installed(follower, message, nowMillis);
        }
    }

    // ---- whether it is still the owner

    /// Answers once no later owner can have committed anything before this was called (rule R8), or with
    /// false when that cannot be told; not at all once it is the owner no longer.
    void whenSure(long nowMillis, Consumer<Boolean> answer) {
        check.ask(nowMillis, answer);
        effects.pumpLater(replica);
    }

    void follows(String from, PeerMessage.Follows message) {
        if (message.epoch() == epoch) {
            check.follows(from, message.round());
            settleCheck();
        }
    }

    /// The same nodes count as for a commit, and are enough of them or not.
    private void settleCheck() {
        if (check.isAsked() && assignment.isr().size() >= minIsr) {
            Set<String> counted = new LinkedHashSet<>(assignment.isr());
            counted.addAll(joining);
            counted.remove(self);
            check.settle(counted);
        }
    }

    // ---- commit

    void localDurable() {
        commit();
    }

    private void commit() {
        if (assignment.isr().size() < minIsr) {
            return;
        }
        long common = replica.durableLsn();
        for (String node : assignment.isr()) {
            common = Math.min(common, confirmedBy(node));
        }
        for (String node : joining) {
            common = Math.min(common, confirmedBy(node));
        }
        if (config.plantedBug() == PlantedBug.ACK_BEFORE_REPLICATION) {
            common = replica.durableLsn();
        }
        if (owner.isEmpty()) {
            if (common < targetLsn) {
                return;
            }
            committedLsn = Math.max(committedLsn, targetLsn);
            shipper.committed(committedLsn);
            open();
        } else if (common > committedLsn) {
            long bytes = shipper.committed(common);
            uncommittedBytes -= bytes;
            effects.uncommitted(-bytes);
            committedLsn = common;
            owner.get().committed(common);
        }
    }

    private long confirmedBy(String node) {
        if (node.equals(self)) {
            return replica.durableLsn();
        }
        Follower follower = followers.get(node);
        return follower == null ? -1 : follower.confirmed;
    }

    private void open() {
        owner = Optional.of(effects.open(replica.meta(), epoch, assignment.lineage()));
        effects.serving(assignment.slot(), epoch);
    }

    // ---- the in-sync set

    /// Asks for the follower to join once it has all that is committed, and this epoch's first entry.
    private void grow(Follower follower, long nowMillis) {
        long needed = Math.max(committedLsn, owner.isPresent() ? targetLsn + 1 : targetLsn);
        boolean ready = assignment.replicas().contains(follower.node)
                && !assignment.isr().contains(follower.node)
                && !joining.contains(follower.node)
                && follower.matched
                && effects.isUp(follower.node)
                && follower.confirmed >= Math.max(needed, follower.imageLsn);
        if (!ready || !mayPropose(nowMillis)) {
            return;
        }
        List<String> staying = new ArrayList<>(assignment.isr());
        staying.removeIf(this::isUnfit);
        if (staying.size() + 1 < minIsr) {
            staying = new ArrayList<>(assignment.isr());
        }
        if (staying.stream().allMatch(node -> confirmedBy(node) >= follower.imageLsn)) {
            joining.add(follower.node);
            // Alone: another one that was to join may be one that the control log does not take.
            staying.add(follower.node);
            propose(staying, nowMillis);
        }
    }

    private boolean isUnfit(String node) {
        Follower follower = followers.get(node);
        return follower != null && follower.unfit;
    }

    private void shrink(long nowMillis) {
        boolean replaced = assignment.isr().containsAll(assignment.replicas());
        List<String> next = new ArrayList<>();
        for (String node : assignment.isr()) {
            Follower follower = followers.get(node);
            boolean lags = follower != null
                    && nowMillis - follower.progressMillis > config.lagMax().toMillis();
            boolean leaves = replaced && !assignment.replicas().contains(node);
            if (node.equals(self) || !lags && !leaves && !isUnfit(node)) {
                next.add(node);
            }
        }
        boolean enough =
                next.size() >= minIsr || next.size() == assignment.isr().size();
        boolean changes = next.size() < assignment.isr().size() || !joining.isEmpty();
        if (changes && enough && mayPropose(nowMillis)) {
            // Who was to join and has not, does not: the new version ends earlier proposals.
            propose(next, nowMillis);
        }
    }

    /// One proposal for a version, and again when nothing became of it.
    private boolean mayPropose(long nowMillis) {
        return proposedVersion != assignment.version() || nowMillis - proposedMillis > PROPOSE_AGAIN_MILLIS;
    }

    private void propose(List<String> isr, long nowMillis) {
        proposedVersion = assignment.version();
        proposedMillis = nowMillis;
        effects.propose(new ControlCommand.IsrChange(assignment.slot(), epoch, assignment.version(), isr));
    }

    // ---- handing over

    /// Proposes the other node as soon as the control log asks for it, and serves on until the log has decided:
    /// so its channels pause only for as long as the other one takes to begin. What is in flight by then is asked
    /// again there, as after a failover (D5).
    private void handOverIfAsked(long nowMillis) {
        String to = assignment.movingTo();
        // One that has not said yet in this session what it has may have lost it.
        boolean possible = !to.isEmpty() && owner.isPresent() && effects.isUp(to) && confirmedBy(to) >= committedLsn;
        if (possible && mayPropose(nowMillis)) {
            proposedVersion = assignment.version();
            proposedMillis = nowMillis;
            effects.proposeTransfer(new ControlCommand.Step(assignment.slot(), assignment.version(), to));
        }
    }

    /// To be called a few times a second.
    void tick(long nowMillis) {
        long last = replica.meta().lastLsn();
        for (Follower follower : followers.values()) {
            if (follower.confirmed >= last) {
                follower.progressMillis = nowMillis;
            } else if (effects.isUp(follower.node)) {
                boolean stuck =
                        nowMillis - Math.max(follower.progressMillis, follower.probedMillis) > PROBE_AGAIN_MILLIS;
                if (stuck && follower.beginsAnew) {
                    follower.progressMillis = nowMillis;
                    shipper.install(follower);
                } else if (stuck) {
                    shipper.probe(follower, nowMillis);
                } else {
                    shipper.pump(follower);
                }
            }
            grow(follower, nowMillis);
        }
        shrink(nowMillis);
        handOverIfAsked(nowMillis);
        owner.ifPresent(open -> open.tick(nowMillis));
        check.tick(nowMillis);
        if (check.isAsked()) {
            effects.pumpLater(replica);
        }
    }
}
