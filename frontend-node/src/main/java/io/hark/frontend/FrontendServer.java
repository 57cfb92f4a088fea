package io.hark.frontend;

import io.hark.rest.LiveConnections;
import io.hark.rest.RestApi;
import io.hark.rest.RestRequest;
import io.hark.rest.RestResponse;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Handle: the listening socket and everything behind it. Any thread but a loop's.
public final class FrontendServer {
    private static final int BACKLOG = 4096;
    private static final Duration SWEEP_EVERY = Duration.ofSeconds(5);
    private static final Duration REGION_EVERY = Duration.ofMillis(250);
    private static final Duration DRAIN_STEP = Duration.ofMillis(20);

    private final Frontend frontend;
    private final EventLoopGroup group;
    private final List<FrontendLoop> loops;
    private final Realtime realtime;
    private final ConnectionRegistry<Connection> registry;
    private final List<Channel> listeners = new ArrayList<>();

    /// @param group the loops that serve; owners may share them
    public FrontendServer(Frontend frontend, EventLoopGroup group, List<EventLoop> eventLoops) {
        this.frontend = frontend;
        this.group = group;
        Map<EventLoop, FrontendLoop> byEventLoop = new HashMap<>();
        for (EventLoop eventLoop : eventLoops) {
            byEventLoop.put(
                    eventLoop, new FrontendLoop(frontend, new NettyLoop(eventLoop), PooledByteBufAllocator.DEFAULT));
        }
        this.loops = List.copyOf(byEventLoop.values());
        FrontendConfig config = frontend.config();
        this.registry = new ConnectionRegistry<>(
                config.connectionStateTtl(),
                config.lostConnectionsMax(),
                frontend.clock().getAsLong());
        this.realtime = new Realtime(frontend, registry, Map.copyOf(byEventLoop));
    }

    /// For REST publishers that act for a connection.
    public LiveConnections liveConnections() {
        return realtime;
    }

    /// Where the server listens.
    ///
    /// @param tls empty when it speaks no TLS
    public record Ports(int plain, Optional<Integer> tls) {}

    /// Listens.
    ///
    /// @param nodePages   answers for the node itself, asked before `rest`: health, metrics, the quickstart page
    /// @param certificate for the port of TLS, if there is to be one
    public Ports start(
            RestApi rest,
            Function<RestRequest, Optional<CompletionStage<RestResponse>>> nodePages,
            Optional<ServerCertificate> certificate)
            throws InterruptedException {
        FrontendConfig config = frontend.config();
        HttpRoutes routes = new HttpRoutes(rest, nodePages, realtime);
        int plain = listen(config.host(), config.port(), new HttpPipeline(routes, config, Optional.empty()));
        Optional<Integer> encrypted = Optional.empty();
        if (config.tls().isPresent()) {
            TlsConfig tls = config.tls().get();
            encrypted = Optional.of(listen(tls.host(), tls.port(), new HttpPipeline(routes, config, certificate)));
        }
        startTimers(rest);
        return new Ports(plain, encrypted);
    }

    private int listen(String host, int port, HttpPipeline pipeline) throws InterruptedException {
        Channel channel = new ServerBootstrap()
                .group(group)
                .channelFactory(frontend.config().engine()::newServerSocket)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childHandler(pipeline)
                .bind(host, port)
                .sync()
                .channel();
        listeners.add(channel);
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private void startTimers(RestApi rest) {
        for (FrontendLoop loop : loops) {
            loop.loop()
                    .eventLoop()
                    .scheduleAtFixedRate(() -> loop.tick(frontend.clock().getAsLong()), 1, 1, TimeUnit.SECONDS);
        }
        loops.getFirst()
                .loop()
                .eventLoop()
                .scheduleAtFixedRate(
                        () -> refuseWhileCutOff(rest),
                        REGION_EVERY.toMillis(),
                        REGION_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
        loops.getFirst()
                .loop()
                .eventLoop()
                .scheduleAtFixedRate(
                        () -> registry.sweep(frontend.clock().getAsLong()),
                        SWEEP_EVERY.toSeconds(),
                        SWEEP_EVERY.toSeconds(),
                        TimeUnit.SECONDS);
    }

    /// Ends the connections and streams whose credentials are no longer good, and asks for new ones where there
    /// is time. To be called after every change of apps, keys and tokens. Any thread.
    public void credentialsChanged() {
        loops.forEach(FrontendLoop::credentialsChanged);
    }

    /// What is asked from now on is refused, and what waits is answered: clients go elsewhere.
    private void refuseWhileCutOff(RestApi rest) {
        if (realtime.checkRegion()) {
            rest.giveUpPublishes();
            for (FrontendLoop loop : loops) {
                loop.loop().eventLoop().execute(() -> loop.tick(frontend.clock().getAsLong()));
            }
        }
    }

    /// Stops listening, answers what was received, and tells every client to come back elsewhere.
    ///
    /// @param within after it, clients whose answers are still due are cut off
    public void drain(Duration within) throws InterruptedException {
        for (Channel listener : listeners) {
            listener.close().sync();
        }
        long deadline = System.nanoTime() + within.toNanos();
        while (clients() > 0 && System.nanoTime() < deadline) {
            for (FrontendLoop loop : loops) {
                loop.loop().execute(() -> loop.drain(Realtime.drainReason()));
            }
            Thread.sleep(DRAIN_STEP);
        }
    }

    private int clients() {
        return frontend.metrics().connections.get() + frontend.metrics().streams.get();
    }
}
