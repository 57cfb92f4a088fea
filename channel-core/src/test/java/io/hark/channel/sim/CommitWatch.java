package io.hark.channel.sim;

import io.hark.channel.ChannelId;
import io.hark.channel.LogRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Confined: what nodes hold for committed, written down when the first of them does, and when one disagrees.
final class CommitWatch {
    private final History history;
    private final Map<Place, LogRecord> committed = new LinkedHashMap<>();

    CommitWatch(History history) {
        this.history = history;
    }

    void committed(SimNode node, int slot, long lsn) {
        node.store().handedIn(slot, lsn).ifPresent(record -> {
            Place place = Place.of(record.head());
            LogRecord first = committed.putIfAbsent(place, record);
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
        }
    }
}
