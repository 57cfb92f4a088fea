package io.hark.control;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// Handle: the agreed decisions of a region, in one order. On a single node a local table; in a cluster
/// a replicated log behind the same port. Off the message path.
///
/// Every command is idempotent or a compare-and-set, as a lost answer leaves its outcome unknown:
/// whoever proposes looks at the state that comes back, and may propose again.
public interface ControlLog extends AutoCloseable {
    /// What this node has applied so far; can be behind what is decided, never ahead.
    ControlState state();

    /// The state as applied here, once it includes the command's effect or its refusal. Fails when the
    /// outcome is unknown: no leader answered in time.
    CompletionStage<ControlState> propose(ControlCommand command);

    /// Calls `listener` after every change, in order, on a thread of the log's own.
    void onChange(Consumer<ControlState> listener);

    /// Whether this node is the one that plans for the region. A hint: two nodes may think so for a
    /// while, which the compare-and-sets make harmless.
    boolean leads();

    /// How long nothing was heard of a majority, in milliseconds; 0 while this node is in touch with it.
    /// A node that is cut off serves nobody new and tells its clients to go elsewhere.
    long silentMillis();

    @Override
    void close();
}
