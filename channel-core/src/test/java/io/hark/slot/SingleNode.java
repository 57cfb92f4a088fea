package io.hark.slot;

import io.hark.channel.HistoryStore;
import io.hark.channel.Loop;
import io.hark.channel.Slots;
import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;

/// A node that is alone, for tests of what uses its router.
public final class SingleNode {
    private static final String SELF = "n1";

    private SingleNode() {}

    /// The router of a node that owns all slots in their first epoch.
    public static NodeRouter router(
            List<? extends Loop> loops, String region, HistoryStore store, SlotConfig config, LongSupplier wallClock) {
        NodeRouter router = new NodeRouter(
                loops,
                SELF,
                region,
                store,
                Peers.NONE,
                config,
                wallClock,
                wallClock,
                command -> {
                    throw new AssertionError("a node that is alone has nothing to propose: " + command);
                },
                failure -> {
                    throw new AssertionError(failure);
                });
        router.decided(alone(), true);
        return router;
    }

    private static ControlState alone() {
        return ControlState.EMPTY
                .apply(new ControlCommand.Register(SELF, "first life", "localhost:0", 1, true, List.of()))
                .apply(new ControlCommand.Bootstrap(1, 1, Collections.nCopies(Slots.COUNT, List.of(SELF))));
    }
}
