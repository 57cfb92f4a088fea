package io.hark.loadtest;

import io.netty.channel.EventLoop;

/// Handle: one thread of the generator and what its connections share.
final class Lane {
    private static final int SCRATCH_BYTES = 128 << 10;

    private final int index;
    private final EventLoop loop;

    /// Confined to the loop: what a socket's bytes are read into, one socket after another.
    private byte[] scratch = new byte[SCRATCH_BYTES];

    Lane(int index, EventLoop loop) {
        this.index = index;
        this.loop = loop;
    }

    int index() {
        return index;
    }

    EventLoop loop() {
        return loop;
    }

    /// Confined to the loop.
    byte[] scratch(int length) {
        if (scratch.length < length) {
            scratch = new byte[Math.max(length, scratch.length * 2)];
        }
        return scratch;
    }
}
