package io.hark.frontend;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/// Handle: what the frontend counts. Any thread.
public final class FrontendMetrics {
    public final AtomicInteger connections = new AtomicInteger();
    public final AtomicInteger comets = new AtomicInteger();
    public final AtomicInteger streams = new AtomicInteger();
    public final LongAdder connectionsOpened = new LongAdder();
    public final LongAdder connectionsResumed = new LongAdder();
    public final LongAdder connectionsRefused = new LongAdder();
    public final LongAdder framesReceived = new LongAdder();
    public final LongAdder malformedFrames = new LongAdder();
    public final LongAdder publishesAccepted = new LongAdder();
    public final LongAdder publishesRefused = new LongAdder();
    public final LongAdder entriesDelivered = new LongAdder();
    public final LongAdder continuityLost = new LongAdder();
    public final LongAdder alarms = new LongAdder();

    private final LongConsumer publishNanos;

    /// @param publishNanos gets the time from each publish's arrival to its acknowledgement, in nanoseconds
    public FrontendMetrics(LongConsumer publishNanos) {
        this.publishNanos = publishNanos;
    }

    void publishTook(long nanos) {
        publishNanos.accept(nanos);
    }
}
