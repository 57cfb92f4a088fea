package io.hark.frontend;

import io.hark.channel.Loop;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Handle: a netty event loop as the core sees it.
public record NettyLoop(EventLoop eventLoop) implements Loop {
    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    /// Takes the step on the loop after so long, unless the node ends before.
    void later(long millis, Runnable step) {
        try {
            eventLoop.schedule(step, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            if (!eventLoop.isShuttingDown()) {
                throw e;
            }
        }
    }

    /// Once the node ends the loop takes nothing more: what its store and its links still have to say concerns
    /// nobody.
    @Override
    public void execute(Runnable task) {
        try {
            eventLoop.execute(task);
        } catch (RejectedExecutionException e) {
            ignoreAtTheEnd(e);
        }
    }

    /// Runs the task on the loop after a while, unless the node ends before.
    void later(Duration delay, Runnable task) {
        try {
            eventLoop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            ignoreAtTheEnd(e);
        }
    }

    private void ignoreAtTheEnd(RejectedExecutionException e) {
        if (!eventLoop.isShuttingDown()) {
            throw e;
        }
    }
}
