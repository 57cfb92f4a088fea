package io.hark.jepsen;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Handle: starts nodes again that ended by themselves, at once, as whoever runs nodes has something that
/// does; and writes each such end into the history.
final class Caretaker implements AutoCloseable {
    /// What the time is called in which a node that ended by itself is down.
    static final String ENDED = "(ended by itself)";

    /// Of all nodes together; the run ends without those that end more often.
    private static final int STARTS_MAX = 30;

    private static final int LOOK_AGAIN_MILLIS = 50;

    private final Cluster cluster;
    private final History.Recorder history;

    /// Nodes that a fault has taken down, or keeps from running.
    private final Set<Integer> excused = new HashSet<>();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("hark-jepsen-caretaker").factory());
    private int starts;
    private boolean closed;

    Caretaker(Cluster cluster, History.Recorder history) {
        this.cluster = cluster;
        this.history = history;
        var unused =
                timer.scheduleWithFixedDelay(this::look, LOOK_AGAIN_MILLIS, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// Leaves the node to a fault.
    synchronized void excuse(int node) {
        excused.add(node);
    }

    /// Takes the node back from a fault, and starts it unless it runs.
    synchronized void attend(int node) throws IOException {
        excused.remove(node);
        if (!cluster.isRunning(node)) {
            cluster.launch(node);
        }
    }

    private synchronized void look() {
        for (Cluster.End end : cluster.ended()) {
            if (end.isSurprise()) {
                history.record(micros -> new Event.Ended(micros, end.node(), end.exitCode()));
            }
            if (!closed && !excused.contains(end.node())) {
                startAgain(end.node());
            }
        }
    }

    private void startAgain(int node) {
        String what = "%s node=%d".formatted(ENDED, node);
        history.record(micros -> new Event.Faulted(micros, true, what));
        if (++starts > STARTS_MAX) {
            violated("%s is not started again: there were %d starts".formatted(ClusterSpec.name(node), STARTS_MAX));
            return;
        }
        try {
            cluster.launch(node);
        } catch (IOException | RuntimeException e) {
            violated("%s cannot be started again: %s".formatted(ClusterSpec.name(node), e));
        }
        history.record(micros -> new Event.Faulted(micros, false, what));
    }

    private void violated(String rule) {
        history.record(micros -> new Event.Violated(micros, Event.Violated.OPERATOR, rule));
    }

    /// Ends that it has not seen yet are written down, and nothing is started any more.
    @Override
    public void close() {
        timer.shutdown();
        synchronized (this) {
            closed = true;
            look();
        }
    }
}
