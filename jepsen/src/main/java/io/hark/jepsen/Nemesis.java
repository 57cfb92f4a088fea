package io.hark.jepsen;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Blocking: carries out a [Schedule] and writes into the history what it does. A step waits until the
/// cluster has recovered from those before, so that no more than a minority suffers at once, unless the
/// schedule says otherwise.
final class Nemesis implements AutoCloseable {
    /// What the time after a fault is called in which nodes or copies are still missing.
    static final String RECOVERY = "(recovery)";

    private static final Duration RECOVERS_WITHIN = Duration.ofSeconds(180);
    private static final Duration UNDONE_WITHIN = Duration.ofSeconds(300);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);
    private static final Duration DRAINS_WITHIN = Duration.ofSeconds(60);
    private static final int LOOK_AGAIN_MILLIS = 400;

    private final Cluster cluster;
    private final NodeApi api;
    private final History.Recorder history;
    private final Caretaker caretaker;
    private final Set<Integer> members = new ConcurrentSkipListSet<>();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("hark-jepsen-nemesis-", 0).factory());

    /// Faults that are not undone yet.
    private final Phaser open = new Phaser(1);

    /// @param members nodes that run
    Nemesis(Cluster cluster, NodeApi api, History.Recorder history, List<Integer> members) {
        this.cluster = cluster;
        this.api = api;
        this.history = history;
        this.members.addAll(members);
        this.caretaker = new Caretaker(cluster, history);
    }

    /// Since the history began.
    long micros() {
        return history.micros();
    }

    /// Nodes that belong to the region and serve.
    List<Integer> servingMembers() throws InterruptedException {
        List<Integer> serving = new ArrayList<>();
        for (int node : members) {
            if (api.notReady(node).isEmpty()) {
                serving.add(node);
            }
        }
        return serving;
    }

    /// Carries out all steps that begin before `end`, undoes them and waits until the cluster has recovered.
    ///
    /// @throws TimeoutException when it does not recover, after which nothing more is done to it
    void run(Schedule schedule, Duration end) throws InterruptedException, TimeoutException {
        carryOut(schedule, end);
        awaitRecovery();
    }

    /// Carries out all steps that begin before `end`, and undoes them.
    ///
    /// @throws TimeoutException when it does not recover, after which nothing more is done to it
    void carryOut(Schedule schedule, Duration end) throws InterruptedException, TimeoutException {
        long beganMicros = history.micros();
        for (Schedule.Step step : schedule.steps()) {
            if (step.after().compareTo(end) >= 0) {
                break;
            }
            sleepUntil(beganMicros, step.after());
            if (!step.overlaps()) {
                awaitUndone();
                awaitRecovery();
            }
            if (history.micros() - beganMicros >= TimeUnit.MILLISECONDS.toMicros(end.toMillis())) {
                break;
            }
            Phaser here = open;
            here.register();
            threads.execute(() -> {
                try {
                    suffer(step.fault(), step.lasts());
                } finally {
                    here.arriveAndDeregister();
                }
            });
        }
        sleepUntil(beganMicros, end);
        awaitUndone();
    }

    private void awaitUndone() throws InterruptedException, TimeoutException {
        try {
            open.awaitAdvanceInterruptibly(open.arrive(), UNDONE_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new TimeoutException("faults are not undone after " + UNDONE_WITHIN);
        }
    }

    private void sleepUntil(long beganMicros, Duration after) throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep(beganMicros + after.toNanos() / 1_000 - history.micros());
    }

    /// Carries out one fault and undoes it.
    void suffer(Fault fault, Duration lasts) {
        history.record(micros -> new Event.Faulted(micros, true, fault.text()));
        try {
            begin(fault);
            TimeUnit.MILLISECONDS.sleep(lasts.toMillis());
            end(fault);
        } catch (IOException | RuntimeException e) {
            history.record(micros -> new Event.Violated(
                    micros, Event.Violated.OPERATOR, "%s went wrong: %s".formatted(fault.text(), e)));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        history.record(micros -> new Event.Faulted(micros, false, fault.text()));
    }

    /// What goes on while a fault lasts.
    interface During {
        void happens() throws Exception;
    }

    /// Carries out one fault, and undoes it when `during` has come to its end.
    void suffer(Fault fault, During during) throws Exception {
        history.record(micros -> new Event.Faulted(micros, true, fault.text()));
        begin(fault);
        try {
            during.happens();
        } finally {
            end(fault);
            history.record(micros -> new Event.Faulted(micros, false, fault.text()));
        }
    }

    private void begin(Fault fault) throws IOException, InterruptedException {
        switch (fault) {
            case Fault.Kill(int node) -> {
                caretaker.excuse(node);
                cluster.kill(node);
            }
            case Fault.Pause(int node) -> cluster.pause(node);
            case Fault.Isolate(int node, Cluster.Cut cut) -> cluster.cut(node, cut);
            case Fault.Slow(int node, int delayMillis, int bytesPerSecond) ->
                cluster.slow(node, Duration.ofMillis(delayMillis), bytesPerSecond);
            case Fault.FillDisk(int node) -> {
                caretaker.excuse(node);
                cluster.fillDisk(node);
            }
            case Fault.Restart(int node) -> {
                terminate(node);
                caretaker.attend(node);
            }
            case Fault.Join(int node) -> {
                caretaker.attend(node);
                members.add(node);
            }
            case Fault.Leave(int node) -> leave(node);
        }
    }

    private void end(Fault fault) throws IOException {
        switch (fault) {
            case Fault.Kill(int node) -> caretaker.attend(node);
            case Fault.Pause(int node) -> cluster.resume(node);
            case Fault.Isolate(int node, Cluster.Cut cut) -> cluster.heal(node);
            case Fault.Slow slow -> cluster.quicken(slow.node());
            case Fault.FillDisk(int node) -> {
                cluster.freeDisk(node);
                caretaker.attend(node);
            }
            case Fault.Restart ignored -> {}
            case Fault.Join ignored -> {}
            case Fault.Leave ignored -> {}
        }
    }

    private void terminate(int node) throws InterruptedException {
        caretaker.excuse(node);
        Optional<Integer> exit = cluster.terminate(node, ENDS_WITHIN);
        if (!exit.equals(Optional.of(0))) {
            history.record(micros -> new Event.Violated(
                    micros,
                    Event.Violated.OPERATOR,
                    "%s was told to end and %s"
                            .formatted(
                                    ClusterSpec.name(node),
                                    exit.map(code -> "ended with " + code).orElse("did not within " + ENDS_WITHIN))));
        }
    }

    private void leave(int node) throws IOException, InterruptedException {
        int other =
                members.stream().filter(member -> member != node).findFirst().orElseThrow();
        drain(node);
        terminate(node);
        members.remove(node);
        api.order(other, "remove", node);
    }

    /// Has the node give away what it owns, and waits until it has.
    void drain(int node) throws IOException, InterruptedException {
        int other =
                members.stream().filter(member -> member != node).findFirst().orElseThrow();
        api.order(other, "drain", node);
        long deadline = System.nanoTime() + DRAINS_WITHIN.toNanos();
        while (api.state(other).owned(node) > 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException("%s still owns %d slots after %s"
                        .formatted(ClusterSpec.name(node), api.state(other).owned(node), DRAINS_WITHIN));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        }
    }

    /// Waits until all members serve and every slot has all its copies; how long that takes is in the
    /// history, too.
    ///
    /// @throws TimeoutException when that takes too long
    void awaitRecovery() throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + RECOVERS_WITHIN.toNanos();
        List<String> missing = missing();
        if (missing.isEmpty()) {
            return;
        }
        history.record(micros -> new Event.Faulted(micros, true, RECOVERY));
        while (!missing.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException(
                        "the cluster did not recover within %s: %s".formatted(RECOVERS_WITHIN, missing));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            missing = missing();
        }
        history.record(micros -> new Event.Faulted(micros, false, RECOVERY));
    }

    private List<String> missing() throws InterruptedException {
        List<String> missing = new ArrayList<>();
        for (int node : members) {
            api.notReady(node).ifPresent(why -> missing.add("%s: %s".formatted(ClusterSpec.name(node), why)));
        }
        if (missing.isEmpty()) {
            try {
                NodeApi.RegionState state = api.state(members.iterator().next());
                if (!state.isWhole() || state.live().size() < members.size()) {
                    missing.add("%d of %d slots have all copies, %d are moving, %d of %d nodes are up"
                            .formatted(
                                    state.full(),
                                    state.slots(),
                                    state.moving(),
                                    state.live().size(),
                                    members.size()));
                }
            } catch (IOException e) {
                missing.add("no state of the region: " + e.getMessage());
            }
        }
        return missing;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        caretaker.close();
    }
}
