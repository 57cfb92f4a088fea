package io.hark.cluster.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A TCP relay on loopback between two nodes, which can reset its connections or keep them open and carry
/// nothing.
final class Relay implements AutoCloseable {
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final Object gate = new Object();
    private volatile int target;
    private boolean stalled;

    Relay(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("relay").start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /// Where new connections go.
    void to(int port) {
        target = port;
    }

    /// Resets all connections.
    void cut() throws IOException {
        for (Socket socket : sockets) {
            try (socket) {
                socket.setSoLinger(true, 0);
            } catch (SocketException e) {
                // It was closed before.
                sockets.remove(socket);
            }
        }
        sockets.clear();
    }

    /// Carries nothing, on old connections or new ones, until it is told to go on.
    void stall() {
        synchronized (gate) {
            stalled = true;
        }
    }

    void goOn() {
        synchronized (gate) {
            stalled = false;
            gate.notifyAll();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket from = listener.accept();
                sockets.add(from);
                Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(to);
                Thread.ofVirtual().name("relay-there").start(() -> carry(from, to));
                Thread.ofVirtual().name("relay-back").start(() -> carry(to, from));
            } catch (IOException e) {
                // The target is down: the dialer sees its connection end, as it would without a relay.
                closeLast();
            }
        }
    }

    private void closeLast() {
        if (!sockets.isEmpty()) {
            closeQuietly(sockets.getLast());
        }
    }

    private void carry(Socket from, Socket to) {
        byte[] buffer = new byte[16 << 10];
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitOpen();
                out.write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException e) {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private void awaitOpen() throws InterruptedException {
        synchronized (gate) {
            while (stalled) {
                gate.wait();
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError("a socket can be closed", e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
        goOn();
    }
}
