package io.hark.cluster.link;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.util.function.Supplier;

/// Value: what links run on: event loops, which belong to whoever made them, and sockets of their kind.
///
/// On the loops that also hold the slots, half of what comes for a slot is already where it is needed, and what
/// queues while a loop is busy is handled and written together.
///
/// @param dialling  makes sockets that connect
/// @param listening makes sockets that accept
public record LinkSockets(
        EventLoopGroup group, Supplier<? extends Channel> dialling, Supplier<? extends ServerChannel> listening) {}
