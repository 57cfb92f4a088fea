package io.hark.control;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Confined: decides what the leader of the control log should propose next, so that slots have owners, copies
/// and a
/// fair share of the nodes. It only proposes: what it says twice, or too late, the state refuses.
public final class Planner {
    private final PlannerConfig config;
    private Optional<Wanted> cached = Optional.empty();

    private long movedMillis = Long.MIN_VALUE / 2;
    private boolean pausing;

    /// When each node that is down was first seen to be so.
    private final java.util.Map<String, Long> downSince = new java.util.HashMap<>();

    private record Wanted(List<NodeEntry> nodes, int copies, List<List<String>> placement) {}

    public Planner(PlannerConfig config) {
        this.config = config;
    }

    /// @param suspects  nodes that the failure detector takes for dead, with the incarnation that it means
    /// @param nowMillis any clock that only goes forward
    public List<ControlCommand> next(ControlState state, Set<Suspect> suspects, long nowMillis) {
        pausing = false;
        List<ControlCommand> commands = new ArrayList<>();
        for (Suspect suspect : suspects) {
            if (state.isCurrent(suspect.node(), suspect.incarnation())) {
                commands.add(new ControlCommand.NodeDown(suspect.node(), suspect.incarnation()));
            }
        }
        if (!commands.isEmpty()) {
            return commands; // First who is there, then what they do.
        }
        if (!state.hasSlots()) {
            bootstrap(state).ifPresent(commands::add);
            return commands;
        }
        rememberDown(state, nowMillis);
        List<List<String>> wanted = wanted(state, nowMillis);
        if (state.minIsr() < config.minIsr() && state.haveInSync(config.minIsr())) {
            commands.add(new ControlCommand.RaiseMinIsr(config.minIsr()));
        }
        if (!wanted.isEmpty()) {
            setReplicas(state, wanted, commands);
            move(state, wanted, nowMillis, commands);
        }
        return commands;
    }

    /// Value: a life of a node that seems to be over.
    public record Suspect(String node, String incarnation) {}

    private Optional<ControlCommand> bootstrap(ControlState state) {
        boolean allThere = config.founders().stream().allMatch(state::isLive);
        List<NodeEntry> holders = holders(state, node -> node.status() == NodeEntry.Status.UP);
        if (!allThere || holders.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new ControlCommand.Bootstrap(
                config.replicas(), config.minIsr(), Placement.of(holders, config.replicas())));
    }

    private void rememberDown(ControlState state, long nowMillis) {
        downSince.keySet().removeIf(state::isLive);
        state.nodes().values().stream()
                .filter(node -> !node.isLive())
                .forEach(node -> downSince.putIfAbsent(node.id(), nowMillis));
    }

    private static List<NodeEntry> holders(ControlState state, java.util.function.Predicate<NodeEntry> which) {
        return state.nodes().values().stream()
                .filter(node -> node.weight() > 0)
                .filter(which)
                .sorted(java.util.Comparator.comparing(NodeEntry::id))
                .toList();
    }

    /// The placement over the nodes that are to stay: those that are down are waited for, for a while.
    private List<List<String>> wanted(ControlState state, long nowMillis) {
        List<NodeEntry> nodes = holders(state, node -> switch (node.status()) {
                    case UP, DRAINING -> true;
                    case REMOVED -> false;
                    case DOWN ->
                        nowMillis - downSince.get(node.id())
                                < config.replaceAfter().toMillis();
                })
                .stream()
                .map(node -> node.as(NodeEntry.Status.UP))
                .toList();
        List<String> ids =
                nodes.stream().map(node -> node.id() + '*' + node.weight()).toList();
        boolean same = cached.filter(known -> known.copies() == state.replicasWanted()
                        && known.nodes().stream()
                                .map(node -> node.id() + '*' + node.weight())
                                .toList()
                                .equals(ids))
                .isPresent();
        if (!same) {
            cached = Optional.of(new Wanted(
                    nodes,
                    state.replicasWanted(),
                    nodes.isEmpty() ? List.of() : Placement.of(nodes, state.replicasWanted())));
        }
        return cached.orElseThrow().placement();
    }

    /// A few slots at a time get their wanted replicas; the next ones follow once these are in sync.
    private void setReplicas(ControlState state, List<List<String>> wanted, List<ControlCommand> out) {
        int unsettled = 0;
        List<ControlCommand.Replicas> changes = new ArrayList<>();
        for (SlotAssignment slot : state.slots()) {
            if (slot.hasOwner() && !isSettled(state, slot)) {
                unsettled++;
            }
        }
        for (SlotAssignment slot : state.slots()) {
            List<String> target = wanted.get(slot.slot());
            if (!slot.replicas().equals(target) && slot.hasOwner()) {
                boolean sameNodes = new HashSet<>(slot.replicas()).equals(new HashSet<>(target));
                if (sameNodes || unsettled + changes.size() < config.replicasMovingMax()) {
                    changes.add(new ControlCommand.Replicas(slot.slot(), slot.version(), target));
                }
            }
        }
        if (!changes.isEmpty()) {
            out.add(new ControlCommand.SetReplicas(changes));
        }
    }

    /// Whether none of its replicas is being copied to. One that is in sync without being a replica does not
    /// count: it stays until what is to replace it is there, which may be down.
    private static boolean isSettled(ControlState state, SlotAssignment slot) {
        return slot.replicas().stream().filter(state::isLive).allMatch(slot.isr()::contains);
    }

    /// Whether slots that should move wait for nothing but [PlannerConfig#movesEvery].
    public boolean isPausing() {
        return pausing;
    }

    /// Owners that should be elsewhere hand over, a few at a time.
    private void move(ControlState state, List<List<String>> wanted, long nowMillis, List<ControlCommand> out) {
        long moving = state.slots().stream()
                .filter(slot -> !slot.movingTo().isEmpty())
                .count();
        List<ControlCommand.Step> steps = new ArrayList<>();
        for (SlotAssignment slot : state.slots()) {
            if (moving + steps.size() >= config.movesMax()) {
                break;
            }
            if (slot.hasOwner() && slot.movingTo().isEmpty()) {
                target(state, slot, wanted.get(slot.slot()))
                        .ifPresent(to -> steps.add(new ControlCommand.Step(slot.slot(), slot.version(), to)));
            }
        }
        pausing = !steps.isEmpty()
                && nowMillis - movedMillis < config.movesEvery().toMillis();
        if (!steps.isEmpty() && !pausing) {
            movedMillis = nowMillis;
            out.add(new ControlCommand.Move(steps));
        }
    }

    private static Optional<String> target(ControlState state, SlotAssignment slot, List<String> wanted) {
        boolean mustLeave = state.node(slot.owner())
                .filter(node -> node.status() == NodeEntry.Status.UP)
                .isEmpty();
        if (!mustLeave && slot.owner().equals(wanted.getFirst())) {
            return Optional.empty();
        }
        // One that is wanted anyway; a node that leaves takes whoever is in sync.
        List<String> candidates = new ArrayList<>(mustLeave ? wanted : List.of(wanted.getFirst()));
        if (mustLeave || !wanted.contains(slot.owner())) {
            candidates.addAll(wanted);
        }
        if (mustLeave) {
            candidates.addAll(slot.isr());
        }
        return candidates.stream()
                .filter(node -> !node.equals(slot.owner()) && slot.isr().contains(node))
                .filter(node -> state.node(node)
                        .filter(entry -> entry.status() == NodeEntry.Status.UP)
                        .isPresent())
                .findFirst();
    }
}
