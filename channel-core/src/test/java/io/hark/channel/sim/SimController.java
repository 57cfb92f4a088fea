package io.hark.channel.sim;

import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import io.hark.control.NodeEntry;
import io.hark.control.Planner;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What the leader of the control log does: it suspects nodes that do not answer, now and then one that
/// does, and proposes what the planner wants.
final class SimController {
    private static final int LOOK_AGAIN_MICROS = 200_000;
    private static final long UNCHANGED_MICROS = 800_000;

    private final SimCluster cluster;
    private final Scheduler scheduler;
    private final Planner planner;
    private final Map<String, Long> silentSince = new LinkedHashMap<>();
    private Optional<ControlState> settled = Optional.empty();
    private long settledAt;

    SimController(SimCluster cluster) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.planner = new Planner(cluster.config().cluster().planner());
    }

    void start() {
        scheduler.after(scheduler.between(1, LOOK_AGAIN_MICROS), () -> {
            look();
            start();
        });
    }

    private void look() {
        ControlState state = cluster.control().state();
        Set<Planner.Suspect> suspects = suspects(state);
        boolean unchanged = settled.filter(before -> before == state).isPresent()
                && scheduler.nowMicros() - settledAt < UNCHANGED_MICROS;
        if (suspects.isEmpty() && unchanged) {
            return;
        }
        List<ControlCommand> commands = planner.next(state, suspects, scheduler.nowMicros() / 1_000);
        commands.forEach(cluster.control()::propose);
        settled = commands.isEmpty() ? Optional.of(state) : Optional.empty();
        settledAt = scheduler.nowMicros();
    }

    private Set<Planner.Suspect> suspects(ControlState state) {
        Set<Planner.Suspect> suspects = new LinkedHashSet<>();
        long detectMicros = cluster.config().cluster().detectMillis() * 1_000L;
        for (NodeEntry entry : new TreeMap<>(state.nodes()).values()) {
            String id = entry.id();
            boolean answers = cluster.control().reaches(id)
                    && cluster.nodes().stream().anyMatch(node -> node.id().equals(id) && !node.isPaused());
            if (answers) {
                silentSince.remove(id);
            } else {
                silentSince.putIfAbsent(id, scheduler.nowMicros());
            }
            boolean silent = !answers && scheduler.nowMicros() - silentSince.get(id) > detectMicros;
            if (silent || scheduler.fault(cluster.config().cluster().falseSuspicion())) {
                suspects.add(new Planner.Suspect(id, entry.incarnation()));
            }
        }
        return suspects;
    }
}
