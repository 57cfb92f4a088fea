package io.hark.launcher.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Handle: a TCP relay between clients and the node, whose sockets a test can reset under an SDK. Any thread.
final class CuttableProxy implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CuttableProxy.class.getName());

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final int nodePort;
    private volatile boolean refusing;

    CuttableProxy(int nodePort) throws IOException {
        this.nodePort = nodePort;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /// Resets every socket; new ones are accepted at once.
    void cut() throws IOException {
        for (Socket socket : sockets) {
            if (!socket.isClosed()) {
                // Without lingering, close sends a reset: the other side learns of it at once and gets
                // nothing more.
                socket.setSoLinger(true, 0);
                socket.close();
            }
        }
    }

    /// Resets every socket and refuses new ones until [#heal].
    void partition() throws IOException {
        refusing = true;
        cut();
    }

    void heal() {
        refusing = false;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                } else {
                    relay(client, new Socket(InetAddress.getLoopbackAddress(), nodePort));
                }
            } catch (IOException closed) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(closed);
                }
            }
        }
    }

    private void relay(Socket client, Socket node) throws IOException {
        client.setTcpNoDelay(true);
        node.setTcpNoDelay(true);
        sockets.add(client);
        sockets.add(node);
        Thread.ofVirtual().start(() -> copy(client, node));
        Thread.ofVirtual().start(() -> copy(node, client));
    }

    private void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            LOG.log(System.Logger.Level.DEBUG, "one side ended, so does the other", ended);
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        partition();
    }
}
