package io.hark.loadtest;

import java.util.function.Consumer;

/// Confined to the run: does something once, a while after measuring has begun.
final class Once implements Session.Tick {
    private final long after;
    private final Consumer<Timetable> task;
    private long first;
    private boolean begun;
    private boolean done;

    /// @param after nanoseconds
    Once(long after, Consumer<Timetable> task) {
        this.after = after;
        this.task = task;
    }

    @Override
    public void at(long nanos, Timetable times) {
        if (!begun) {
            begun = true;
            first = nanos;
        }
        if (!done && nanos - first >= after) {
            done = true;
            task.accept(times);
        }
    }
}
