package io.hark.channel.sim;

import io.hark.channel.ChannelId;
import io.hark.channel.LogRecord;
import io.hark.control.ControlState;
import io.hark.control.SlotAssignment;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// Confined: what nodes hold for committed, written down when the first of them does, and when one disagrees or counts
/// as in sync without it.
final class CommitWatch {
    private final History history;
    private final Supplier<ControlState> decided;
    private final Map<Place, LogRecord> committed = new LinkedHashMap<>();

    /// Where the last committed entry stands, by slot and lineage.
    private final Map<Lineage, Long> last = new LinkedHashMap<>();

    private record Lineage(int slot, int number) {}

    /// @param decided what the region has decided up to now
    CommitWatch(History history, Supplier<ControlState> decided) {
        this.history = history;
        this.decided = decided;
    }

    void committed(SimNode node, int slot, long lsn) {
        node.store().handedIn(slot, lsn).ifPresent(record -> {
            Place place = Place.of(record.head());
            LogRecord first = committed.putIfAbsent(place, record);
            last.merge(new Lineage(slot, place.lineage()), lsn, Math::max);
            if (first == null || !isSame(first, record)) {
                history.add(new Event.Committed(
                        node.id(),
                        node.probe().promised(slot),
                        place,
                        record.head().epoch(),
                        record.channel().map(ChannelId::name).orElse(""),
                        history.op(record),
                        record.head().kind(),
                        record.policy().durability()));
            }
        });
    }

    private boolean isSame(LogRecord one, LogRecord other) {
        return one == other
                || one.head().epoch() == other.head().epoch() && history.op(one).equals(history.op(other));
    }

    /// Follows one life of a node.
    Follower follow(SimNode node, List<Integer> slots) {
        return new Follower(node, slots);
    }

    final class Follower {
        private final SimNode node;
        private final Map<Integer, Long> seen = new LinkedHashMap<>();
        private final Set<Integer> lacking = new LinkedHashSet<>();

        private Follower(SimNode node, List<Integer> slots) {
            this.node = node;
            slots.forEach(slot -> seen.put(slot, 0L));
        }

        void look() {
            seen.replaceAll((slot, before) -> {
                long now = node.probe().committedLsn(slot);
                for (long lsn = before + 1; lsn <= now; lsn++) {
                    committed(node, slot, lsn);
                }
                return now;
            });
            ControlState state = decided.get();
            if (state.hasSlots() && state.isCurrent(node.id(), node.incarnation())) {
                seen.keySet().forEach(slot -> requireAll(state.slots().get(slot)));
            }
        }

        /// Whoever is in sync has everything that is committed.
        private void requireAll(SlotAssignment slot) {
            long needed = last.getOrDefault(new Lineage(slot.slot(), slot.lineage()), 0L);
            long has = node.probe().meta(slot.slot()).lastLsn();
            if (has >= needed || !slot.isr().contains(node.id())) {
                lacking.remove(slot.slot());
            } else if (lacking.add(slot.slot())) {
                history.add(new Event.Lacks(node.id(), slot.slot(), has, needed));
            }
        }
    }
}
