package io.hark.slot;

import io.hark.channel.ChannelId;
import io.hark.channel.HistoryStore;
import io.hark.channel.MetaEvent;
import io.hark.control.ControlCommand;
import io.hark.stats.NodeStats;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Value: what all loops of a node share.
///
/// @param self      the node's id
/// @param clock     milliseconds that only go forward
/// @param wallClock milliseconds since the epoch; may jump
/// @param proposals takes commands for the control log
/// @param reports   brings the server's own events to those who listen to them
/// @param unheard   metachannels on which nobody listens, as far as is known; any thread
/// @param stats     where it is counted how many channels are in use, if it is
/// @param fatal     called when the node must end, as what it holds can no longer be trusted
record NodeContext(
        String self,
        String region,
        HistoryStore store,
        Peers peers,
        SlotConfig config,
        LongSupplier clock,
        LongSupplier wallClock,
        Consumer<ControlCommand> proposals,
        Consumer<MetaEvent> reports,
        Set<ChannelId> unheard,
        Supplier<Optional<NodeStats>> stats,
        Consumer<Throwable> fatal) {
    void propose(ControlCommand command) {
        proposals.accept(command);
    }
}
