package io.hark.channel.sim;

import io.hark.channel.Loop;
import java.util.ArrayDeque;

/// One event loop of the simulated node: takes what is queued in its order, some of it in every turn, and stalls at
/// times.
final class SimLoop implements Loop {
    private final Scheduler scheduler;
    private final SimConfig config;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private boolean turnDue;
    private boolean running;
    private boolean dead;

    SimLoop(Scheduler scheduler, SimConfig config) {
        this.scheduler = scheduler;
        this.config = config;
    }

    @Override
    public boolean inLoop() {
        return running;
    }

    @Override
    public void execute(Runnable task) {
        if (!dead) {
            queue.add(task);
            schedule();
        }
    }

    void kill() {
        dead = true;
        queue.clear();
    }

    private void schedule() {
        if (!turnDue && !running) {
            turnDue = true;
            int delay = scheduler.between(1, config.loopDelayMicros());
            scheduler.after(scheduler.fault(config.stallChance()) ? delay * 50L : delay, this::turn);
        }
    }

    private void turn() {
        turnDue = false;
        running = true;
        for (int left = scheduler.between(1, 32); left > 0 && !queue.isEmpty(); left--) {
            queue.poll().run();
        }
        running = false;
        if (!queue.isEmpty()) {
            schedule();
        }
    }
}
