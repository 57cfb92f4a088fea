package io.hark.control;

import io.hark.control.ControlCommand.IsrChange;
import io.hark.control.ControlCommand.Replicas;
import io.hark.control.ControlCommand.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Small regions for tests of what they decide. Node `a` lives its first life as `a1`.
final class Regions {
    private Regions() {}

    /// All of `nodes` are up, and each of `slots` slots is owned by the first and replicated in sync by all of
    /// them.
    static ControlState of(int minIsr, int slots, String... nodes) {
        ControlState state = ControlState.EMPTY;
        for (String node : nodes) {
            state = state.apply(register(node, 1));
        }
        List<SlotAssignment> all = IntStream.range(0, slots)
                .mapToObj(slot -> SlotAssignment.fresh(slot, List.of(nodes)))
                .toList();
        return new ControlState(
                state.version(), nodes.length, minIsr, state.nodes(), all, state.apps(), state.revocations());
    }

    static ControlCommand register(String node, int life) {
        return new ControlCommand.Register(node, node + life, node + ":1", 1, true, List.of());
    }

    static ControlCommand registerUnclean(String node, int life) {
        return new ControlCommand.Register(node, node + life, node + ":1", 1, false, List.of());
    }

    static ControlCommand registerDirty(String node, int life, Integer... dirty) {
        return new ControlCommand.Register(node, node + life, node + ":1", 1, true, List.of(dirty));
    }

    static ControlCommand down(String node, int life) {
        return new ControlCommand.NodeDown(node, node + life);
    }

    /// The slot's owner asks for an in-sync set, as of what it knows in `state`.
    static ControlCommand changeIsr(ControlState state, int slot, String... isr) {
        SlotAssignment known = state.slots().get(slot);
        return new ControlCommand.ChangeIsr(List.of(new IsrChange(slot, known.epoch(), known.version(), List.of(isr))));
    }

    static ControlCommand move(ControlState state, int slot, String to) {
        return new ControlCommand.Move(
                List.of(new Step(slot, state.slots().get(slot).version(), to)));
    }

    static ControlCommand transfer(ControlState state, int slot, String to) {
        return new ControlCommand.Transfer(
                List.of(new Step(slot, state.slots().get(slot).version(), to)));
    }

    static ControlCommand setReplicas(ControlState state, int slot, String... nodes) {
        return new ControlCommand.SetReplicas(
                List.of(new Replicas(slot, state.slots().get(slot).version(), List.of(nodes))));
    }

    static ControlState after(ControlState state, ControlCommand... commands) {
        ControlState next = state;
        for (ControlCommand command : commands) {
            next = next.apply(command);
        }
        return next;
    }

    /// The state once every owner has taken in all live replicas of its slot, and left out the others.
    static ControlState settled(ControlState state) {
        List<IsrChange> changes = new ArrayList<>();
        for (SlotAssignment slot : state.slots()) {
            if (slot.hasOwner()) {
                List<String> isr = new ArrayList<>(slot.replicas());
                isr.removeIf(node -> !state.isLive(node) || slot.isOwnedBy(node));
                isr.addFirst(slot.owner());
                changes.add(new IsrChange(slot.slot(), slot.epoch(), slot.version(), isr));
            }
        }
        return state.apply(new ControlCommand.ChangeIsr(changes));
    }

    /// The state once every owner that is to hand over has done so.
    static ControlState handedOver(ControlState state) {
        return state.apply(new ControlCommand.Transfer(state.slots().stream()
                .filter(slot -> !slot.movingTo().isEmpty())
                .map(slot -> new Step(slot.slot(), slot.version(), slot.movingTo()))
                .toList()));
    }
}
