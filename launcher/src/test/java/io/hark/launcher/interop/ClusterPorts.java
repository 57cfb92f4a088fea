package io.hark.launcher.interop;

import io.hark.cluster.net.FreePorts;

/// Ports for a local cluster of three nodes.
final class ClusterPorts {
    private static final int NODES = 3;

    /// Between a node's clients and the four ports on which it meets the others.
    private static final int TO_OTHERS = 10_000;

    private static final int PORTS_TO_OTHERS = 4 * NODES;

    private ClusterPorts() {}

    /// The first node's port for clients; the others' count up from it.
    static int free() {
        return FreePorts.first(PORTS_TO_OTHERS, 0, TO_OTHERS);
    }
}
