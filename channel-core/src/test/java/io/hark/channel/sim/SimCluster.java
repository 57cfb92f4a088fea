package io.hark.channel.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The nodes of a region, those that live and those that will again, with what is between them.
final class SimCluster {
    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final SimNetwork network;
    private final SimControl control;
    private final CommitWatch commits;
    private final Map<String, SimDisk> disks = new LinkedHashMap<>();
    private final Map<String, Long> clocksOff = new LinkedHashMap<>();
    private final Map<String, Integer> lives = new LinkedHashMap<>();
    private final Map<String, SimNode> nodes = new LinkedHashMap<>();
    private final Set<String> removed = new LinkedHashSet<>();

    SimCluster(Scheduler scheduler, SimConfig config, History history) {
        this.scheduler = scheduler;
        this.config = config;
        this.history = history;
        this.network = new SimNetwork(scheduler, config, history);
        this.control = new SimControl(scheduler, config, history);
        this.commits = new CommitWatch(history, control::state);
    }

    void start() {
        history.add(new Event.Began(config.cluster().planner().minIsr()));
        new SimController(this).start();
        ClusterConfig.names(config.cluster().nodes()).forEach(this::start);
    }

    /// A node that is new in the region.
    void add(String id) {
        history.add(new Event.Befell(id + " is added"));
        start(id);
    }

    private void start(String id) {
        if (nodes.containsKey(id) || removed.contains(id)) {
            return;
        }
        SimDisk disk = disks.computeIfAbsent(id, key -> new SimDisk(id, scheduler, config, history));
        nodes.put(id, new SimNode(this, id, lives.merge(id, 1, Integer::sum), disk));
    }

    /// How far a host's clock is off.
    long clockOffMillis(String id) {
        return clocksOff.getOrDefault(id, 0L);
    }

    void setClock(String id, long offMillis) {
        clocksOff.put(id, offMillis);
    }

    /// The node ends; it starts again after a while.
    void crash(SimNode node, String how, boolean losesPower) {
        history.add(new Event.Crashed(node.id(), how));
        node.crash(losesPower);
        nodes.remove(node.id());
        restartLater(node, losesPower, false);
    }

    /// The node ends, and comes back with an empty disk.
    void replaceDisk(SimNode node) {
        history.add(new Event.Crashed(node.id(), "disk"));
        node.crash(false);
        nodes.remove(node.id());
        restartLater(node, false, true);
    }

    void shutDown(SimNode node) {
        history.add(new Event.Crashed(node.id(), "shutdown"));
        node.shutDown();
        nodes.remove(node.id());
        restartLater(node, false, false);
    }

    /// The node ends for good.
    void remove(SimNode node) {
        history.add(new Event.Crashed(node.id(), "removal"));
        removed.add(node.id());
        node.crash(false);
        nodes.remove(node.id());
    }

    private void restartLater(SimNode node, boolean lostPower, boolean lostDisk) {
        // Long enough for everything that was on its way to clients to have arrived.
        scheduler.after(scheduler.between(25_000, scheduler.chance(0.2) ? 1_500_000 : 150_000), () -> {
            if (lostDisk) {
                node.disk().replace();
            } else if (lostPower) {
                node.disk().losePower();
            }
            start(node.id());
        });
    }

    /// Everything goes on from now on.
    void heal() {
        network.healAll();
        control.healAll();
        nodes.values().forEach(SimNode::goOn);
    }

    List<SimNode> nodes() {
        return new ArrayList<>(nodes.values());
    }

    boolean has(String id) {
        return nodes.containsKey(id) || disks.containsKey(id);
    }

    /// Nodes that clients can be sent to.
    List<SimNode> serving() {
        return nodes.values().stream().filter(SimNode::isServing).toList();
    }

    Scheduler scheduler() {
        return scheduler;
    }

    SimConfig config() {
        return config;
    }

    History history() {
        return history;
    }

    SimNetwork network() {
        return network;
    }

    SimControl control() {
        return control;
    }

    CommitWatch commits() {
        return commits;
    }
}
