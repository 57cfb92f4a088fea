package io.hark.cluster.link;

import java.util.concurrent.atomic.AtomicLong;

/// Handle: what [LinkStats] are read from. Written by one loop, read by any thread.
final class LinkCounters {
    private final AtomicLong sessionsBegun = new AtomicLong();
    private final Direction sent = new Direction();
    private final Direction received = new Direction();

    void begun() {
        sessionsBegun.incrementAndGet();
    }

    void sent(Wire.Frame frame) {
        sent.count(frame);
    }

    void received(Wire.Frame frame) {
        received.count(frame);
    }

    LinkStats stats(String node, boolean up, long queuedBytes) {
        return new LinkStats(
                node,
                up,
                queuedBytes,
                sessionsBegun.get(),
                sent.frames.get(),
                sent.messages.get(),
                sent.bytes.get(),
                received.frames.get(),
                received.messages.get(),
                received.bytes.get());
    }

    private static final class Direction {
        private final AtomicLong frames = new AtomicLong();
        private final AtomicLong messages = new AtomicLong();
        private final AtomicLong bytes = new AtomicLong();

        void count(Wire.Frame frame) {
            frames.incrementAndGet();
            messages.addAndGet(frame.getMessagesCount());
            bytes.addAndGet(frame.getSerializedSize());
        }
    }
}
