package io.hark.channel.sim;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.ChannelStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One run: a node that crashes and comes back, its clients, and the end, when everything is let come to rest.
final class Simulation {
    private static final int ACT_MICROS = 12_000;
    private static final int REST_MILLIS = 2_000;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final SimDisk disk;
    private final List<SimClient> clients = new ArrayList<>();
    private final SimRest rest;
    private Optional<SimNode> node = Optional.empty();
    private int epoch;
    private boolean acting = true;

    private Simulation(long seed, PlantedBug bug) {
        this.scheduler = new Scheduler(seed);
        this.config = SimConfig.of(scheduler, bug);
        this.history = new History(scheduler);
        this.disk = new SimDisk(scheduler, config, history);
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
        start();
        for (int number = 0; number < config.clients(); number++) {
            SimClient client = new SimClient(this, number);
            clients.add(client);
            client.connect();
            act(client);
        }
        actByRest();
        scheduleCrash();
        scheduler.runUntil(config.runMillis() * 1_000L);
        comeToRest();
    }

    private void act(SimClient client) {
        scheduler.after(scheduler.between(1, ACT_MICROS), () -> {
            if (acting) {
                client.act();
                act(client);
            }
        });
    }

    private void actByRest() {
        scheduler.after(scheduler.between(1, 10 * ACT_MICROS), () -> {
            if (acting) {
                rest.publish(scheduler.pick(config.channels()));
                actByRest();
            }
        });
    }

    private void scheduleCrash() {
        scheduler.after(scheduler.between(1, 2 * config.crashEveryMillis()) * 1_000L, () -> {
            if (acting) {
                node.ifPresent(alive -> crash(alive, scheduler.chance(0.5)));
                scheduleCrash();
            }
        });
    }

    private void start() {
        epoch++;
        node = Optional.of(new SimNode(
                scheduler, config, history, disk, epoch, () -> node.ifPresent(alive -> crash(alive, false))));
    }

    private void crash(SimNode alive, boolean losesPower) {
        history.add(new Event.Crashed(losesPower ? "power" : "process"));
        alive.crash();
        node = Optional.empty();
        // Long enough for everything that was on its way to clients to have arrived.
        scheduler.after(scheduler.between(25_000, 120_000), () -> {
            if (losesPower) {
                disk.losePower();
            }
            start();
        });
    }

    private void comeToRest() {
        acting = false;
        scheduler.calm();
        clients.forEach(SimClient::readOn);
        pass(REST_MILLIS);
        // A last entry on every channel: what a feed has lost shows when the next entry comes.
        config.channels().forEach(rest::publish);
        pass(SimConfig.GRACE_MILLIS + REST_MILLIS);
        for (ChannelId channel : config.channels()) {
            node.orElseThrow().router().status(channel).thenAccept(answer -> {
                if (answer instanceof Answer.Ok<ChannelStatus>(var status)) {
                    history.add(new Event.OwnerMembers(channel.name(), MemberTexts.members(status.members())));
                }
            });
        }
        pass(REST_MILLIS);
        clients.forEach(client -> client.atRest().forEach(history::add));
        rest.atRest().forEach(history::add);
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

    /// The node while it is up.
    Optional<SimNode> node() {
        return node;
    }
}
