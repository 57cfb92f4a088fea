package io.hark.loadtest;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/// Handle: the generator's threads and the sockets that they drive.
final class Sockets implements AutoCloseable {
    private static final int CONNECT_MILLIS_MAX = 10_000;

    /// What waits in the generator for a server that does not read.
    private static final int LOW_WATER_BYTES = 256 << 10;

    private static final int HIGH_WATER_BYTES = 1 << 20;

    private final EventLoopGroup group;
    private final List<Lane> lanes = new ArrayList<>();
    private final boolean epoll = Epoll.isAvailable();
    private final Map<Target, InetSocketAddress> addresses = new ConcurrentHashMap<>();
    private final SslContext tls;

    Sockets(int threads) {
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("hark-load", true), handlers);
        group.forEach(loop -> lanes.add(new Lane(lanes.size(), (EventLoop) loop)));
        try {
            tls = SslContextBuilder.forClient().build();
        } catch (SSLException e) {
            throw new IllegalStateException("this JVM speaks no TLS", e);
        }
    }

    List<Lane> lanes() {
        return lanes;
    }

    /// Lanes are dealt out in turn.
    Lane lane(int number) {
        return lanes.get(number % lanes.size());
    }

    /// Connects; the socket's reader is told whatever comes of it.
    void open(Lane lane, Target target, ClientSocket socket, ClientSocket.Reader reader) {
        new Bootstrap()
                .group(lane.loop())
                .channelFactory(() -> epoll ? new EpollSocketChannel() : new NioSocketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (target.tls()) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc(), target.host(), target.port()));
                        }
                        channel.pipeline().addLast(socket);
                    }
                })
                .connect(addresses.computeIfAbsent(target, Target::address))
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        reader.ended("%s does not answer: %s"
                                .formatted(target, done.cause().getMessage()));
                    }
                });
    }

    /// Returns once each lane has done what it was asked for until now.
    void awaitTasks() {
        lanes.forEach(lane -> lane.loop().submit(() -> {}).syncUninterruptibly());
    }

    /// Ends the threads; sockets are to be closed before.
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
