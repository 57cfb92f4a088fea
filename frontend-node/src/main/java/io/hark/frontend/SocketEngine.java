package io.hark.frontend;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;

/// Value: how sockets are driven.
public enum SocketEngine {
    /// The best that the machine has: epoll, else io_uring, else NIO.
    AUTO,
    IO_URING,
    EPOLL,
    NIO;

    /// The engine to use; never AUTO. One that the machine lacks gives way to NIO.
    SocketEngine resolve() {
        return switch (this) {
            case AUTO -> Epoll.isAvailable() ? EPOLL : IoUring.isAvailable() ? IO_URING : NIO;
            case IO_URING -> IoUring.isAvailable() ? IO_URING : NIO;
            case EPOLL -> Epoll.isAvailable() ? EPOLL : NIO;
            case NIO -> NIO;
        };
    }

    public IoHandlerFactory ioHandlers() {
        return switch (resolve()) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO, AUTO -> NioIoHandler.newFactory();
        };
    }

    Class<? extends ServerChannel> serverChannel() {
        return switch (resolve()) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case EPOLL -> EpollServerSocketChannel.class;
            case NIO, AUTO -> NioServerSocketChannel.class;
        };
    }
}
