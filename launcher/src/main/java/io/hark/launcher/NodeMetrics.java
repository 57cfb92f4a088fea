package io.hark.launcher;

import io.hark.control.ControlLog;
import io.hark.control.SlotAssignment;
import io.hark.frontend.FrontendMetrics;
import io.hark.history.StoreObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Handle: the node's metrics, in Prometheus' format. Latencies are HdrHistograms over the last minutes. Any
/// thread.
final class NodeMetrics implements StoreObserver, AutoCloseable {
    private static final double[] PERCENTILES = {0.5, 0.9, 0.99, 0.999};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final FrontendMetrics frontend;
    private final Timer storeWrites = timer("hark.store.write", "From building a batch to its bytes in the log file");
    private final Timer storeSyncs = timer("hark.store.sync", "Background syncs of the log file");
    private final DistributionSummary batchEntries = DistributionSummary.builder("hark.store.batch.entries")
            .description("Entries written in one batch")
            .publishPercentiles(PERCENTILES)
            .register(registry);
    private final Counter storeBytes = Counter.builder("hark.store.written.bytes")
            .description("Bytes written to the log file")
            .register(registry);
    private final Counter expired = Counter.builder("hark.store.expired.segments")
            .description("Segments of expired entries dropped")
            .register(registry);
    private volatile long queuedBytes;

    NodeMetrics() {
        Timer publishes = timer("hark.publish.latency", "From a publish's arrival to its acknowledgement");
        frontend = new FrontendMetrics(nanos -> publishes.record(nanos, TimeUnit.NANOSECONDS));
        Gauge.builder("hark.connections", frontend.connections, Number::doubleValue)
                .description("Realtime connections open now")
                .register(registry);
        Gauge.builder("hark.connections.comet", frontend.comets, Number::doubleValue)
                .description("Those of them that go without a WebSocket")
                .register(registry);
        Gauge.builder("hark.streams", frontend.streams, Number::doubleValue)
                .description("Event streams open now")
                .register(registry);
        Gauge.builder("hark.store.queued.bytes", this, metrics -> metrics.queuedBytes)
                .description("Entries that wait for the disk")
                .register(registry);
        count("hark.connections.opened", frontend.connectionsOpened, "Transports opened");
        count("hark.connections.resumed", frontend.connectionsResumed, "Connections taken over by a new transport");
        count(
                "hark.connections.refused",
                frontend.connectionsRefused,
                "Transports refused, mostly for their credentials");
        count("hark.frames.received", frontend.framesReceived, "Frames from clients");
        count(
                "hark.frames.malformed",
                frontend.malformedFrames,
                "Frames that could not be read; each ended its connection");
        count(
                "hark.publishes.accepted",
                frontend.publishesAccepted,
                "Publishes acknowledged over realtime connections");
        count("hark.publishes.refused", frontend.publishesRefused, "Publishes refused over realtime connections");
        count("hark.entries.delivered", frontend.entriesDelivered, "Entries written to subscribers");
        count("hark.continuity.lost", frontend.continuityLost, "Attachments that could not resume without a gap");
        count("hark.alarms", frontend.alarms, "Broken invariants; must stay 0");
        new JvmMemoryMetrics().bindTo(registry);
        gc.bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .publishPercentiles(PERCENTILES)
                .register(registry);
    }

    private void count(String name, LongAdder adder, String description) {
        FunctionCounter.builder(name, adder, LongAdder::doubleValue)
                .description(description)
                .register(registry);
    }

    /// Has the metrics of the region read where they are known.
    void region(ControlLog control, String node) {
        Gauge.builder("hark.slots.owned", control, log -> slots(log, slot -> slot.isOwnedBy(node)))
                .description("Slots that this node owns")
                .register(registry);
        Gauge.builder("hark.slots.unserved", control, log -> slots(log, slot -> !slot.hasOwner()))
                .description("Slots of the region that nobody owns")
                .register(registry);
        Gauge.builder("hark.control.silent.seconds", control, log -> log.silentMillis() / 1000.0)
                .description("Since this node heard of a majority of the control log")
                .register(registry);
    }

    /// Has the time read at which the certificate that clients are shown expires.
    void certificate(Supplier<Instant> expires) {
        Gauge.builder("hark.tls.expires.timestamp.seconds", () -> expires.get().getEpochSecond())
                .description("When the certificate that clients are shown expires, in seconds since 1970")
                .register(registry);
    }

    private static double slots(ControlLog control, Predicate<SlotAssignment> which) {
        return control.state().slots().stream().filter(which).count();
    }

    /// To be called once for each other node.
    void link(String node, BooleanSupplier up) {
        Gauge.builder("hark.link.up", () -> up.getAsBoolean() ? 1 : 0)
                .description("Whether this node is linked with another")
                .tag("node", node)
                .register(registry);
    }

    FrontendMetrics frontend() {
        return frontend;
    }

    String scrape() {
        return registry.scrape();
    }

    @Override
    public void written(int entries, long bytes, long nanos, boolean synced, long queued) {
        storeWrites.record(nanos, TimeUnit.NANOSECONDS);
        batchEntries.record(entries);
        storeBytes.increment(bytes);
        queuedBytes = queued;
    }

    @Override
    public void synced(long nanos) {
        storeSyncs.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void expired(int segments) {
        expired.increment(segments);
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
