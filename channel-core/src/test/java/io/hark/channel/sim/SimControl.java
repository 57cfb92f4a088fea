package io.hark.channel.sim;

import io.hark.channel.Slots;
import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import io.hark.control.SlotAssignment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// What the region decides: one order of commands for all, which proposers and learners see late, in
/// part, or not at all.
final class SimControl {
    private static final int LATE_MICROS = 1_500_000;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final Map<String, Learner> learners = new LinkedHashMap<>();
    private final Set<String> cutOff = new LinkedHashSet<>();
    private ControlState state = ControlState.EMPTY;

    SimControl(Scheduler scheduler, SimConfig config, History history) {
        this.scheduler = scheduler;
        this.config = config;
        this.history = history;
    }

    private static final class Learner {
        private final Consumer<ControlState> follow;
        private long lastArrival;
        private long version = -1;

        private Learner(Consumer<ControlState> follow) {
            this.follow = follow;
        }
    }

    ControlState state() {
        return state;
    }

    boolean reaches(String node) {
        return !cutOff.contains(node);
    }

    /// A node's life begins to learn what is decided.
    void follow(String node, Consumer<ControlState> follow) {
        Learner learner = new Learner(follow);
        learners.put(node, learner);
        tell(node, learner);
    }

    void leave(String node) {
        learners.remove(node);
    }

    void cutOff(String node, int micros) {
        cutOff.add(node);
        scheduler.after(micros, () -> reconnect(node));
    }

    private void reconnect(String node) {
        if (cutOff.remove(node) && learners.containsKey(node)) {
            tell(node, learners.get(node));
        }
    }

    void healAll() {
        List.copyOf(cutOff).forEach(this::reconnect);
    }

    /// The node proposes; what became of it shows in what it learns, or never.
    void propose(String node, ControlCommand command) {
        if (!cutOff.contains(node)) {
            history.trace(() -> node + " proposes " + command);
            propose(command);
        }
    }

    void propose(ControlCommand command) {
        if (scheduler.fault(config.cluster().controlLoss())) {
            return;
        }
        scheduler.after(scheduler.delay(config.cluster().controlMicros()), () -> decide(command));
        if (scheduler.fault(config.cluster().controlLoss())) {
            // The proposer got no answer and asked again, much later.
            scheduler.after(scheduler.between(1, LATE_MICROS), () -> decide(command));
        }
    }

    private void decide(ControlCommand command) {
        ControlState next = PlantedControl.planted(config, scheduler, state, state.apply(onlyUsedSlots(command)));
        if (next == state) {
            return;
        }
        record(state, next, command);
        state = next;
        learners.forEach(this::tell);
    }

    /// Slots without channels get nobody, so that a run is not spent on them.
    private ControlCommand onlyUsedSlots(ControlCommand command) {
        if (!(command instanceof ControlCommand.Bootstrap bootstrap)) {
            return command;
        }
        List<List<String>> replicas = new ArrayList<>(Slots.COUNT);
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            replicas.add(
                    config.slots().contains(slot) ? bootstrap.replicas().get(slot) : List.of(SlotAssignment.NOBODY));
        }
        return new ControlCommand.Bootstrap(bootstrap.replicasWanted(), bootstrap.minIsr(), replicas);
    }

    private void record(ControlState before, ControlState after, ControlCommand command) {
        if (!(command instanceof ControlCommand.Bootstrap)) {
            history.add(new Event.Befell("decided " + command));
        }
        for (int slot : after.hasSlots() ? config.slots() : List.<Integer>of()) {
            SlotAssignment now = after.slots().get(slot);
            if (!before.hasSlots() || !before.slots().get(slot).equals(now)) {
                history.add(new Event.Befell("slot " + now));
            }
        }
    }

    private void tell(String node, Learner learner) {
        ControlState decided = state;
        long delay = scheduler.delay(config.cluster().controlMicros());
        learner.lastArrival = Math.max(learner.lastArrival, scheduler.nowMicros() + delay);
        boolean asOfThen = scheduler.chance(0.3);
        scheduler.at(learner.lastArrival, () -> {
            ControlState told = asOfThen ? state : decided;
            if (learners.get(node) == learner && !cutOff.contains(node) && told.version() > learner.version) {
                learner.version = told.version();
                learner.follow.accept(told);
            }
        });
    }
}
