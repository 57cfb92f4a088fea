package io.hark.control;

import java.util.List;

/// Value: a decision to be taken. What it does when it no longer fits the state is nothing.
public sealed interface ControlCommand {
    /// A node starts a new life. It loses what it owned and replicated in sync, unless nobody else has it.
    ///
    /// @param clean whether it still has everything that it ever acknowledged, as far as it knows
    /// @param dirty slots of which it knows that it has not
    record Register(String node, String incarnation, String address, int weight, boolean clean, List<Integer> dirty)
            implements ControlCommand {
        public Register {
            dirty = List.copyOf(dirty);
        }
    }

    /// The node's life `incarnation` is over; one command for all its slots.
    record NodeDown(String node, String incarnation) implements ControlCommand {}

    /// The node shuts down and gives away what it owns first.
    record Drain(String node, String incarnation) implements ControlCommand {}

    /// An operator takes a node out for good.
    record Remove(String node) implements ControlCommand {}

    /// The first assignment of all slots; does nothing once there is one.
    ///
    /// @param replicas per slot, the owner first
    record Bootstrap(int replicasWanted, int minIsr, List<List<String>> replicas) implements ControlCommand {
        public Bootstrap {
            replicas = replicas.stream().map(List::copyOf).toList();
        }
    }

    /// A node that decided alone until now brings what it decided; does nothing once there are slots. It still
    /// commits alone what it owns, until [RaiseMinIsr].
    record Import(ControlState state, int replicasWanted) implements ControlCommand {}

    /// From now on no fewer in-sync copies commit; does nothing unless every slot has as many.
    record RaiseMinIsr(int minIsr) implements ControlCommand {}

    /// Owners change their in-sync sets: of each slot, if it is still in that epoch and version. The
    /// same set again makes a new version, in which earlier proposals no longer fit.
    record ChangeIsr(List<IsrChange> changes) implements ControlCommand {
        public ChangeIsr {
            changes = List.copyOf(changes);
        }
    }

    record IsrChange(int slot, int epoch, int version, List<String> isr) {
        public IsrChange {
            isr = List.copyOf(isr);
        }
    }

    /// Owners are asked to hand over.
    record Move(List<Step> steps) implements ControlCommand {
        public Move {
            steps = List.copyOf(steps);
        }
    }

    /// Owners that have stopped hand over: `to` is the owner in a new epoch.
    record Transfer(List<Step> steps) implements ControlCommand {
        public Transfer {
            steps = List.copyOf(steps);
        }
    }

    /// One slot's part of a [Move] or [Transfer], if it is still at that version.
    record Step(int slot, int version, String to) {}

    record SetReplicas(List<Replicas> slots) implements ControlCommand {
        public SetReplicas {
            slots = List.copyOf(slots);
        }
    }

    record Replicas(int slot, int version, List<String> nodes) {
        public Replicas {
            nodes = List.copyOf(nodes);
        }
    }

    /// An operator gives a slot to a node that may lack committed entries; the lineage ends, so clients are
    /// told.
    record ForceElect(int slot, String node) implements ControlCommand {}

    record PutApp(String appId, byte[] document) implements ControlCommand {}

    /// Takes effect if the app is still what it was.
    ///
    /// @param before its document; of no bytes when there is none
    record ChangeApp(String appId, byte[] before, byte[] after) implements ControlCommand {}

    record DeleteApp(String appId) implements ControlCommand {}

    /// Tokens are accepted no longer; does nothing for those that there is no room for, see [Revocations].
    ///
    /// @param atMillis milliseconds since the epoch by the clock of the node that proposes it
    record Revoke(List<Revocation> revocations, long atMillis) implements ControlCommand {
        public Revoke {
            revocations = List.copyOf(revocations);
        }
    }
}
