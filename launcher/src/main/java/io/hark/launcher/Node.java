package io.hark.launcher;

import io.hark.auth.AppEditor;
import io.hark.auth.AppProvisioner;
import io.hark.auth.Authenticator;
import io.hark.auth.Outcome;
import io.hark.auth.ProvisionedApp;
import io.hark.auth.Secrets;
import io.hark.auth.TokenIssuer;
import io.hark.auth.TokenSecret;
import io.hark.auth.TokenSigner;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.channel.MemberGrace;
import io.hark.cluster.link.LinkSockets;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import io.hark.frontend.ConnectionKeys;
import io.hark.frontend.Frontend;
import io.hark.frontend.FrontendServer;
import io.hark.frontend.NettyLoop;
import io.hark.frontend.ServerCertificate;
import io.hark.frontend.SocketEngine;
import io.hark.frontend.UnusableCertificate;
import io.hark.history.DamagedStore;
import io.hark.history.RocksHistoryStore;
import io.hark.history.StoreEnvironment;
import io.hark.protocol.ChannelSerials;
import io.hark.protocol.ErrorInfo;
import io.hark.push.Push;
import io.hark.rest.ControlApi;
import io.hark.rest.OwnChannelPublisher;
import io.hark.rest.PublishAdmission;
import io.hark.rest.Rates;
import io.hark.rest.RestApi;
import io.hark.rest.RestServices;
import io.hark.rest.StatsReader;
import io.hark.slot.NodeRouter;
import io.hark.slot.PlantedBug;
import io.hark.slot.SlotConfig;
import io.hark.stats.NodeStats;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: a running node. It begins in [#start] and ends in [#close], which keeps every promise made to
/// clients: what was acknowledged is on disk, and every client is told to come back.
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final long TICK_MILLIS = 250;
    private static final Set<String> LOCAL_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Duration LAST_SECOND = Duration.ofSeconds(1);
    private static final String SECRET_FILE = "secret";
    /// Holds the process id of the node that runs on this data.
    static final String PID_FILE = "node.pid";

    private static final String NO_CLIENTS = "this node holds slots and serves no clients";
    private static final String DEV_KEY_FILE = "dev-key";

    private final NodeConfig config;
    private final NodeMetrics metrics;
    private final RocksHistoryStore store;
    private final Region region;
    private final EventLoopGroup group;
    private final Push push;
    private final FrontendServer server;
    private final StatsReporter reporter;
    private final Optional<String> devKey;
    private final Optional<ServerCertificate> certificate;
    private final FrontendServer.Ports ports;
    private volatile Optional<String> unready = Optional.empty();

    private Node(NodeConfig config, Consumer<Throwable> fatal) throws InterruptedException {
        this.config = config;
        LongSupplier wallClock = System::currentTimeMillis;
        LongSupplier clock = () -> System.nanoTime() / 1_000_000;
        certificate = certificate(config);
        Randomness random = new Randomness();
        NodeFiles files = new NodeFiles(config.data());
        byte[] secret = secret(config, files, random);
        files.write(PID_FILE, Long.toString(ProcessHandle.current().pid()));
        metrics = new NodeMetrics();
        store = open(config, metrics, fatal);
        PlantedBug planted = Sabotage.planted(config.dev());
        group = new MultiThreadIoEventLoopGroup(
                config.frontend().loops(),
                new DefaultThreadFactory("hark-loop"),
                config.frontend().engine().ioHandlers());
        region = region(config, random.id(), store, secret, metrics, group, planted);
        ControlLog control = region.control();
        metrics.region(control, config.node());
        certificate.ifPresent(shown -> metrics.certificate(shown::expires));
        AppEditor editor = new AppEditor(new Secrets(random.source()));
        AppStore apps = new AppStore(
                control,
                new AppProvisioner(random.source()),
                editor,
                config.policies(),
                config.apps(),
                wallClock,
                random::id);
        List<EventLoop> eventLoops = new ArrayList<>();
        group.forEach(executor -> eventLoops.add((EventLoop) executor));
        NodeRouter router = new NodeRouter(
                eventLoops.stream().map(NettyLoop::new).toList(),
                config.node(),
                config.region(),
                store,
                region.peers(),
                SlotConfig.of(
                                config.slots(),
                                new MemberGrace(
                                        config.frontend().remainPresentFor().toMillis(),
                                        new ChannelPolicy(
                                                Durability.REPLICATED,
                                                config.policies().resumeWindow())),
                                config.queuedBytesMax())
                        .with(planted),
                clock,
                wallClock,
                control::propose,
                fatal);
        router.reportEvents(config.policies().ofMeta());
        NodeStats stats = new NodeStats();
        router.countWith(stats);
        region.join(router);
        eventLoops.getFirst().scheduleAtFixedRate(router::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        apps.use(router);
        devKey = config.dev() ? Optional.of(devKey(config, files, apps)) : Optional.empty();
        expireApps(apps, eventLoops.getFirst());

        TokenSigner signer = new TokenSigner(new TokenSecret(derive(secret, "token")));
        RevocationStore revocations = new RevocationStore(control);
        Authenticator authenticator = new Authenticator(apps, signer, config.dev(), revocations);
        ChannelSerials serials = new ChannelSerials(derive(secret, "channel-serial"));
        Rates rates = new Rates(config.rates(), System::nanoTime);
        PublishAdmission admission = new PublishAdmission(config.publishes(), config.policies());
        push = new Push(
                config.push(),
                router,
                router,
                apps,
                new OwnChannelPublisher(apps, authenticator, admission, router, wallClock, this::isOwn),
                InstantSource.system(),
                random::id);
        server = new FrontendServer(
                new Frontend(
                        config.node(),
                        config.region(),
                        config.frontend(),
                        push.router(),
                        apps,
                        authenticator,
                        admission,
                        rates,
                        config.policies(),
                        serials,
                        new ConnectionKeys(derive(secret, "connection-key")),
                        metrics.frontend(),
                        stats,
                        config.servesClients() ? region::unready : () -> Optional.of(NO_CLIENTS),
                        clock,
                        wallClock,
                        random::id),
                group,
                eventLoops);
        onCredentialsChange(control, server::credentialsChanged);
        RestApi rest = new RestApi(new RestServices(
                config.region(),
                apps,
                authenticator,
                new TokenIssuer(apps, authenticator, signer),
                revocations,
                push.router(),
                serials,
                admission,
                rates,
                config.policies(),
                server.liveConnections(),
                stats,
                push,
                config.dev() ? Optional.of(apps) : Optional.empty(),
                wallClock,
                random::id));
        ports = server.start(
                rest,
                new NodePages(
                        metrics,
                        this::unready,
                        devKey,
                        admin(config, control, router),
                        config.control().isOffered()
                                ? Optional.of(new ControlApi(
                                        config.control(), apps, editor, new StatsReader(router), wallClock))
                                : Optional.empty(),
                        config.servesClients()),
                certificate);
        apps.servedOn(ports.plain());
        reporter = new StatsReporter(
                config.node() + '/' + random.id(), stats, apps, router, config.policies(), config.stats(), wallClock);
        router.listen(push.runner());
        eventLoops.getFirst().scheduleAtFixedRate(push.runner()::sweep, 1, 1, TimeUnit.MINUTES);
        LOG.info(
                "node {} of region {} serves on port {}{}: loops={} data={}",
                config.node(),
                config.region(),
                ports.plain(),
                ports.tls().map(tls -> " and by TLS on " + tls).orElse(""),
                config.frontend().loops(),
                config.data().toAbsolutePath());
    }

    /// @param fatal called when the node cannot go on, as its disk failed: the process should end and be
    ///              started again
    public static Node start(NodeConfig config, Consumer<Throwable> fatal) throws InterruptedException {
        return new Node(config, fatal);
    }

    /// For tests and tools: a disk failure is only logged.
    public static Node start(NodeConfig config) throws InterruptedException {
        return start(config, failure -> LOG.error("the store failed; the node cannot go on", failure));
    }

    private static Region region(
            NodeConfig config,
            String incarnation,
            RocksHistoryStore store,
            byte[] secret,
            NodeMetrics metrics,
            EventLoopGroup group,
            PlantedBug planted) {
        SocketEngine engine = config.frontend().engine();
        LinkSockets sockets = new LinkSockets(group, engine::newSocket, engine::newServerSocket);
        return config.cluster()
                .<Region>map(cluster -> new ClusterRegion(
                        config, cluster, incarnation, store, derive(secret, "links"), metrics, sockets, planted))
                .orElseGet(() -> new LoneRegion(config.node(), incarnation, store));
    }

    private static Optional<AdminPages> admin(NodeConfig config, ControlLog control, NodeRouter router) {
        return config.dev() || config.adminToken().isPresent()
                ? Optional.of(new AdminPages(config.node(), control, router, config.adminToken()))
                : Optional.empty();
    }

    private static Optional<ServerCertificate> certificate(NodeConfig config) {
        if (config.frontend().tls().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ServerCertificate.open(config.frontend().tls().get(), InstantSource.system()));
        } catch (UnusableCertificate unusable) {
            throw new ConfigException(unusable.getMessage());
        }
    }

    /// Registered after those who read the same changes, which are told first.
    private static void onCredentialsChange(ControlLog control, Runnable listener) {
        AtomicReference<ControlState> last = new AtomicReference<>(control.state());
        control.onChange(state -> {
            ControlState before = last.getAndSet(state);
            if (state.apps() != before.apps() || state.revocations() != before.revocations()) {
                listener.run();
            }
        });
    }

    /// Whether a URL leads to this node: to one of its ports, by a name of this machine.
    private boolean isOwn(URI url) {
        int port = url.getPort();
        boolean ownPort =
                port == ports.plain() || ports.tls().filter(tls -> tls == port).isPresent();
        return ownPort
                && (LOCAL_HOSTS.contains(url.getHost())
                        || config.frontend().host().equals(url.getHost()));
    }

    private Optional<String> unready() {
        return unready.or(region::unready);
    }

    private static RocksHistoryStore open(NodeConfig config, NodeMetrics metrics, Consumer<Throwable> fatal) {
        Path dir = config.data().resolve("store");
        try {
            return RocksHistoryStore.open(
                    dir,
                    config.history().withReplicated(config.cluster().isPresent()),
                    StoreEnvironment.system(metrics, fatal));
        } catch (DamagedStore damaged) {
            throw new ConfigException("data: the store in %s is damaged: %s".formatted(dir, damaged.getMessage()));
        } catch (UncheckedIOException unusable) {
            throw new ConfigException("data: the store in %s cannot be opened; is another node running on it? %s"
                    .formatted(dir, unusable.getMessage()));
        }
    }

    private static byte[] secret(NodeConfig config, NodeFiles files, Randomness random) {
        String text = config.secret().or(() -> files.read(SECRET_FILE)).orElseGet(() -> {
            String made = random.secret();
            files.write(SECRET_FILE, made);
            return made;
        });
        if (text.length() < 16) {
            throw new ConfigException("secret must be 16 characters or more");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// A secret of 32 bytes for one purpose, so that no two uses share a key.
    private static byte[] derive(byte[] secret, String purpose) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(purpose.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return digest.digest(secret);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private static String devKey(NodeConfig config, NodeFiles files, AppStore apps) {
        if (!config.apps().isEmpty()) {
            return config.apps().getFirst().app().keys().getFirst().text();
        }
        Optional<String> known = files.read(DEV_KEY_FILE)
                .filter(key -> apps.app(key.substring(0, key.indexOf('.'))).isPresent());
        return known.orElseGet(() -> {
            Map<String, Object> request = Map.of(
                    "keys", List.of(Map.of("capability", "{\"[*]*\":[\"*\"]}")),
                    "namespaces", List.of(Map.of("id", "persisted", "persisted", true)));
            return switch (apps.provision(request).toCompletableFuture().join()) {
                case Outcome.Ok<ProvisionedApp>(ProvisionedApp app) -> {
                    String key = app.app().keys().getFirst().text();
                    files.write(DEV_KEY_FILE, key);
                    yield key;
                }
                case Outcome.Refused<ProvisionedApp>(ErrorInfo error) ->
                    throw new IllegalStateException(error.message());
            };
        });
    }

    private void expireApps(AppStore apps, EventLoop timer) {
        String kept = devKey.map(key -> key.substring(0, key.indexOf('.'))).orElse("");
        timer.scheduleAtFixedRate(() -> apps.expire(kept, AppProvisioner.LIFETIME), 1, 1, TimeUnit.MINUTES);
    }

    public int port() {
        return ports.plain();
    }

    /// The port of TLS, if the node speaks it.
    public Optional<Integer> tlsPort() {
        return ports.tls();
    }

    /// On a developer's machine the key of the app that is there from the start.
    public Optional<String> devKey() {
        return devKey;
    }

    @Override
    public void close() {
        unready = Optional.of("the node shuts down");
        LOG.info("node {} drains", config.node());
        long deadline = System.nanoTime() + config.drainTimeout().toNanos();
        try {
            region.handOver(left(deadline));
            server.drain(left(deadline));
            push.close();
            reporter.close(left(deadline));
            // Before the loops end: what other nodes send comes to them.
            region.close();
            group.shutdownGracefully(50, left(deadline).toMillis(), TimeUnit.MILLISECONDS)
                    .sync();
        } catch (InterruptedException e) {
            LOG.warn("interrupted while draining; some clients were cut off");
            Thread.currentThread().interrupt();
        }
        certificate.ifPresent(ServerCertificate::close);
        store.close();
        metrics.close();
        LOG.info("node {} stopped", config.node());
    }

    /// What is left of the time to drain, but a second for each of its steps.
    private static Duration left(long deadlineNanos) {
        Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
        return left.compareTo(LAST_SECOND) > 0 ? left : LAST_SECOND;
    }
}
