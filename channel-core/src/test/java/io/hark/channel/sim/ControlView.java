package io.hark.channel.sim;

import io.hark.control.ControlState;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Confined: what one life of a node knows of what the region has decided. It reads the log forwards at its own pace:
/// mostly as soon as something is decided, at times seconds late, so that it acts on what the others have long left
/// behind, one decision after the other. States that are overtaken on the way may be left out.
final class ControlView {
    private static final int OLDER_MAX = 8;

    private final Scheduler scheduler;
    private final int controlMicros;
    private final List<ControlState> decided;
    private final BooleanSupplier reached;
    private final Consumer<ControlState> follow;
    private long lastArrival;
    private long version = -1;
    private int lagMicros;
    private boolean ended;

    /// @param decided all states that were decided, oldest first; grows
    /// @param reached whether the node hears of decisions at all
    ControlView(
            Scheduler scheduler,
            int controlMicros,
            List<ControlState> decided,
            BooleanSupplier reached,
            Consumer<ControlState> follow) {
        this.scheduler = scheduler;
        this.controlMicros = controlMicros;
        this.decided = decided;
        this.reached = reached;
        this.follow = follow;
    }

    /// The node begins to read, at the newest state.
    void start() {
        tell(decided.getLast());
    }

    /// The node begins to read some way back, as one that had not written down all that it read in its last life.
    void startBehind() {
        int older = scheduler.views().nextInt(1, OLDER_MAX + 1);
        decided.subList(Math.max(0, decided.size() - older), decided.size()).forEach(this::tell);
    }

    /// A state was decided.
    void tell(ControlState state) {
        long delay = scheduler.delay(controlMicros) + lagMicros;
        lastArrival = Math.max(lastArrival, scheduler.nowMicros() + delay);
        boolean overtaken = scheduler.chance(0.3) && lagMicros == 0;
        scheduler.at(lastArrival, () -> take(overtaken ? decided.getLast() : state));
    }

    /// Reads what it missed while nothing reached it, all of it or only where that led.
    void tellMissed(boolean all) {
        if (all) {
            decided.stream().filter(state -> state.version() > version).toList().forEach(this::tell);
        } else {
            tell(decided.getLast());
        }
    }

    /// From now on it reads everything so much later.
    void lag(int micros) {
        lagMicros = micros;
    }

    /// It reads in time again, what came before in its turn.
    void keepUp() {
        lagMicros = 0;
    }

    /// Leaves out everything that it has not read.
    void catchUp() {
        if (lastArrival > scheduler.nowMicros()) {
            take(decided.getLast());
        }
    }

    void end() {
        ended = true;
    }

    private void take(ControlState state) {
        if (!ended && reached.getAsBoolean() && state.version() > version) {
            version = state.version();
            follow.accept(state);
        }
    }
}
