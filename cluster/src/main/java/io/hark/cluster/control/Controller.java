package io.hark.cluster.control;

import io.hark.cluster.membership.Life;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.control.Planner;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: plans for the region while this node leads the control log, every tenth of a second and whenever
/// something changes. One batch of commands is on its way at a time.
public final class Controller implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Controller.class);
    private static final long EVERY_MILLIS = 100;

    private final Steering steering;
    private final AtomicBoolean stepWaits = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("hark-controller").factory());

    private Controller(Steering steering) {
        this.steering = steering;
    }

    /// @param propose takes a command to the log and gives up when this node does not lead any more, as
    ///                [RatisControlLog#proposeWhileLeading] does: who led long ago must not tell the region
    ///                who is gone
    /// @param planner belongs to the controller from now on
    /// @param present the lives in the last view of the membership
    public static Controller start(
            ControlLog controlLog,
            Function<ControlCommand, CompletionStage<ControlState>> propose,
            Planner planner,
            Supplier<Set<Life>> present) {
        Controller controller = new Controller(new Steering(controlLog, propose, planner, present));
        controlLog.onChange(state -> controller.wake());
        controller.thread.scheduleWithFixedDelay(controller::step, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        return controller;
    }

    /// Has it look at once, as the membership has changed. Any thread.
    public void wake() {
        if (stepWaits.compareAndSet(false, true)) {
            try {
                thread.execute(() -> {
                    stepWaits.set(false);
                    step();
                });
            } catch (RejectedExecutionException e) {
                log.debug("a change after the end", e);
            }
        }
    }

    private void step() {
        try {
            var proposed = steering.step(System.nanoTime() / 1_000_000);
            if (!proposed.isDone()) {
                proposed.thenRun(this::wake);
            }
        } catch (RuntimeException e) {
            // At this thread's edge: the next step may find another state.
            log.error("planning failed", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
