package io.hark.launcher;

import io.hark.control.ControlLog;
import io.hark.slot.NodeRouter;
import io.hark.slot.Peers;
import java.time.Duration;
import java.util.Optional;

/// Handle: this node's place in its region: what is decided, and who else is there. Any thread.
interface Region extends AutoCloseable {
    ControlLog control();

    Peers peers();

    /// Registers this life of the node and lets `router` follow what is decided from then on. Blocks
    /// until the region knows of the node.
    void join(NodeRouter router) throws InterruptedException;

    /// Why the node should get no clients now, if so: it is cut off from the others, or nothing is decided yet.
    Optional<String> unready();

    /// Gives away what the node owns, if there is somebody to take it.
    void handOver(Duration within) throws InterruptedException;

    @Override
    void close();
}
