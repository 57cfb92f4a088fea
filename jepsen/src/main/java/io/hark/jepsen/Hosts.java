package io.hark.jepsen;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Blocking: the machines that nodes run on, and the network between them. Hosts are counted from 0.
interface Hosts extends AutoCloseable {
    /// Where the host is reached by other hosts and by this process.
    String address(int host);

    /// @return the command that runs `command` there, in one process
    List<String> command(int host, List<String> command);

    /// Whether [#cut] and [#heal] work.
    boolean canCut();

    /// Whether [#slow] works.
    boolean canSlow();

    /// Drops, without a word, what `from` sends to `to`. The other direction stays.
    void cut(int from, int to) throws IOException;

    /// Ends every cut from or to the host.
    void heal(int host) throws IOException;

    /// Delays what passes between the host and all others, in both directions.
    ///
    /// @param bytesPerSecond of each connection; 0 stops the flow
    void slow(int host, Duration delay, long bytesPerSecond) throws IOException;

    /// Ends what [#slow] began.
    void quicken(int host) throws IOException;

    @Override
    void close();
}
