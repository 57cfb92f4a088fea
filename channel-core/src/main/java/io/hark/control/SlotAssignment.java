package io.hark.control;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Value: who serves a slot.
///
/// @param version  grows with each change; what compare-and-sets name
/// @param epoch    grows with each owner, also when the same node becomes owner again
/// @param owner    the node that orders the slot's entries in this epoch; empty text while nobody can
/// @param isr      the in-sync replicas, the owner among them: every one of them holds every committed entry
/// @param replicas who is to hold the slot, the preferred owner first
/// @param eligible members of the last in-sync set that was large enough to commit and that have lost nothing
///                 since:
/// who
///                 may own the slot when no member of `isr` lives (KIP-966)
/// @param lineage  grows when entries may have been lost, so that no number is used twice for different entries
/// @param movingTo the node that the owner is to hand over to; empty text when none
public record SlotAssignment(
        int slot,
        int version,
        int epoch,
        String owner,
        List<String> isr,
        List<String> replicas,
        List<String> eligible,
        int lineage,
        String movingTo) {
    public static final String NOBODY = "";

    public SlotAssignment {
        isr = List.copyOf(isr);
        replicas = List.copyOf(replicas);
        eligible = List.copyOf(eligible);
    }

    /// A new slot with nothing in it, owned by the first of `replicas`, which are all in sync, being all empty.
    static SlotAssignment fresh(int slot, List<String> replicas) {
        return new SlotAssignment(slot, 1, 1, replicas.getFirst(), replicas, replicas, replicas, 1, NOBODY);
    }

    public boolean hasOwner() {
        return !owner.isEmpty();
    }

    public boolean isOwnedBy(String node) {
        return owner.equals(node);
    }

    /// Whether the node holds the slot, or is to.
    public boolean concerns(String node) {
        return isr.contains(node) || replicas.contains(node) || isOwnedBy(node);
    }

    /// The slot with the in-sync set; whoever is in a set that can commit is eligible.
    SlotAssignment withIsr(List<String> next, int minIsr) {
        List<String> nowEligible = next.size() >= minIsr ? next : eligible;
        return new SlotAssignment(slot, version + 1, epoch, owner, next, replicas, nowEligible, lineage, movingTo);
    }

    SlotAssignment withReplicas(List<String> next) {
        return new SlotAssignment(slot, version + 1, epoch, owner, isr, next, eligible, lineage, movingTo);
    }

    SlotAssignment withMovingTo(String node) {
        return new SlotAssignment(slot, version + 1, epoch, owner, isr, replicas, eligible, lineage, node);
    }

    SlotAssignment withVersion() {
        return new SlotAssignment(slot, version + 1, epoch, owner, isr, replicas, eligible, lineage, movingTo);
    }

    /// The slot in a new epoch.
    SlotAssignment ownedBy(String node) {
        return new SlotAssignment(slot, version + 1, epoch + 1, node, isr, replicas, eligible, lineage, NOBODY);
    }

    /// The slot in a new epoch and lineage, with what this node has of it.
    SlotAssignment forcedTo(String node) {
        List<String> alone = List.of(node);
        return new SlotAssignment(slot, version + 1, epoch + 1, node, alone, replicas, alone, lineage + 1, NOBODY);
    }

    private SlotAssignment resurrectedBy(String node) {
        return new SlotAssignment(
                slot, version + 1, epoch + 1, node, List.of(node), replicas, eligible, lineage, NOBODY);
    }

    /// Takes the node out of the slot's duties, because it is gone or has come back as another
    /// incarnation. The last in-sync member stays in the set, as nobody else is known to have
    /// everything, unless it has lost something: then those who have not take its place, alive or not.
    ///
    /// @param lostData whether the node may have lost entries that it had acknowledged
    /// @param isLive   which nodes could serve now
    SlotAssignment without(String node, boolean lostData, int minIsr, Predicate<String> isLive) {
        SlotAssignment left = this;
        boolean isLast = isr.equals(List.of(node)) && eligible.equals(isr);
        if (lostData && eligible.contains(node) && !isLast) {
            left = left.with(isr, minus(eligible, node));
        }
        if (isr.contains(node)) {
            if (isr.size() > 1) {
                left = left.withIsr(minus(isr, node), minIsr);
            } else if (lostData && !left.eligible.isEmpty() && !left.eligible.contains(node)) {
                left = left.with(left.eligible, left.eligible);
            }
        }
        if (left.movingTo.equals(node)) {
            left = left.withMovingTo(NOBODY);
        }
        return isOwnedBy(node) ? left.elected(isLive) : left;
    }

    private SlotAssignment with(List<String> nextIsr, List<String> nextEligible) {
        return new SlotAssignment(slot, version + 1, epoch, owner, nextIsr, replicas, nextEligible, lineage, movingTo);
    }

    /// The slot with an owner from the in-sync set, else from the eligible ones, else with none.
    SlotAssignment elected(Predicate<String> isLive) {
        for (String candidate : replicas) {
            if (isr.contains(candidate) && isLive.test(candidate)) {
                return ownedBy(candidate);
            }
        }
        for (String candidate : isr) {
            if (isLive.test(candidate)) {
                return ownedBy(candidate);
            }
        }
        for (String candidate : eligible) {
            if (isLive.test(candidate)) {
                return resurrectedBy(candidate);
            }
        }
        return new SlotAssignment(slot, version + 1, epoch, NOBODY, isr, replicas, eligible, lineage, NOBODY);
    }

    static List<String> minus(List<String> nodes, String node) {
        List<String> rest = new ArrayList<>(nodes);
        rest.remove(node);
        return rest;
    }
}
