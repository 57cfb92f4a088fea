package io.hark.channel.sim;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.ChannelStatus;
import java.util.ArrayList;
import java.util.List;

/// One run: nodes that crash and come back, their clients, and the end, when everything is let come to rest.
final class Simulation {
    private static final int REST_MILLIS = 2_000;
    private static final int CLUSTER_REST_MILLIS = 10_000;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final SimCluster cluster;
    private final Nemesis nemesis;
    private final List<SimClient> clients = new ArrayList<>();
    private final SimRest rest;
    private final SimMessages messages;
    private boolean acting = true;

    private Simulation(long seed, PlantedBug bug) {
        this.scheduler = new Scheduler(seed);
        this.config = SimConfig.of(scheduler, bug);
        this.history = new History(scheduler);
        this.cluster = new SimCluster(scheduler, config, history);
        this.nemesis = new Nemesis(cluster);
        this.messages = new SimMessages(scheduler, history);
        this.rest = new SimRest(this);
    }

    /// Value: what came of a run.
    record Outcome(long seed, SimConfig config, History history, List<Anomaly> anomalies, long steps) {}

    static Outcome run(long seed, PlantedBug bug) {
        Simulation simulation = new Simulation(seed, bug);
        simulation.run();
        List<Anomaly> anomalies = new Checker().check(simulation.history.events());
        return new Outcome(seed, simulation.config, simulation.history, anomalies, simulation.scheduler.steps());
    }

    private void run() {
        cluster.start();
        for (int number = 0; number < config.clients(); number++) {
            SimClient client = new SimClient(this, number);
            clients.add(client);
            client.connect();
            act(client);
        }
        actByRest();
        nemesis.start();
        scheduler.runUntil(config.runMillis() * 1_000L);
        comeToRest();
    }

    private void act(SimClient client) {
        scheduler.after(scheduler.between(1, config.actMicros()), () -> {
            if (acting) {
                client.act();
                act(client);
            }
        });
    }

    private void actByRest() {
        scheduler.after(scheduler.between(1, 10 * config.actMicros()), () -> {
            if (acting) {
                rest.publish(scheduler.pick(config.channels()));
                actByRest();
            }
        });
    }

    private void comeToRest() {
        acting = false;
        nemesis.end();
        scheduler.calm();
        cluster.heal();
        clients.forEach(SimClient::readOn);
        pass(config.cluster().isOne() ? REST_MILLIS : CLUSTER_REST_MILLIS);
        // Nobody speaks of the channels meanwhile: whose connections are gone must be found out without.
        pass((int) config.graceMillis() + REST_MILLIS);
        for (SimNode node : cluster.nodes()) {
            for (ChannelId channel : config.channels()) {
                node.router().status(channel).thenAccept(answer -> {
                    if (answer instanceof Answer.Ok<ChannelStatus>(var status)) {
                        history.add(new Event.OwnerMembers(
                                node.id(), channel.name(), MemberTexts.members(status.members())));
                    }
                });
            }
        }
        cluster.nodes().forEach(messages::lookAtAll);
        // A last entry on every channel: what a feed has lost shows when the next entry comes.
        config.channels().forEach(rest::publishLast);
        pass(REST_MILLIS);
        clients.forEach(client -> client.atRest().forEach(history::add));
        rest.atRest().forEach(history::add);
        new RestingCluster(cluster).events().forEach(history::add);
    }

    private void pass(int millis) {
        scheduler.runUntil(scheduler.nowMicros() + millis * 1_000L);
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

    SimMessages messages() {
        return messages;
    }

    SimCluster cluster() {
        return cluster;
    }
}
