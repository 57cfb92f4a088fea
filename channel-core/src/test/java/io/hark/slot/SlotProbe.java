package io.hark.slot;

import io.hark.channel.SlotMeta;
import java.lang.reflect.Field;
import java.util.List;

/// Confined: looks at what a node's replicas know, for tests that watch from outside. On the slot's
/// loop, between turns.
public final class SlotProbe {
    private final List<SlotReplica[]> byLoop;

    public SlotProbe(NodeRouter router) {
        this.byLoop = ((List<?>) read(NodeRouter.class, "slotLoops", router))
                .stream()
                        .map(loop -> (SlotReplica[]) read(SlotLoop.class, "replicas", loop))
                        .toList();
    }

    private static Object read(Class<?> type, String name, Object from) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field.get(from);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private SlotReplica replica(int slot) {
        return byLoop.get(slot % byLoop.size())[slot];
    }

    public long committedLsn(int slot) {
        return replica(slot).committedLsn();
    }

    /// The epoch that the node answers in.
    public int promised(int slot) {
        return replica(slot).promised();
    }

    public boolean leads(int slot) {
        return replica(slot).leader().isPresent();
    }

    public boolean serves(int slot) {
        return replica(slot).serving().isPresent();
    }

    public SlotMeta meta(int slot) {
        return replica(slot).meta();
    }
}
