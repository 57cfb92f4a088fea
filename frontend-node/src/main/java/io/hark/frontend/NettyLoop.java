package io.hark.frontend;

import io.hark.channel.Loop;
import io.netty.channel.EventLoop;

/// Handle: a netty event loop as the core sees it.
public record NettyLoop(EventLoop eventLoop) implements Loop {
    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }
}
