package io.hark.launcher.jepsen;

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
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Handle: the threads that many clients of one node share.
public final class ClientGroup implements AutoCloseable {
    private static final int FRAME_BYTES_MAX = 4 << 20;
    private static final int HANDSHAKE_BYTES_MAX = 16 << 10;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final int port;
    private final long seed;
    private long clients;

    /// @param port of a node on this machine
    public ClientGroup(int port, long seed) {
        this.port = port;
        this.seed = seed;
    }

    public synchronized ProtocolClient client(ProtocolClient.Options options, ClientListener listener) {
        return new ProtocolClient(this, loops.next(), options, listener, seed + clients++);
    }

    ChannelFuture open(EventLoop loop, String uri, Optional<String> localAddress, ChannelHandler handler) {
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(URI.create("ws://127.0.0.1:" + port + uri))
                .version(WebSocketVersion.V13)
                .customHeaders(EmptyHttpHeaders.INSTANCE)
                .maxFramePayloadLength(FRAME_BYTES_MAX)
                .withUTF8Validator(false)
                .handleCloseFrames(false)
                .build();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        socket.pipeline()
                                .addLast(new HttpClientCodec())
                                .addLast(new HttpObjectAggregator(HANDSHAKE_BYTES_MAX))
                                .addLast(new WebSocketClientProtocolHandler(config))
                                .addLast(handler);
                    }
                });
        InetSocketAddress node = new InetSocketAddress("127.0.0.1", port);
        return localAddress.isPresent()
                ? bootstrap.connect(node, new InetSocketAddress(localAddress.get(), 0))
                : bootstrap.connect(node);
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
