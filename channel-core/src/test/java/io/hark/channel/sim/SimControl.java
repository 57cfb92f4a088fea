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

/// What the region decides: one order of commands for all, which proposers and those who follow it see late, in part,
/// or not at all.
final class SimControl {
    private static final int LATE_MICROS = 1_500_000;
    private static final int LAGS_MICROS_MAX = 4_000_000;

    /// One life in so many begins with a view that is late.
    private static final int BORN_LATE_EVERY = 3;

    /// One time in so many everything is read that was decided meanwhile.
    private static final int MISSED_READ_EVERY = 2;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final Map<String, ControlView> views = new LinkedHashMap<>();
    private final Set<String> cutOff = new LinkedHashSet<>();
    private final List<ControlState> decided = new ArrayList<>(List.of(ControlState.EMPTY));

    SimControl(Scheduler scheduler, SimConfig config, History history) {
        this.scheduler = scheduler;
        this.config = config;
        this.history = history;
    }

    ControlState state() {
        return decided.getLast();
    }

    boolean reaches(String node) {
        return !cutOff.contains(node);
    }

    /// A node's life begins to learn what is decided.
    void follow(String node, Consumer<ControlState> follow) {
        ControlView view = new ControlView(
                scheduler, config.cluster().controlMicros(), decided, () -> !cutOff.contains(node), follow);
        views.put(node, view);
        if (isLate(BORN_LATE_EVERY)) {
            lag(node);
            view.startBehind();
        } else {
            view.start();
        }
    }

    void leave(String node) {
        ControlView view = views.remove(node);
        if (view != null) {
            view.end();
        }
    }

    private boolean isLate(int every) {
        return config.cluster().lagMillis() > 0
                && !scheduler.isCalm()
                && scheduler.views().nextInt(every) == 0;
    }

    /// The node reads what is decided later than the others for a while.
    void lag(String node) {
        int lagMicros = scheduler.views().nextInt(1, config.cluster().lagMillis() + 1) * 1_000;
        int micros = scheduler.views().nextInt(100_000, LAGS_MICROS_MAX);
        ControlView view = views.get(node);
        if (view != null) {
            history.add(new Event.Befell("%s hears of decisions %d late for %d".formatted(node, lagMicros, micros)));
            view.lag(lagMicros);
            scheduler.after(micros, () -> keepUp(view));
        }
    }

    private void keepUp(ControlView view) {
        view.keepUp();
        if (scheduler.views().nextBoolean()) {
            view.catchUp();
        }
    }

    void cutOff(String node, int micros) {
        cutOff.add(node);
        scheduler.after(micros, () -> reconnect(node));
    }

    private void reconnect(String node) {
        if (cutOff.remove(node) && views.containsKey(node)) {
            views.get(node).tellMissed(isLate(MISSED_READ_EVERY));
        }
    }

    void healAll() {
        List.copyOf(cutOff).forEach(this::reconnect);
        if (config.cluster().lagMillis() > 0) {
            views.values().forEach(view -> {
                view.keepUp();
                view.catchUp();
            });
        }
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
        ControlState state = state();
        ControlState next = PlantedControl.planted(config, scheduler, state, state.apply(onlyUsedSlots(command)));
        if (next == state) {
            return;
        }
        record(state, next, command);
        decided.add(next);
        List.copyOf(views.values()).forEach(view -> view.tell(next));
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
}
