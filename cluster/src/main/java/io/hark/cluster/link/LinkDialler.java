package io.hark.cluster.link;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;

/// Opens gRPC channels to other nodes, one for each attempt, so that gRPC neither dials again nor waits
/// on its own. Any thread.
///
/// @param lookups where names are looked up; may block
record LinkDialler(LinkLimits limits, LinkSockets sockets, ChannelCredentials credentials, Executor lookups) {

    /// @param loop where the channel calls back
    ManagedChannel open(String address, EventLoop loop) {
        LinkAddress to = LinkAddress.of(address);
        return NettyChannelBuilder.forAddress(to.host(), to.port(), credentials)
                .eventLoopGroup(loop)
                .channelFactory(() -> SilenceGuard.dialling(sockets, limits.silenceMax()))
                .directExecutor()
                .offloadExecutor(lookups)
                .disableServiceConfigLookUp()
                .disableRetry()
                // Nothing but the node's own configuration decides the way: no proxy from the environment.
                .proxyDetector(target -> null)
                .withOption(ChannelOption.TCP_NODELAY, true)
                .withOption(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.handshakeWithin().toMillis()))
                .maxInboundMessageSize(limits.messageBytesMax())
                .build();
    }
}
