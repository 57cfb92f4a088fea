package io.hark.frontend;

import java.util.concurrent.Executor;

/// Confined: a step that is taken once for all who ask for it until then, behind everything that waits for the loop
/// already. So what queued while the loop was busy is handled together, and an idle loop takes the step at once.
final class TurnEnd {
    private final Executor loop;
    private final Runnable step;
    private boolean due;

    TurnEnd(Executor loop, Runnable step) {
        this.loop = loop;
        this.step = step;
    }

    /// Whether somebody has asked and it has not been taken yet.
    boolean isDue() {
        return due;
    }

    void ask() {
        if (!due) {
            due = true;
            loop.execute(() -> {
                due = false;
                step.run();
            });
        }
    }
}
