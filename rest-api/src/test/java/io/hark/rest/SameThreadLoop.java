package io.hark.rest;

import io.hark.channel.Loop;
import java.util.ArrayDeque;

/// A loop without a thread: a task runs within the call that brings it, or behind the one that is running.
final class SameThreadLoop implements Loop {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean running;
    private boolean halted;

    @Override
    public boolean inLoop() {
        return running;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        run();
    }

    /// Lets tasks wait until [#goOn].
    void halt() {
        halted = true;
    }

    void goOn() {
        halted = false;
        run();
    }

    private void run() {
        if (running || halted) {
            return;
        }
        running = true;
        try {
            while (!tasks.isEmpty()) {
                tasks.poll().run();
            }
        } finally {
            running = false;
        }
    }
}
