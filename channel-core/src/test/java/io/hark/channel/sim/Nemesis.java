package io.hark.channel.sim;

import io.hark.channel.sim.SimNetwork.Way;
import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import io.hark.control.NodeEntry;
import io.hark.control.SlotAssignment;
import java.util.ArrayList;
import java.util.List;

/// What befalls nodes and links.
final class Nemesis {
    private static final int HAND_OVER_MICROS_MAX = 2_000_000;

    /// Longer than anything that a node does after a while.
    private static final int CLOCK_OFF_MILLIS_MAX = 30_000;

    /// One fault in so many comes with a clock that is set.
    private static final int CLOCKS_EVERY = 8;

    /// Where nodes hear of decisions late, slots are put elsewhere more often than other things happen.
    private static final int REPLACED_PER_FAULT = 3;

    private final SimCluster cluster;
    private final Scheduler scheduler;
    private final SimConfig config;
    private boolean over;
    private int added;

    Nemesis(SimCluster cluster) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.config = cluster.config();
    }

    void start() {
        if (config.cluster().lagMillis() > 0) {
            startReplacing();
        }
        strikeLater();
    }

    private void strikeLater() {
        scheduler.after(scheduler.between(1, 2 * config.faultEveryMillis()) * 1_000L, () -> {
            if (!over) {
                strike();
                strikeLater();
            }
        });
    }

    void end() {
        over = true;
    }

    private void startReplacing() {
        int millis = scheduler.views().nextInt(1, 2 * config.faultEveryMillis() / REPLACED_PER_FAULT);
        scheduler.after(millis * 1_000L, () -> {
            if (!over) {
                replace();
                startReplacing();
            }
        });
    }

    private void strike() {
        List<SimNode> nodes = cluster.nodes();
        if (nodes.isEmpty()) {
            return;
        }
        SimNode node = scheduler.pick(nodes);
        if (config.cluster().isOne()) {
            kill(node);
            return;
        }
        if (scheduler.clocks().nextInt(CLOCKS_EVERY) == 0) {
            setClock(node);
        }
        int micros = scheduler.between(50_000, scheduler.chance(0.3) ? 4_000_000 : 800_000);
        switch (scheduler.between(0, 19)) {
            case 0, 1, 2, 3 -> kill(node);
            case 4 -> {
                if (scheduler.chance(0.5)) {
                    nodes.forEach(each -> cluster.crash(each, "power", true));
                } else {
                    nodes.forEach(each -> cluster.crash(each, "process", false));
                }
            }
            case 5, 6 -> {
                befell(node.id() + " stands still for " + micros);
                node.pause(micros);
            }
            case 7 -> {
                befell(node.id() + " loses its sessions");
                others(node).forEach(other -> cluster.network().breakSession(node.id(), other));
            }
            case 8 ->
                others(node).stream().findFirst().ifPresent(other -> {
                    befell(node.id() + " loses its session with " + other);
                    cluster.network().breakSession(node.id(), other);
                });
            case 9, 10 -> partition(node, micros);
            case 11 -> isolateOwner();
            case 12 -> {
                befell(node.id() + " is cut off for " + micros);
                cluster.control().cutOff(node.id(), micros);
                others(node).forEach(other -> stall(node.id(), other, micros));
            }
            case 13 -> {
                befell(node.id() + " is cut off from what is decided for " + micros);
                cluster.control().cutOff(node.id(), micros);
            }
            case 14 ->
                others(node).forEach(other -> {
                    cluster.network().slowDown(new Way(node.id(), other), micros);
                    cluster.network().slowDown(new Way(other, node.id()), micros);
                });
            case 15 -> move();
            case 16 -> handOver(node);
            case 17 -> replaceDisk(node);
            case 18, 19 -> scale(node);
            default -> throw new IllegalStateException();
        }
    }

    private void setClock(SimNode node) {
        int offMillis = scheduler.clocks().nextInt(-CLOCK_OFF_MILLIS_MAX, CLOCK_OFF_MILLIS_MAX);
        befell("the clock of %s is off by %d ms from now on".formatted(node.id(), offMillis));
        cluster.setClock(node.id(), offMillis);
    }

    private void befell(String what) {
        cluster.history().add(new Event.Befell(what));
    }

    private void kill(SimNode node) {
        boolean losesPower = scheduler.chance(0.5);
        cluster.crash(node, losesPower ? "power" : "process", losesPower);
    }

    private List<String> others(SimNode node) {
        return cluster.nodes().stream()
                .map(SimNode::id)
                .filter(id -> !id.equals(node.id()))
                .toList();
    }

    private void partition(SimNode node, int micros) {
        List<String> others = others(node);
        if (others.isEmpty()) {
            return;
        }
        String other = scheduler.pick(others);
        if (scheduler.chance(0.5)) {
            befell("nothing gets from %s to %s for %d".formatted(node.id(), other, micros));
            cluster.network().stall(new Way(node.id(), other), micros);
        } else {
            befell("%s and %s are cut off for %d".formatted(node.id(), other, micros));
            stall(node.id(), other, micros);
        }
    }

    /// The owner of a slot goes on with just as many in-sync replicas as a commit takes, out of reach of all others and
    /// of the control log, for longer than it waits for the replicas that it misses.
    private void isolateOwner() {
        ControlState state = cluster.control().state();
        SlotAssignment slot = state.hasSlots() ? state.slots().get(scheduler.pick(config.slots())) : null;
        if (slot == null || !slot.hasOwner()) {
            return;
        }
        List<String> alone = new ArrayList<>(List.of(slot.owner()));
        slot.isr().stream()
                .filter(node -> !node.equals(slot.owner()))
                .limit(state.minIsr() - 1L)
                .forEach(alone::add);
        int micros = (int) config.slot().lagMax().toMillis() * 1_000 + scheduler.between(200_000, 1_500_000);
        befell("%s are cut off from all others for %d".formatted(alone, micros));
        for (String node : alone) {
            cluster.control().cutOff(node, micros);
            cluster.nodes().stream()
                    .map(SimNode::id)
                    .filter(other -> !alone.contains(other))
                    .forEach(other -> stall(node, other, micros));
        }
    }

    private void stall(String one, String other, int micros) {
        cluster.network().stall(new Way(one, other), micros);
        cluster.network().stall(new Way(other, one), micros);
    }

    private void move() {
        ControlState state = cluster.control().state();
        if (!state.hasSlots()) {
            return;
        }
        SlotAssignment slot = state.slots().get(scheduler.pick(config.slots()));
        String to = scheduler.pick(slot.isr());
        cluster.control()
                .propose(new ControlCommand.Move(List.of(new ControlCommand.Step(slot.slot(), slot.version(), to))));
    }

    /// A slot gets other replicas, as if nodes had come or gone, while some nodes hear of decisions late; its owner may
    /// end when one of the new ones has just joined. The planner takes the slot back sooner or later.
    private void replace() {
        ControlState state = cluster.control().state();
        for (SimNode node : cluster.nodes()) {
            if (scheduler.views().nextInt(3) == 0) {
                cluster.control().lag(node.id());
            }
        }
        if (!state.hasSlots()) {
            return;
        }
        SlotAssignment slot = state.slots().get(pick(config.slots()));
        List<String> live = new ArrayList<>(
                cluster.nodes().stream().map(SimNode::id).filter(state::isLive).toList());
        live.remove(slot.owner());
        List<String> replicas = new ArrayList<>(slot.hasOwner() ? List.of(slot.owner()) : List.of());
        while (!live.isEmpty() && replicas.size() < state.replicasWanted()) {
            String next = pick(live);
            live.remove(next);
            replicas.add(next);
        }
        if (replicas.size() < state.replicasWanted()) {
            return;
        }
        cluster.control()
                .propose(new ControlCommand.SetReplicas(
                        List.of(new ControlCommand.Replicas(slot.slot(), slot.version(), replicas))));
        if (scheduler.views().nextBoolean()) {
            scheduler.after(scheduler.views().nextInt(10_000, 1_500_000), () -> endOwner(slot));
        }
    }

    private void endOwner(SlotAssignment slot) {
        cluster.nodes().stream()
                .filter(node -> !over && node.id().equals(slot.owner()))
                .forEach(node -> cluster.crash(node, "process", false));
    }

    private <T> T pick(List<T> choices) {
        return choices.get(scheduler.views().nextInt(choices.size()));
    }

    private void handOver(SimNode node) {
        befell(node.id() + " hands over and restarts");
        node.drain();
        long deadline = scheduler.nowMicros() + HAND_OVER_MICROS_MAX;
        shutDownWhenDone(node, deadline);
    }

    private void shutDownWhenDone(SimNode node, long deadline) {
        scheduler.after(20_000, () -> {
            if (!node.isAlive()) {
                return;
            }
            if (node.hasHandedOver() || scheduler.nowMicros() > deadline) {
                cluster.shutDown(node);
            } else {
                shutDownWhenDone(node, deadline);
            }
        });
    }

    /// Only where another in-sync copy of every slot is on a node that lives, as the region knows it: no
    /// more copies are lost than may be.
    private void replaceDisk(SimNode node) {
        ControlState state = cluster.control().state();
        if (!config.cluster().wipes() || !state.hasSlots()) {
            return;
        }
        boolean spared = config.slots().stream()
                .map(state.slots()::get)
                .allMatch(slot -> slot.hasOwner()
                        && cluster.nodes().stream()
                                .filter(other -> other != node && slot.isr().contains(other.id()))
                                .anyMatch(other -> state.isCurrent(other.id(), other.incarnation())));
        if (spared) {
            cluster.replaceDisk(node);
        }
    }

    private void scale(SimNode node) {
        if (!config.cluster().scales()) {
            return;
        }
        if (scheduler.chance(0.5) && added < 2) {
            added++;
            cluster.add("n" + (config.cluster().nodes() + added));
            return;
        }
        ControlState state = cluster.control().state();
        long up = state.nodes().values().stream()
                .filter(entry -> entry.status() == NodeEntry.Status.UP)
                .count();
        boolean spared = state.hasSlots()
                && config.slots().stream()
                        .map(state.slots()::get)
                        .allMatch(slot -> slot.hasOwner()
                                && slot.isr().size() - (slot.isr().contains(node.id()) ? 1 : 0) >= state.minIsr());
        if (up > 3 && spared) {
            befell(node.id() + " is taken out");
            node.retire();
            takeOut(node);
        }
    }

    /// Its process ends once the others do without it.
    private void takeOut(SimNode node) {
        // One that was restarted meanwhile is to go all the same.
        cluster.nodes().stream().filter(each -> each.id().equals(node.id())).forEach(SimNode::retire);
        cluster.control().propose(new ControlCommand.Remove(node.id()));
        scheduler.after(200_000, () -> {
            ControlState state = cluster.control().state();
            boolean isOut = config.slots().stream()
                    .map(state.slots()::get)
                    .allMatch(slot -> slot.hasOwner()
                            && !slot.isr().contains(node.id())
                            && slot.isr().size() >= state.minIsr());
            if (isOut && state.node(node.id()).orElseThrow().status() == NodeEntry.Status.REMOVED) {
                cluster.nodes().stream()
                        .filter(each -> each.id().equals(node.id()))
                        .forEach(cluster::remove);
            } else {
                takeOut(node);
            }
        });
    }
}
