package io.hark.channel.sim;

import io.hark.channel.Loop;
import java.util.ArrayDeque;

/// One event loop of a simulated node: takes what is queued in its order, some of it in every turn, and
/// stalls at times.
final class SimLoop implements Loop {
    private final Scheduler scheduler;
    private final SimConfig config;
    private final Runnable afterTurn;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private long pausedUntil;
    private boolean turnDue;
    private boolean running;
    private boolean dead;

    /// @param afterTurn looks at what a turn has done
    SimLoop(Scheduler scheduler, SimConfig config, Runnable afterTurn) {
        this.scheduler = scheduler;
        this.config = config;
        this.afterTurn = afterTurn;
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

    /// Takes no turn before that time, whatever queues.
    void pause(long untilMicros) {
        pausedUntil = untilMicros;
    }

    private void schedule() {
        if (!turnDue && !running) {
            turnDue = true;
            int delay = scheduler.between(1, config.loopDelayMicros());
            scheduler.after(scheduler.fault(config.stallChance()) ? delay * 50L : delay, this::turn);
        }
    }

    private void turn() {
        if (dead) {
            return;
        }
        if (scheduler.nowMicros() < pausedUntil) {
            scheduler.at(pausedUntil, this::turn);
            return;
        }
        turnDue = false;
        running = true;
        for (int left = scheduler.between(1, 32); left > 0 && !queue.isEmpty(); left--) {
            queue.poll().run();
        }
        running = false;
        if (dead) {
            return;
        }
        afterTurn.run();
        if (!queue.isEmpty()) {
            schedule();
        }
    }
}
