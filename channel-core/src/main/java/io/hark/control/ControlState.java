package io.hark.control;

import io.hark.channel.Slots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Value: everything that a region has decided, and the one function that takes it further. The same
/// commands in the same order give the same state on every node: it knows no clock and no chance.
///
/// @param version        grows with each command that changed something
/// @param replicasWanted copies of each slot
/// @param minIsr         in-sync copies without which nothing is committed
/// @param nodes          by id
/// @param slots          [Slots#COUNT] of them, or none before the first assignment
/// @param apps           documents by app id
/// @param revocations    tokens that are accepted no longer
public record ControlState(
        long version,
        int replicasWanted,
        int minIsr,
        Map<String, NodeEntry> nodes,
        List<SlotAssignment> slots,
        Map<String, byte[]> apps,
        Revocations revocations) {
    public static final ControlState EMPTY = new ControlState(0, 1, 1, Map.of(), List.of(), Map.of(), Revocations.NONE);

    private static final byte[] NO_DOCUMENT = {};

    public ControlState {
        nodes = Map.copyOf(nodes);
        slots = List.copyOf(slots);
        apps = Map.copyOf(apps);
    }

    public Optional<NodeEntry> node(String id) {
        return Optional.ofNullable(nodes.get(id));
    }

    public boolean isLive(String node) {
        NodeEntry entry = nodes.get(node);
        return entry != null && entry.isLive();
    }

    public boolean hasSlots() {
        return !slots.isEmpty();
    }

    /// Whether every slot has that many in-sync copies.
    boolean haveInSync(int copies) {
        return slots.stream().allMatch(slot -> slot.isr().size() >= copies);
    }

    /// Whether this incarnation of the node is the one that the region counts on.
    public boolean isCurrent(String node, String incarnation) {
        NodeEntry entry = nodes.get(node);
        return entry != null && entry.isLive() && entry.incarnation().equals(incarnation);
    }

    /// The state after the command; this same object when it changes nothing.
    public ControlState apply(ControlCommand command) {
        return switch (command) {
            case ControlCommand.Register register -> register(register);
            case ControlCommand.NodeDown(var node, var incarnation) ->
                isCurrent(node, incarnation) ? down(node, NodeEntry.Status.DOWN) : this;
            case ControlCommand.Drain(var node, var incarnation) ->
                isCurrent(node, incarnation) && nodes.get(node).status() == NodeEntry.Status.UP
                        ? with(nodes.get(node).as(NodeEntry.Status.DRAINING), slots)
                        : this;
            case ControlCommand.Remove(var node) ->
                nodes.containsKey(node) && nodes.get(node).status() != NodeEntry.Status.REMOVED
                        ? down(node, NodeEntry.Status.REMOVED)
                        : this;
            case ControlCommand.Bootstrap bootstrap -> bootstrap(bootstrap);
            case ControlCommand.Import(var local, var replicasWanted) ->
                hasSlots()
                        ? this
                        : new ControlState(
                                Math.max(version, local.version) + 1,
                                replicasWanted,
                                local.minIsr,
                                merged(nodes, local.nodes),
                                local.slots,
                                merged(apps, local.apps),
                                revocations.with(local.revocations.all(), Long.MIN_VALUE));
            case ControlCommand.RaiseMinIsr(var next) ->
                hasSlots() && next > minIsr && haveInSync(next)
                        ? new ControlState(version + 1, replicasWanted, next, nodes, slots, apps, revocations)
                        : this;
            case ControlCommand.ChangeIsr(var changes) -> {
                Edit edit = new Edit();
                changes.forEach(change -> edit.slot(change.slot(), slot -> changeIsr(slot, change)));
                yield edit.done();
            }
            case ControlCommand.Move(var steps) -> {
                Edit edit = new Edit();
                steps.forEach(step -> edit.slot(step.slot(), slot -> move(slot, step)));
                yield edit.done();
            }
            case ControlCommand.Transfer(var steps) -> {
                Edit edit = new Edit();
                steps.forEach(step -> edit.slot(step.slot(), slot -> transfer(slot, step)));
                yield edit.done();
            }
            case ControlCommand.SetReplicas(var changes) -> {
                Edit edit = new Edit();
                changes.forEach(change -> edit.slot(
                        change.slot(),
                        slot -> change.version() == slot.version()
                                        && !change.nodes().isEmpty()
                                        && nodes.keySet().containsAll(change.nodes())
                                        && !slot.replicas().equals(change.nodes())
                                ? slot.withReplicas(change.nodes())
                                : slot));
                yield edit.done();
            }
            case ControlCommand.ForceElect(var number, var node) -> {
                Edit edit = new Edit();
                edit.slot(number, slot -> isLive(node) ? slot.forcedTo(node) : slot);
                yield edit.done();
            }
            case ControlCommand.PutApp(var appId, var document) ->
                Arrays.equals(apps.get(appId), document)
                        ? this
                        : withApps(merged(apps, Map.of(appId, document.clone())));
            case ControlCommand.ChangeApp(var appId, var before, var after) ->
                Arrays.equals(apps.getOrDefault(appId, NO_DOCUMENT), before)
                        ? withApps(merged(apps, Map.of(appId, after.clone())))
                        : this;
            case ControlCommand.DeleteApp(var appId) -> {
                Map<String, byte[]> left = new TreeMap<>(apps);
                yield left.remove(appId) == null ? this : withApps(left);
            }
            case ControlCommand.Revoke(var added, var atMillis) -> {
                Revocations next = revocations.with(added, atMillis);
                yield next == revocations
                        ? this
                        : new ControlState(version + 1, replicasWanted, minIsr, nodes, slots, apps, next);
            }
        };
    }

    private ControlState register(ControlCommand.Register register) {
        String node = register.node();
        NodeEntry before = nodes.get(node);
        if (before != null && before.incarnation().equals(register.incarnation()) && before.isLive()) {
            return this;
        }
        NodeEntry entry =
                new NodeEntry(node, register.incarnation(), register.address(), register.weight(), NodeEntry.Status.UP);
        ControlState with = with(entry, slots);
        Edit edit = with.new Edit();
        for (SlotAssignment slot : slots) {
            if (slot.concerns(node) || slot.eligible().contains(node)) {
                boolean lost = !register.clean() || register.dirty().contains(slot.slot());
                edit.slot(slot.slot(), same -> with.returned(same, node, lost));
            }
        }
        return edit.done();
    }

    /// The slot after one of its nodes has come back as a new incarnation.
    private SlotAssignment returned(SlotAssignment slot, String node, boolean lost) {
        SlotAssignment left = slot.without(node, lost, minIsr, other -> !other.equals(node) && isLive(other));
        if (left.hasOwner()) {
            // What the node confirmed in its last life says nothing of this one, and can still be on its way to the
            // owner:
            // in a new epoch it does not count.
            return left.epoch() == slot.epoch() ? left.ownedBy(left.owner()) : left;
        }
        if (left.isr().contains(node)) {
            // Nobody else is known to have everything. If this one lost something, it is lost.
            return lost ? left.forcedTo(node) : left.ownedBy(node);
        }
        return left.elected(other -> !(lost && other.equals(node)) && isLive(other));
    }

    private ControlState down(String node, NodeEntry.Status status) {
        ControlState with = with(nodes.get(node).as(status), slots);
        Edit edit = with.new Edit();
        for (SlotAssignment slot : slots) {
            if (slot.concerns(node)) {
                // In a new version, so that no owner adds the node on what it knew before.
                edit.slot(slot.slot(), same -> {
                    SlotAssignment left = same.without(node, false, minIsr, with::isLive);
                    return left.equals(same) ? same.withVersion() : left;
                });
            }
        }
        return edit.done();
    }

    private ControlState bootstrap(ControlCommand.Bootstrap bootstrap) {
        if (hasSlots() || bootstrap.replicas().size() != Slots.COUNT) {
            return this;
        }
        List<SlotAssignment> all = new ArrayList<>(Slots.COUNT);
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            all.add(SlotAssignment.fresh(slot, bootstrap.replicas().get(slot)));
        }
        return new ControlState(
                version + 1, bootstrap.replicasWanted(), bootstrap.minIsr(), nodes, all, apps, revocations);
    }

    private SlotAssignment changeIsr(SlotAssignment slot, ControlCommand.IsrChange change) {
        boolean fits = slot.epoch() == change.epoch()
                && slot.version() == change.version()
                && slot.hasOwner()
                && change.isr().contains(slot.owner())
                && change.isr().stream().allMatch(this::isLive);
        if (!fits) {
            return slot;
        }
        SlotAssignment changed = slot.withIsr(change.isr(), minIsr);
        return changed.isr().contains(changed.movingTo()) ? changed : changed.withMovingTo(SlotAssignment.NOBODY);
    }

    private SlotAssignment move(SlotAssignment slot, ControlCommand.Step step) {
        boolean fits = slot.version() == step.version()
                && slot.hasOwner()
                && !slot.isOwnedBy(step.to())
                && slot.isr().contains(step.to())
                && nodes.get(step.to()).status() == NodeEntry.Status.UP;
        return fits ? slot.withMovingTo(step.to()) : slot;
    }

    private SlotAssignment transfer(SlotAssignment slot, ControlCommand.Step step) {
        boolean fits = slot.version() == step.version()
                && slot.hasOwner()
                && slot.isr().contains(step.to())
                && isLive(step.to());
        return fits ? slot.ownedBy(step.to()) : slot;
    }

    private ControlState with(NodeEntry entry, List<SlotAssignment> nextSlots) {
        return new ControlState(
                version + 1,
                replicasWanted,
                minIsr,
                merged(nodes, Map.of(entry.id(), entry)),
                nextSlots,
                apps,
                revocations);
    }

    private ControlState withApps(Map<String, byte[]> next) {
        return new ControlState(version + 1, replicasWanted, minIsr, nodes, slots, next, revocations);
    }

    private static <T> Map<String, T> merged(Map<String, T> base, Map<String, T> over) {
        Map<String, T> merged = new TreeMap<>(base);
        merged.putAll(over);
        return merged;
    }

    /// Changes of several slots in one step.
    private final class Edit {
        private final List<SlotAssignment> next = new ArrayList<>(slots);
        private boolean changed;

        void slot(int number, UnaryOperator<SlotAssignment> change) {
            if (number < 0 || number >= next.size()) {
                return;
            }
            SlotAssignment before = next.get(number);
            SlotAssignment after = change.apply(before);
            if (after != before) {
                next.set(number, after);
                changed = true;
            }
        }

        ControlState done() {
            return changed
                    ? new ControlState(version + 1, replicasWanted, minIsr, nodes, next, apps, revocations)
                    : ControlState.this;
        }
    }
}
