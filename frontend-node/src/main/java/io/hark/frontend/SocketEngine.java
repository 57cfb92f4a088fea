package io.hark.frontend;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;

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

    /// A socket that connects.
    public Channel newSocket() {
        return switch (resolve()) {
            case IO_URING -> new IoUringSocketChannel();
            case EPOLL -> new EpollSocketChannel();
            case NIO, AUTO -> new NioSocketChannel();
        };
    }

    /// A socket that accepts.
    public ServerChannel newServerSocket() {
        return switch (resolve()) {
            case IO_URING -> new IoUringServerSocketChannel();
            case EPOLL -> new EpollServerSocketChannel();
            case NIO, AUTO -> new NioServerSocketChannel();
        };
    }
}
