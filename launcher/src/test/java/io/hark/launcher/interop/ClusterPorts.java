package io.hark.launcher.interop;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Ports for a local cluster of three nodes, below those that the system gives to clients.
final class ClusterPorts {
    private static final int FIRST = 11_000;
    private static final int LAST = 17_000;
    private static final int NODES = 3;

    /// Between a node's clients and the four ports on which it meets the others.
    private static final int TO_OTHERS = 10_000;

    private static final int PORTS_TO_OTHERS = 4 * NODES;

    private ClusterPorts() {}

    /// The first node's port for clients; the others' count up from it. Each call starts to look at another place, so
    /// that tests at the same time do not meet.
    static int free() {
        int start = (int) ((ProcessHandle.current().pid() * 31 + System.nanoTime() / 1_000_000) % (LAST - FIRST));
        for (int tried = 0; tried < LAST - FIRST; tried += PORTS_TO_OTHERS) {
            int first = FIRST + (start + tried) % (LAST - FIRST);
            if (areFree(first, NODES) && areFree(first + TO_OTHERS, PORTS_TO_OTHERS)) {
                return first;
            }
        }
        throw new IllegalStateException("no ports are free for a cluster");
    }

    private static boolean areFree(int first, int count) {
        List<ServerSocket> open = new ArrayList<>();
        try {
            for (int port = first; port < first + count; port++) {
                open.add(new ServerSocket(port));
            }
            return true;
        } catch (IOException taken) {
            return false;
        } finally {
            open.forEach(ClusterPorts::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("a port cannot be given back", e);
        }
    }
}
