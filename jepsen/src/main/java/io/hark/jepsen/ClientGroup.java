package io.hark.jepsen;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Handle: the thread that all clients of a run share, and the nodes that they may connect to.
final class ClientGroup implements AutoCloseable {
    private static final int FRAME_BYTES_MAX = 4 << 20;
    private static final int HANDSHAKE_BYTES_MAX = 16 << 10;
    private static final int CONNECT_MILLIS_MAX = 2_000;
    private static final int HANDSHAKE_MILLIS_MAX = 4_000;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("hark-jepsen-clients", true), NioIoHandler.newFactory());
    private final List<InetSocketAddress> nodes;
    private final long seed;
    private long clients;

    ClientGroup(List<InetSocketAddress> nodes, long seed) {
        this.nodes = List.copyOf(nodes);
        this.seed = seed;
    }

    /// A client that begins at `node`.
    synchronized ProtocolClient client(ProtocolClient.Options options, int node, ClientListener listener) {
        return new ProtocolClient(this, loops.next(), options, node, listener, seed + clients++);
    }

    int nodes() {
        return nodes.size();
    }

    ChannelFuture open(EventLoop loop, int node, String uri, ChannelHandler handler) {
        InetSocketAddress address = nodes.get(node);
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(URI.create("ws://" + address.getHostString() + ":" + address.getPort() + uri))
                .version(WebSocketVersion.V13)
                .customHeaders(new DefaultHttpHeaders().add("X-Forwarded-Proto", "https"))
                .maxFramePayloadLength(FRAME_BYTES_MAX)
                .handshakeTimeoutMillis(HANDSHAKE_MILLIS_MAX)
                .withUTF8Validator(false)
                .handleCloseFrames(false)
                .build();
        return new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        socket.pipeline()
                                .addLast(new HttpClientCodec())
                                .addLast(new HttpObjectAggregator(HANDSHAKE_BYTES_MAX))
                                .addLast(new WebSocketClientProtocolHandler(config))
                                .addLast(handler);
                    }
                })
                .connect(address);
    }

    /// Returns once the clients have done what they were asked for until now.
    void awaitTasks() {
        loops.next().submit(() -> {}).syncUninterruptibly();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
