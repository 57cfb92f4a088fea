package io.hark.cluster.link;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.hark.slot.PeerMessage;
import io.hark.slot.Peers;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the links over gRPC, one stream for each pair of nodes. Any thread; [#start] and [#close]
/// block, and must not be called by a listener.
///
/// Of two nodes the one with the smaller id dials, again and again while the other one is among
/// [#nodes]. A session ends when the connection does, when nothing was heard for `silenceMax`, when the
/// other node says what it must not, or when too much waits to be sent. Both nodes prove that they know
/// the cluster's secret, see [LinkProof]; where others can reach the network between them, TLS must be
/// used as well.
public final class GrpcPeers implements Peers {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcPeers.class);
    private static final int IDLE_CONNECTION_SECONDS = 10;

    private final LinkIdentity self;
    private final LinkAddress bind;
    private final Optional<LinkTls> tls;
    private final LinkLimits limits;
    private final Handshake handshake;
    private final LinkSockets sockets;
    private final List<EventLoop> loops = new ArrayList<>();
    private final ExecutorService lookups;
    private final AtomicLong sessions = new AtomicLong();
    private final AtomicBoolean closed = new AtomicBoolean();
    /// Changed on the first loop only.
    private final Map<String, PeerLink> peers = new ConcurrentHashMap<>();

    private volatile Optional<Server> server = Optional.empty();
    // Of the first loop.
    private Map<String, String> wanted = Map.of();
    private Optional<PeerLink.Shared> shared = Optional.empty();
    private boolean closing;

    /// @param bind `host:port` to listen on; port 0 takes a free one
    public GrpcPeers(LinkIdentity self, String bind, Optional<LinkTls> tls, LinkLimits limits, LinkSockets sockets) {
        this.sockets = sockets;
        this.self = self;
        this.bind = LinkAddress.of(bind);
        this.tls = tls;
        this.limits = limits;
        this.handshake = new Handshake(self);
        sockets.group().forEach(executor -> loops.add((EventLoop) executor));
        this.lookups = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("hark-link-lookup-", 0).factory());
    }

    /// @throws UncheckedIOException the address cannot be listened on, or a file of the TLS configuration not
    ///                              be read
    @Override
    public void start(Listener listener) {
        try {
            Server started = serverBuilder().build().start();
            server = Optional.of(started);
            LOG.info("node {} takes links on {}:{}", self.node(), bind.host(), started.getPort());
            PeerLink.Shared begun = new PeerLink.Shared(
                    handshake,
                    limits,
                    new LinkDialler(limits, sockets, dialCredentials(), lookups),
                    listener,
                    sessions::incrementAndGet);
            control().execute(() -> {
                shared = Optional.of(begun);
                reconcile();
            });
        } catch (IOException e) {
            throw new UncheckedIOException("links on %s:%d".formatted(bind.host(), bind.port()), e);
        }
    }

    private NettyServerBuilder serverBuilder() throws IOException {
        ServerCredentials credentials = tls.isPresent() ? tls.get().accepting() : InsecureServerCredentials.create();
        return NettyServerBuilder.forAddress(new InetSocketAddress(bind.host(), bind.port()), credentials)
                .bossEventLoopGroup(sockets.group())
                .workerEventLoopGroup(sockets.group())
                .channelFactory(() -> SilenceGuard.listening(sockets, limits.silenceMax()))
                .withOption(ChannelOption.SO_REUSEADDR, true)
                .withChildOption(ChannelOption.TCP_NODELAY, true)
                .directExecutor()
                .maxInboundMessageSize(limits.messageBytesMax())
                .maxConcurrentCallsPerConnection(1)
                .maxConnectionIdle(IDLE_CONNECTION_SECONDS, TimeUnit.SECONDS)
                .handshakeTimeout(limits.handshakeWithin().toMillis(), TimeUnit.MILLISECONDS)
                .addService(new NodeLinkService(
                        handshake, limits, control(), node -> Optional.ofNullable(peers.get(node))));
    }

    private ChannelCredentials dialCredentials() throws IOException {
        return tls.isPresent() ? tls.get().dialling() : InsecureChannelCredentials.create();
    }

    /// Says whom to be linked with; a node that is no more among them is cut off. Its own id does not matter.
    ///
    /// @param addresses `host:port` by node id
    public void nodes(Map<String, String> addresses) {
        Map<String, String> copy = Map.copyOf(addresses);
        control().execute(() -> {
            wanted = copy;
            reconcile();
        });
    }

    private void reconcile() {
        if (shared.isEmpty() || closing) {
            return;
        }
        for (PeerLink peer : List.copyOf(peers.values())) {
            if (!wanted.containsKey(peer.id())) {
                peers.remove(peer.id());
                peer.loop().execute(() -> peer.cut("it is no more a node of the region"));
            }
        }
        wanted.forEach((id, address) -> {
            if (!id.equals(self.node())) {
                PeerLink peer =
                        peers.computeIfAbsent(id, added -> new PeerLink(added, address, loopOf(added), shared.get()));
                peer.loop().execute(() -> peer.at(address));
            }
        });
    }

    /// Always the same one for a node, so that events of one that left and came back keep their order.
    private EventLoop loopOf(String node) {
        return loops.get(Math.floorMod(node.hashCode(), loops.size()));
    }

    private EventLoop control() {
        return loops.getFirst();
    }

    @Override
    public void send(String node, long session, List<PeerMessage> messages) {
        PeerLink peer = peers.get(node);
        if (peer != null) {
            peer.send(session, messages);
        }
    }

    /// The port that it listens on, once started.
    public int port() {
        return server.orElseThrow(() -> new IllegalStateException("the links have not been started"))
                .getPort();
    }

    /// The links with the nodes that it was told of, by id.
    public List<LinkStats> stats() {
        return peers.values().stream()
                .map(PeerLink::stats)
                .sorted(Comparator.comparing(LinkStats::node))
                .toList();
    }

    /// Why the node could not be dialled when it was last tried; empty while there is a session with it,
    /// and when it is not for this node to dial.
    public String lastFailure(String node) {
        PeerLink peer = peers.get(node);
        return peer == null ? "" : peer.lastFailure();
    }

    /// Sends what is queued and closes the links; cuts off those that do not follow within
    /// `closeWithin`. All sessions are down when it returns.
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        long deadline = System.nanoTime() + limits.closeWithin().toNanos();
        try {
            CompletableFuture<Void> allClosed =
                    CompletableFuture.supplyAsync(this::closeLinks, control()).thenCompose(closed -> closed);
            await(allClosed, deadline - System.nanoTime());
            CompletableFuture<Void> allCut = CompletableFuture.allOf(peers.values().stream()
                    .map(peer -> CompletableFuture.runAsync(() -> peer.cut("the node shuts down"), peer.loop()))
                    .toArray(CompletableFuture<?>[]::new));
            await(allCut, limits.closeWithin().toNanos());
            if (server.isPresent()) {
                server.get().shutdown();
                if (!server.get().awaitTermination(Math.max(deadline - System.nanoTime(), 0), TimeUnit.NANOSECONDS)) {
                    server.get()
                            .shutdownNow()
                            .awaitTermination(limits.closeWithin().toMillis(), TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            server.ifPresent(Server::shutdownNow);
        } finally {
            lookups.shutdownNow();
        }
    }

    private CompletableFuture<Void> closeLinks() {
        closing = true;
        List<CompletableFuture<Void>> closed = new ArrayList<>();
        for (PeerLink peer : peers.values()) {
            peer.loop().execute(peer::close);
            closed.add(peer.closed());
        }
        return CompletableFuture.allOf(closed.toArray(CompletableFuture<?>[]::new));
    }

    private static void await(CompletableFuture<Void> all, long nanos) throws InterruptedException {
        try {
            all.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.info("some links were not closed in time and are cut off");
        } catch (ExecutionException e) {
            LOG.error("links could not be closed", e.getCause());
        }
    }
}
