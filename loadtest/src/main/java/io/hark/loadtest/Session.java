package io.hark.loadtest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// Blocking, confined to the thread of a run: connects traffics, lets them run by a timetable, and
/// looks each second at the first of them, which is the one that is measured.
final class Session implements AutoCloseable {
    private static final Duration HEAD_START = Duration.ofMillis(200);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final double MEGABYTE = 1 << 20;

    private final String scenario;
    private final Setting setting;
    private final Progress progress;
    private final Sockets sockets;
    private final Dialer dialer;
    private final List<Traffic> traffics = new ArrayList<>();
    private final List<Second> seconds = new ArrayList<>();
    private final List<Figure> figures = new ArrayList<>();
    private Optional<Snapshot> before = Optional.empty();
    private Optional<Snapshot> after = Optional.empty();
    private Counts lastCounts = new Counts(0, 0, 0, 0);

    /// Something else that is to happen while the load is on.
    interface Tick {
        Tick NONE = (nanos, times) -> {};

        /// About each 20 ms from the beginning to the end of what is measured.
        void at(long nanos, Timetable times);
    }

    private record Counts(long nanos, long published, long acknowledged, long delivered) {}

    /// What is looked at when measuring begins and ends.
    private record Snapshot(Counts counts, ProcessUsage own, Optional<ProcessUsage> server) {}

    /// @param connections that it will have
    Session(String scenario, Setting setting, Progress progress, int connections) {
        Descriptors.require(connections);
        this.scenario = scenario;
        this.setting = setting;
        this.progress = progress;
        this.sockets = new Sockets(setting.threads());
        this.dialer = new Dialer(setting.concurrency(), progress);
    }

    Sockets sockets() {
        return sockets;
    }

    Traffic traffic(TrafficPlan plan) {
        Traffic traffic = new Traffic(setting, plan, sockets, dialer);
        traffics.add(traffic);
        return traffic;
    }

    /// Of the first traffic, until now.
    List<Second> seconds() {
        return seconds;
    }

    void add(String key, String label, String unit, double value) {
        figures.add(new Figure(key, label, unit, value));
    }

    void add(String key, String label, Percentiles millis) {
        add(key + "P50", label + ", p50", "ms", millis.p50());
        add(key + "P90", label + ", p90", "ms", millis.p90());
        add(key + "P99", label + ", p99", "ms", millis.p99());
        add(key + "P999", label + ", p99.9", "ms", millis.p999());
        add(key + "Max", label + ", longest", "ms", millis.max());
    }

    /// Connects the subscribers of all traffics, so that the first message has somebody to go to,
    /// and then the publishers.
    void connect() throws InterruptedException {
        connectSubscribers(traffics);
        connectPublishers();
    }

    /// Connects subscribers, and notes how fast they came.
    void connectSubscribers(List<Traffic> which) throws InterruptedException {
        long begun = System.nanoTime();
        int connections = 0;
        for (Traffic traffic : which) {
            traffic.connectSubscribers();
            connections += traffic.plan().subscribers();
        }
        add("connectsPerSecond", "connected and attached", "1/s", connections * 1e9 / (System.nanoTime() - begun));
    }

    void connectPublishers() throws InterruptedException {
        for (Traffic traffic : traffics) {
            traffic.connectPublishers();
        }
    }

    /// Runs all traffics: warm-up, what is measured, and until everything has arrived or the drain
    /// is over.
    void run(Tick tick) throws InterruptedException {
        Timetable times =
                Timetable.from(System.nanoTime() + HEAD_START.toNanos(), setting.warmUp(), setting.measured());
        lastCounts = counts(times.begin());
        traffics.forEach(traffic -> traffic.begin(times));
        long nextSecond = times.begin() + SECOND;
        while (after.isEmpty()) {
            long now = sleepUntil(System.nanoTime() + LOOK_NANOS, nextSecond, times);
            if (before.isEmpty() && now >= times.measuredFrom()) {
                before = Optional.of(snapshot(now));
            }
            if (now >= times.end()) {
                after = Optional.of(snapshot(now));
            } else if (before.isPresent()) {
                tick.at(now, times);
            }
            if (now >= nextSecond) {
                look(now, times);
                nextSecond += SECOND;
            }
        }
        drain(times, nextSecond);
    }

    private long sleepUntil(long nanos, long nextSecond, Timetable times) throws InterruptedException {
        long wake = Math.min(nanos, nextSecond);
        long boundary = before.isEmpty() ? times.measuredFrom() : times.end();
        TimeUnit.NANOSECONDS.sleep(Math.max(0, Math.min(wake, boundary) - System.nanoTime()));
        return System.nanoTime();
    }

    private void drain(Timetable times, long next) throws InterruptedException {
        long nextSecond = next;
        long deadline = times.end() + setting.drain().toNanos();
        while (System.nanoTime() < deadline && !traffics.stream().allMatch(Traffic::isSettled)) {
            TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
            if (System.nanoTime() >= nextSecond) {
                look(System.nanoTime(), times);
                nextSecond += SECOND;
            }
        }
        look(System.nanoTime(), times);
        progress.end();
    }

    private Measurements measured() {
        return traffics.getFirst().measured();
    }

    private Counts counts(long nanos) {
        Measurements now = measured();
        return new Counts(nanos, now.published.sum(), now.acknowledged.sum(), now.delivered.sum());
    }

    private Snapshot snapshot(long nanos) {
        return new Snapshot(
                counts(nanos),
                ProcessUsage.own(),
                setting.server().isPresent()
                        ? Optional.of(ProcessUsage.of(setting.server().getAsLong()))
                        : Optional.empty());
    }

    private void look(long nanos, Timetable times) {
        Counts now = counts(nanos);
        Histogram delivery = measured().delivery.collect();
        Histogram acknowledgement = measured().acknowledgement.collect();
        measured().lateness.collect();
        traffics.stream().skip(1).forEach(traffic -> {
            traffic.measured().delivery.collect();
            traffic.measured().acknowledgement.collect();
            traffic.measured().lateness.collect();
        });
        Second second = new Second(
                (lastCounts.nanos() - times.begin()) / 1e9,
                (nanos - times.begin()) / 1e9,
                now.published() - lastCounts.published(),
                now.acknowledged() - lastCounts.acknowledged(),
                now.delivered() - lastCounts.delivered(),
                Percentiles.of(delivery),
                Percentiles.of(acknowledgement));
        lastCounts = now;
        seconds.add(second);
        show(second, nanos, times);
    }

    private void show(Second second, long nanos, Timetable times) {
        String phase = nanos < times.measuredFrom() ? "warming up" : nanos < times.end() ? "measuring" : "draining";
        long wrong = traffics.stream()
                .map(Traffic::measured)
                .mapToLong(each -> each.doubled.sum() + each.reordered.sum() + each.misrouted.sum())
                .sum();
        progress.show(String.format(
                Locale.ROOT,
                "%s: %s, %.0f of %.0f s; %,.0f published/s, %,.0f delivered/s; p50 %.2f ms, p99 %.2f ms;"
                        + " %,d doubled or out of order",
                scenario,
                phase,
                second.to(),
                (times.end() - times.begin()) / 1e9,
                second.perSecond(second.published()),
                second.perSecond(second.delivered()),
                second.delivery().p50(),
                second.delivery().p99(),
                wrong));
    }

    /// What came of it; the connections end.
    ///
    /// @param parameters what was asked for
    Result result(Parameters parameters) {
        Snapshot begun = before.orElseThrow();
        Snapshot ended = after.orElseThrow();
        double elapsed = (ended.counts().nanos() - begun.counts().nanos()) / 1e9;
        traffics.forEach(Traffic::close);
        add(
                "publishesPerSecond",
                "published",
                "1/s",
                (ended.counts().published() - begun.counts().published()) / elapsed);
        add(
                "acknowledgementsPerSecond",
                "acknowledged",
                "1/s",
                (ended.counts().acknowledged() - begun.counts().acknowledged()) / elapsed);
        add(
                "deliveriesPerSecond",
                "delivered",
                "1/s",
                (ended.counts().delivered() - begun.counts().delivered()) / elapsed);
        add(
                "deliveryMillis",
                "due until delivered",
                Percentiles.of(measured().delivery.all()));
        add(
                "acknowledgementMillis",
                "due until acknowledged",
                Percentiles.of(measured().acknowledgement.all()));
        add(
                "sendDelayMillisP99",
                "due until sent, p99",
                "ms",
                Percentiles.of(measured().lateness.all()).p99());
        add(
                "unsent",
                "due and never sent",
                "",
                traffics.stream().mapToLong(Traffic::unsent).sum());
        add("generatorCpu", "processor of the generator", "%", cpu(begun.own(), ended.own(), elapsed));
        if (begun.server().isPresent() && ended.server().isPresent()) {
            add(
                    "serverCpu",
                    "processor of the server",
                    "%",
                    cpu(begun.server().get(), ended.server().get(), elapsed));
            ended.server()
                    .get()
                    .rssBytes()
                    .ifPresent(bytes -> add("serverRssMegabytes", "memory of the server", "MB", bytes / MEGABYTE));
        }
        Verdict verdict =
                traffics.stream().map(Traffic::verdict).reduce(Verdict::and).orElseThrow();
        parameters.put("warmUpSeconds", setting.warmUp().toMillis() / 1e3);
        parameters.put("seconds", setting.measured().toMillis() / 1e3);
        parameters.put("format", setting.format().name().toLowerCase(Locale.ROOT));
        parameters.put("threads", setting.threads());
        return new Result(scenario, setting.targetNames(), parameters.tree(), figures, verdict, seconds);
    }

    private static double cpu(ProcessUsage from, ProcessUsage to, double elapsed) {
        return to.cpu().minus(from.cpu()).toNanos() / 1e7 / elapsed;
    }

    @Override
    public void close() {
        traffics.forEach(Traffic::close);
        sockets.close();
    }
}
