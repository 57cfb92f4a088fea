package io.hark.frontend;

import io.hark.channel.Loop;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/// Handle: a netty event loop as the core sees it.
public record NettyLoop(EventLoop eventLoop) implements Loop {
    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    /// Once the node ends the loop takes nothing more: what its store and its links still have to say concerns
    /// nobody.
    @Override
    public void execute(Runnable task) {
        try {
            eventLoop.execute(task);
        } catch (RejectedExecutionException e) {
            if (!eventLoop.isShuttingDown()) {
                throw e;
            }
        }
    }
}
