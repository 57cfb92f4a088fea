package io.hark.channel.sim;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import io.hark.control.NodeEntry;
import io.hark.slot.NodeRouter;
import io.hark.slot.SlotProbe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One life of a node, from its start to its crash: the real router on two loops, and the transports that it
/// serves.
final class SimNode {
    private static final long WALL_CLOCK_START = 1_700_000_000_000L;
    private static final int REGISTER_AGAIN_MICROS = 300_000;
    private static final int SILENT_MICROS_MAX = 1_500_000;

    private final SimCluster cluster;
    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final String id;
    private final SimDisk disk;
    private final SimStore store;
    private final SimNetwork.End links;
    private final PlantedLinks planted;
    private final NodeRouter router;
    private final SlotProbe probe;
    private final CommitWatch.Follower commits;
    private final List<SimLoop> loops = new ArrayList<>();
    private final List<SimFrontend> frontends = new ArrayList<>();
    private final List<ServerTransport> transports = new ArrayList<>();
    private final Map<String, ServerTransport> newest = new LinkedHashMap<>();
    private final Map<String, Map<ChannelId, ChannelPolicy>> presentOn = new LinkedHashMap<>();
    private final String life;
    private List<Integer> dirty;
    private boolean clean;
    private int incarnations = 1;
    private boolean joined;
    private boolean current;
    private Optional<ControlState> learned = Optional.empty();
    private boolean alive = true;
    private boolean draining;
    private long pausedUntil;
    private long aliveAt;
    private long controlAt;

    SimNode(SimCluster cluster, String id, int life, SimDisk disk) {
        this.cluster = cluster;
        this.scheduler = cluster.scheduler();
        this.config = cluster.config();
        this.history = cluster.history();
        this.id = id;
        this.life = id + "." + life;
        this.disk = disk;
        boolean tellsSlots = config.cluster().tellsDirtySlots();
        this.clean = disk.lost().isEmpty() || tellsSlots;
        this.dirty = tellsSlots ? disk.lost() : List.of();
        this.aliveAt = scheduler.nowMicros();
        this.controlAt = scheduler.nowMicros();
        this.store = new SimStore(scheduler, config, disk, this::tapped, this::promised, this::leads);
        for (int i = 0; i < 2; i++) {
            SimLoop loop = new SimLoop(scheduler, config, this::lookAtCommits);
            loops.add(loop);
            frontends.add(new SimFrontend(this, loop));
        }
        this.links = cluster.network().end(id);
        this.planted = new PlantedLinks(config, this, links);
        this.router = new NodeRouter(
                loops,
                id,
                SimConfig.REGION,
                store,
                planted,
                config.slot(),
                this::millis,
                this::wallMillis,
                this::propose,
                this::failed);
        this.probe = new SlotProbe(router);
        this.commits = cluster.commits().follow(this, config.slots());
        router.distrust(dirty);
        cluster.control().follow(id, this::follow);
        if (config.has(PlantedBug.LINKED_BEFORE_REGISTERED)) {
            joined = true;
            planted.start(router);
        }
        register();
        tick();
    }

    private int promised(int slot) {
        return probe.promised(slot);
    }

    private boolean leads(int slot) {
        return probe.leads(slot);
    }

    void lookAtCommits() {
        commits.look();
    }

    private void tapped(List<Append> batch) {
        if (config.has(PlantedBug.DELIVER_BEFORE_COMMIT)) {
            for (Append append : batch) {
                append.record()
                        .channel()
                        .ifPresent(channel ->
                                frontends.forEach(frontend -> frontend.loop().execute(() -> {
                                    frontend.entered(channel, SimFrontend.entry(append), true);
                                    frontend.pump();
                                })));
            }
        }
    }

    private void failed(Throwable failure) {
        if (failure instanceof IllegalStateException) {
            history.add(new Event.Alarm(id + ": " + failure.getMessage()));
        }
        // The loop is in the middle of a turn.
        scheduler.after(1, () -> {
            if (alive) {
                cluster.crash(this, "its store fails", false);
            }
        });
    }

    // ---- what the region decides

    String incarnation() {
        return life + "." + incarnations;
    }

    private void register() {
        if (!alive || current) {
            return;
        }
        boolean silent = config.has(PlantedBug.LOSS_NOT_TOLD);
        cluster.control()
                .propose(
                        id,
                        new ControlCommand.Register(
                                id, incarnation(), id, 1, clean || silent, silent ? List.of() : dirty));
        scheduler.after(REGISTER_AGAIN_MICROS, this::register);
    }

    private void propose(ControlCommand command) {
        if (config.has(PlantedBug.ISR_SHRUNK_LOCALLY)
                && command instanceof ControlCommand.ChangeIsr(var changes)
                && learned.isPresent()
                && changes.stream()
                        .anyMatch(change -> change.isr().size()
                                < learned.get().slots().get(change.slot()).isr().size())) {
            ControlState own = learned.get().apply(command);
            scheduler.after(1, () -> router.decided(own, current));
        }
        planted.proposed(command);
        cluster.control().propose(id, command);
    }

    private void follow(ControlState state) {
        if (!alive) {
            return;
        }
        boolean was = current;
        current = state.isCurrent(id, incarnation());
        learned = Optional.of(state);
        planted.decided(state);
        router.decided(state, current);
        if (current && !was) {
            // Whatever it lost with its last life, the region knows.
            clean = true;
            dirty = List.of();
            disk.lossIsKnown();
            if (!joined) {
                joined = true;
                planted.start(router);
            }
        }
        boolean over = was && !current;
        boolean unknown = state.node(id)
                .filter(entry -> entry.incarnation().equals(incarnation()))
                .filter(entry -> entry.status() == NodeEntry.Status.DOWN)
                .isPresent();
        if ((over || unknown) && !draining) {
            incarnations++;
            register();
        }
    }

    /// Does not come back once it is taken out.
    void retire() {
        draining = true;
    }

    boolean isCurrent() {
        return current;
    }

    /// Gives away what it owns, then ends; @return whether it may end now.
    boolean hasHandedOver() {
        return learned.filter(state -> state.hasSlots()
                        && config.slots().stream()
                                .noneMatch(slot -> state.slots().get(slot).isOwnedBy(id)))
                .isPresent();
    }

    void drain() {
        draining = true;
        cluster.control().propose(id, new ControlCommand.Drain(id, incarnation()));
    }

    // ---- time

    private void tick() {
        scheduler.after(config.tickMicros(), () -> {
            if (!alive) {
                return;
            }
            router.tick();
            disk.expire(wallMillis(), probe::committedLsn);
            loops.getFirst().execute(() -> aliveAt = scheduler.nowMicros());
            if (cluster.control().reaches(id)) {
                controlAt = scheduler.nowMicros();
            } else if (!isServing()) {
                // Its clients are told to go elsewhere.
                List.copyOf(transports).forEach(transport -> transport.loop().execute(transport::close));
            }
            transports.removeIf(ServerTransport::isEnded);
            tick();
        });
    }

    private long millis() {
        return scheduler.nowMicros() / 1000;
    }

    long wallMillis() {
        return WALL_CLOCK_START + millis() + cluster.clockOffMillis(id);
    }

    /// The process stands still for so long.
    void pause(int micros) {
        pausedUntil = scheduler.nowMicros() + micros;
        loops.forEach(loop -> loop.pause(pausedUntil));
        cluster.network().standsStill(id, micros);
    }

    boolean isPaused() {
        return scheduler.nowMicros() < pausedUntil;
    }

    void goOn() {
        pausedUntil = 0;
        loops.forEach(loop -> loop.pause(0));
    }

    /// When its loops last moved.
    long aliveAt() {
        return aliveAt;
    }

    /// Whether it takes clients.
    boolean isServing() {
        return alive && joined && scheduler.nowMicros() - controlAt < SILENT_MICROS_MAX;
    }

    /// @param silently whether its peers must find out by themselves
    void crash(boolean silently) {
        alive = false;
        cluster.control().leave(id);
        loops.forEach(SimLoop::kill);
        store.kill();
        links.die(silently);
        transports.forEach(ServerTransport::nodeDied);
    }

    void shutDown() {
        store.close();
        crash(false);
    }

    boolean isAlive() {
        return alive;
    }

    // ---- clients

    /// A client opens a transport; if its connection has another one here, that ends first.
    void open(ServerTransport transport) {
        if (!isServing()) {
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

    SimCluster cluster() {
        return cluster;
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

    String id() {
        return id;
    }

    SimDisk disk() {
        return disk;
    }

    SimStore store() {
        return store;
    }

    NodeRouter router() {
        return router;
    }

    SlotProbe probe() {
        return probe;
    }
}
