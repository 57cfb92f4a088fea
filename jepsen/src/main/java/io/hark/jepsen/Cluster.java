package io.hark.jepsen;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Blocking: the nodes under test and what can be done to them. Any thread, but one at a time for each node.
interface Cluster extends AutoCloseable {

    /// What a cluster can suffer besides the end and the pause of a process.
    enum Ability {
        CUT,
        SLOW,
        FULL_DISK
    }

    /// Which way a node is cut off from all others; clients still reach it.
    enum Cut {
        BOTH_WAYS,
        CANNOT_HEAR,
        CANNOT_SPEAK
    }

    ClusterSpec spec();

    Set<Ability> abilities();

    /// Where the node takes clients, whether it runs or not.
    InetSocketAddress address(int node);

    /// Starts the node's process, for the first time or again, and does not wait for it.
    void launch(int node) throws IOException;

    /// Ends it as kill -9 does, if it runs.
    void kill(int node);

    /// Sends SIGTERM.
    ///
    /// @return the exit code; empty when it had to be killed
    Optional<Integer> terminate(int node, Duration within) throws InterruptedException;

    boolean isRunning(int node);

    void pause(int node) throws IOException;

    void resume(int node) throws IOException;

    void cut(int node, Cut cut) throws IOException;

    void heal(int node) throws IOException;

    /// @param bytesPerSecond 0 stops the flow
    void slow(int node, Duration delay, long bytesPerSecond) throws IOException;

    void quicken(int node) throws IOException;

    /// Leaves no free byte on the node's disk; the node may end by that.
    void fillDisk(int node) throws IOException;

    void freeDisk(int node) throws IOException;

    /// What the node says.
    Path log(int node);

    /// The end of a process that was not told to.
    ///
    /// @param isSurprise whether no fault allowed it
    record End(int node, int exitCode, boolean isSurprise) {}

    /// What ended by itself since it was asked last.
    List<End> ended();

    @Override
    void close();
}
