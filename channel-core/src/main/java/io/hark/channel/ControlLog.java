package io.hark.channel;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// Handle: the agreed decisions of a region, in one order: who is alive and which apps exist. On a single node a local
/// table; in a cluster a replicated log behind the same port. Off the message path.
public interface ControlLog extends AutoCloseable {

    /// Value: a decision to be taken. Idempotent: proposing it twice is the same as once.
    sealed interface Command {
        /// A node starts a new life; gives it an epoch higher than any before.
        record Register(String node, String incarnation) implements Command {}

        record PutApp(String appId, byte[] document) implements Command {}

        record DeleteApp(String appId) implements Command {}
    }

    /// Value: everything decided so far.
    ///
    /// @param version     grows with each decision
    /// @param epoch       the epoch of the last registration
    /// @param incarnation the incarnation that holds it; empty text before the first
    record State(long version, int epoch, String incarnation, Map<String, byte[]> apps) {}

    State state();

    /// The state that includes the command's effect, once it is durable.
    CompletionStage<State> propose(Command command);

    /// Calls `listener` after every change, in order, on a thread of the log's own.
    void onChange(Consumer<State> listener);

    @Override
    void close();
}
