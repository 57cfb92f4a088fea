package io.hark.launcher;

import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.control.Planner;
import io.hark.control.PlannerConfig;
import io.hark.history.RocksHistoryStore;
import io.hark.slot.NodeRouter;
import io.hark.slot.Peers;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// Handle: a region of one node, which decides alone.
final class LoneRegion implements Region {
    private static final String NO_ADDRESS = "";

    private final String node;
    private final String incarnation;
    private final RocksHistoryStore store;

    LoneRegion(String node, String incarnation, RocksHistoryStore store) {
        this.node = node;
        this.incarnation = incarnation;
        this.store = store;
    }

    @Override
    public ControlLog control() {
        return store.controlLog();
    }

    @Override
    public Peers peers() {
        return Peers.NONE;
    }

    @Override
    public void join(NodeRouter router) {
        propose(new ControlCommand.Register(
                node, incarnation, NO_ADDRESS, 1, !store.mayHaveLost(), store.dirtySlots()));
        store.lossIsKnown().toCompletableFuture().join();
        Planner planner = new Planner(PlannerConfig.single(node));
        planner.next(control().state(), Set.of(), 0).forEach(this::propose);
        control().onChange(state -> follow(router, state));
        follow(router, control().state());
    }

    private void propose(ControlCommand command) {
        control().propose(command).toCompletableFuture().join();
    }

    private void follow(NodeRouter router, ControlState state) {
        router.decided(state, state.isCurrent(node, incarnation));
    }

    @Override
    public Optional<String> unready() {
        return Optional.empty();
    }

    @Override
    public void handOver(Duration within) {
        // There is nobody to take it.
    }

    @Override
    public void close() {
        // The store closes its control log.
    }
}
