package io.hark.channel.sim;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.LocalChannelRouter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One life of the node, from its start to its crash: the real router on two loops, and the transports that it serves.
final class SimNode {
    private static final int TICK_MICROS = 50_000;
    private static final long WALL_CLOCK_START = 1_700_000_000_000L;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final SimDisk disk;
    private final SimStore store;
    private final List<SimLoop> loops = new ArrayList<>();
    private final List<SimFrontend> frontends = new ArrayList<>();
    private final List<ServerTransport> transports = new ArrayList<>();
    private final Map<String, ServerTransport> newest = new LinkedHashMap<>();
    private final Map<String, Map<ChannelId, ChannelPolicy>> presentOn = new LinkedHashMap<>();
    private final LocalChannelRouter router;
    private boolean alive = true;

    /// @param died called when the store fails
    SimNode(Scheduler scheduler, SimConfig config, History history, SimDisk disk, int epoch, Runnable died) {
        this.scheduler = scheduler;
        this.config = config;
        this.history = history;
        this.disk = disk;
        this.store = new SimStore(scheduler, config, disk, this::tapped);
        for (int i = 0; i < 2; i++) {
            SimLoop loop = new SimLoop(scheduler, config);
            loops.add(loop);
            frontends.add(new SimFrontend(this, loop));
        }
        this.router = LocalChannelRouter.open(
                loops, store, SimConfig.REGION, epoch, config.router(), this::wallMillis, failure -> died.run());
        tick();
    }

    private void tapped(List<Append> batch) {
        if (config.has(PlantedBug.DELIVER_BEFORE_COMMIT)) {
            for (Append append : batch) {
                append.channel()
                        .ifPresent(channel ->
                                frontends.forEach(frontend -> frontend.loop().execute(() -> {
                                    frontend.entered(channel, append.entry(), true);
                                    frontend.pump();
                                })));
            }
        }
    }

    private void tick() {
        scheduler.after(TICK_MICROS, () -> {
            if (alive) {
                router.tick();
                disk.expire(wallMillis());
                tick();
            }
        });
    }

    long wallMillis() {
        return WALL_CLOCK_START + scheduler.nowMicros() / 1000;
    }

    void crash() {
        alive = false;
        loops.forEach(SimLoop::kill);
        store.kill();
        transports.forEach(ServerTransport::nodeDied);
    }

    boolean isAlive() {
        return alive;
    }

    /// A client opens a transport; if its connection has another one, that ends first.
    void open(ServerTransport transport) {
        if (!alive) {
            transport.nodeDied();
            return;
        }
        transports.add(transport);
        transport.loop().execute(() -> {
            ServerTransport older = newest.get(transport.connection());
            if (older != null && older.generation() > transport.generation()) {
                return; // Overtaken on its way by one that the client opened later.
            }
            newest.put(transport.connection(), transport);
            if (older == null || config.has(PlantedBug.OLD_TRANSPORT_NOT_FENCED)) {
                transport.connected();
            } else {
                older.displace(() -> transport.loop().execute(transport::connected));
            }
        });
    }

    /// Channels where the connection has members, and how they are kept.
    Map<ChannelId, ChannelPolicy> presentOn(String connection) {
        return presentOn.computeIfAbsent(connection, key -> new LinkedHashMap<>());
    }

    SimFrontend anyFrontend() {
        return scheduler.pick(frontends);
    }

    /// How the channel's next entry is kept.
    ChannelPolicy policy(ChannelId channel) {
        return scheduler.chance(config.shortPolicyChance()) ? config.shortPolicy() : config.policy(channel);
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

    SimStore store() {
        return store;
    }

    LocalChannelRouter router() {
        return router;
    }
}
