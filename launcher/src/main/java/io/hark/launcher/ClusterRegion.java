package io.hark.launcher;

import io.hark.cluster.control.Controller;
import io.hark.cluster.control.RaftConfig;
import io.hark.cluster.control.RaftTimeouts;
import io.hark.cluster.control.RatisControlLog;
import io.hark.cluster.link.GrpcPeers;
import io.hark.cluster.link.LinkIdentity;
import io.hark.cluster.link.LinkLimits;
import io.hark.cluster.link.LinkSockets;
import io.hark.cluster.link.LinkTls;
import io.hark.cluster.membership.Discovery;
import io.hark.cluster.membership.Life;
import io.hark.cluster.membership.Membership;
import io.hark.cluster.membership.MembershipConfig;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.control.NodeEntry;
import io.hark.control.Planner;
import io.hark.control.PlannerConfig;
import io.hark.control.SlotAssignment;
import io.hark.history.RocksHistoryStore;
import io.hark.slot.NodeRouter;
import io.hark.slot.Peers;
import io.hark.slot.PlantedBug;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: a region of several nodes, which decide together.
final class ClusterRegion implements Region {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterRegion.class);
    private static final long CUT_OFF_MILLIS = 3_000;

    /// Slots that change their owner, and slots that are copied, at once.
    private static final int MOVES_MAX = 32;
    private static final Duration MOVES_EVERY = Duration.ofMillis(100);

    private static final int COPIES_MAX = 64;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    /// Kept beside the store once the region knows of it: a node that the region knows and that has no
    /// such file has lost its disk. There once the node has been part of the region.
    static final String MEMBER_FILE = "member-of";

    static final String CONTROL_DIR = "control";

    private final NodeConfig config;
    private final ClusterConfig cluster;
    private final String life;
    private final RocksHistoryStore store;
    private final NodeFiles files;
    private final RatisControlLog control;
    private final GrpcPeers peers;
    private final NodeMetrics metrics;
    private final PlantedBug planted;
    private final Set<String> measured = new HashSet<>();
    private final AtomicInteger registrations = new AtomicInteger();
    private volatile String incarnation;
    private volatile boolean joined;
    private volatile boolean leaving;
    private volatile Optional<Membership> membership = Optional.empty();
    private volatile Optional<Controller> controller = Optional.empty();

    /// @param life   of this process
    /// @param secret what nodes prove to each other that they know
    ClusterRegion(
            NodeConfig config,
            ClusterConfig cluster,
            String life,
            RocksHistoryStore store,
            byte[] secret,
            NodeMetrics metrics,
            LinkSockets sockets,
            PlantedBug planted) {
        this.metrics = metrics;
        this.planted = planted;
        this.config = config;
        this.cluster = cluster;
        this.life = life;
        this.incarnation = life;
        this.store = store;
        this.files = new NodeFiles(config.data());
        this.control = RatisControlLog.open(new RaftConfig(
                config.region(),
                config.node(),
                cluster.controlAddress(),
                cluster.controlVoters(),
                config.data().resolve(CONTROL_DIR),
                RaftTimeouts.DEFAULT));
        this.peers = new GrpcPeers(
                new LinkIdentity(config.node(), () -> incarnation, config.region(), secret),
                cluster.linkAddress(),
                cluster.tls().map(tls -> new LinkTls(tls.key(), tls.chain(), tls.authority())),
                LinkLimits.forHeap(Runtime.getRuntime().maxMemory()),
                sockets);
    }

    @Override
    public ControlLog control() {
        return control;
    }

    @Override
    public Peers peers() {
        return peers;
    }

    @Override
    public void join(NodeRouter router) {
        membership = Optional.of(Membership.join(membershipConfig(), new Life(config.node(), life), this::seen));
        controller = Optional.of(Controller.start(control, planned(), planner(), membership.get()::present));
        bringOwnDecisions();
        register();
        files.write(MEMBER_FILE, config.region());
        router.distrust(store.dirtySlots());
        joined = true;
        control.onChange(state -> follow(router, state));
        follow(router, control.state());
        peers.start(router);
    }

    private Function<ControlCommand, CompletionStage<ControlState>> planned() {
        return planted == PlantedBug.ELECT_OUTSIDE_ISR
                ? Sabotage.electingOutsideIsr(control, control::proposeWhileLeading)
                : control::proposeWhileLeading;
    }

    private void seen(Set<Life> lives) {
        control.present(lives.stream().map(Life::node).collect(Collectors.toSet()));
        controller.ifPresent(Controller::wake);
    }

    private Planner planner() {
        return new Planner(new PlannerConfig(
                cluster.replicas(),
                cluster.minIsr(),
                List.copyOf(cluster.voters().keySet()),
                MOVES_MAX,
                MOVES_EVERY,
                COPIES_MAX,
                cluster.replaceAfter()));
    }

    private MembershipConfig membershipConfig() {
        List<String> known = cluster.voters().values().stream()
                .map(ClusterConfig::membershipAddress)
                .toList();
        Discovery discovery = switch (cluster.discovery()) {
            case ClusterConfig.Discovery.Voters() -> new Discovery.Hosts(known);
            case ClusterConfig.Discovery.Dns(String name) -> new Discovery.Dns(name);
            case ClusterConfig.Discovery.Folder(var path) -> new Discovery.SharedFolder(path);
        };
        return new MembershipConfig(
                config.region(),
                cluster.host(),
                cluster.membershipPort(),
                discovery,
                MembershipConfig.Timeouts.DEFAULT);
    }

    /// A node that was alone until now brings its apps and its slots with it.
    private void bringOwnDecisions() {
        ControlState own = store.controlLog().state();
        if (own.hasSlots() && !files.read(MEMBER_FILE).isPresent()) {
            LOG.info("this node was alone until now: it brings what it decided to the region");
            propose(new ControlCommand.Import(own, cluster.replicas()));
        }
    }

    private void register() {
        boolean wiped = files.read(MEMBER_FILE).isEmpty()
                && !store.controlLog().state().hasSlots()
                && control.state().node(config.node()).isPresent();
        if (wiped) {
            LOG.warn(
                    "the region knows node {}, but there is nothing in {}: it begins anew",
                    config.node(),
                    config.data());
        }
        propose(register(!store.mayHaveLost() && !wiped, store.dirtySlots()));
        store.lossIsKnown().toCompletableFuture().join();
    }

    private ControlCommand register(boolean clean, List<Integer> dirty) {
        return new ControlCommand.Register(
                config.node(), incarnation, cluster.linkAddress(), cluster.weight(), clean, dirty);
    }

    /// Blocks until it is decided, however long that takes: without the others this node is nothing.
    private void propose(ControlCommand command) {
        while (true) {
            try {
                control.propose(command).toCompletableFuture().join();
                return;
            } catch (CompletionException e) {
                LOG.info(
                        "waiting for a majority of the voters {}: {}",
                        cluster.voters(),
                        e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            }
        }
    }

    private synchronized void follow(NodeRouter router, ControlState state) {
        if (leaving) {
            return; // The links and the loops end.
        }
        router.decided(state, state.isCurrent(config.node(), incarnation));
        store.copyRegion(state);
        Map<String, String> others = new LinkedHashMap<>();
        state.nodes().values().stream()
                .filter(node -> !node.id().equals(config.node()) && node.status() != NodeEntry.Status.REMOVED)
                .forEach(node -> others.put(node.id(), node.address()));
        peers.nodes(others);
        others.keySet().stream().filter(measured::add).forEach(node -> metrics.link(node, () -> isLinked(node)));
        if (joined) {
            registerAgainIfDown(state);
        }
    }

    private boolean isLinked(String node) {
        return peers.stats().stream().anyMatch(link -> link.node().equals(node) && link.up());
    }

    /// The others took this node for dead, wrongly: it comes back as another incarnation, with all that it has.
    private void registerAgainIfDown(ControlState state) {
        boolean down = state.node(config.node())
                .filter(node -> node.status() == NodeEntry.Status.DOWN
                        && node.incarnation().equals(incarnation))
                .isPresent();
        if (down) {
            incarnation = life + '#' + registrations.incrementAndGet();
            LOG.warn("the region took node {} for dead; it registers again as {}", config.node(), incarnation);
            registerAgain(incarnation);
        }
    }

    private void registerAgain(String as) {
        control.propose(register(true, List.of())).whenComplete((state, failure) -> {
            if (failure != null && !leaving && as.equals(incarnation)) {
                registerAgain(as);
            }
        });
    }

    @Override
    public Optional<String> unready() {
        long silent = control.silentMillis();
        if (silent > CUT_OFF_MILLIS) {
            return Optional.of(
                    "the node is cut off from the majority of the control log's voters for " + silent + " ms");
        }
        return control.state().hasSlots() ? Optional.empty() : Optional.of("waiting for the first nodes of the region");
    }

    @Override
    public void handOver(Duration within) throws InterruptedException {
        long begun = System.nanoTime();
        control.propose(new ControlCommand.Drain(config.node(), incarnation));
        long deadline = begun + within.toNanos();
        while (owns() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_AGAIN);
        }
        if (owns()) {
            LOG.warn("node {} ends while it still owns slots: nobody was there to take them in time", config.node());
        } else {
            LOG.info(
                    "node {} handed over what it owned in {} ms",
                    config.node(),
                    Duration.ofNanos(System.nanoTime() - begun).toMillis());
        }
    }

    private boolean owns() {
        for (SlotAssignment slot : control.state().slots()) {
            if (slot.isOwnedBy(config.node())) {
                return true;
            }
        }
        return false;
    }

    /// When it returns, no decision is followed any more.
    private synchronized void leave() {
        leaving = true;
    }

    @Override
    public void close() {
        leave();
        peers.close();
        controller.ifPresent(Controller::close);
        membership.ifPresent(Membership::close);
        control.close();
    }
}
