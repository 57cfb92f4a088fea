package io.hark.channel.sim;

import io.hark.channel.Durability;
import io.hark.channel.sim.Anomaly.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/// Confined: whether what is committed is where it must be: on enough disks when it is committed, nowhere else
/// afterwards, and on all replicas alike in the end (design, rules I1, I2, R3).
final class ReplicaCheck {
    private final CommittedLog log;
    private final BiConsumer<Kind, String> found;
    private final Map<Copy, Set<String>> durableOn = new HashMap<>();
    private final Map<String, ArrayDeque<Event.Written>> unsynced = new HashMap<>();

    /// By slot, the highest epoch of what is committed, by LSN.
    private final Map<Integer, TreeMap<Long, Integer>> epochs = new HashMap<>();

    private final Map<Integer, List<Event.ReplicaAtRest>> resting = new TreeMap<>();
    private int minIsr = 1;

    ReplicaCheck(CommittedLog log, BiConsumer<Kind, String> found) {
        this.log = log;
        this.found = found;
    }

    private record Copy(Place place, int epoch, String op) {}

    void began(Event.Began began) {
        minIsr = began.minIsr();
    }

    void written(Event.Written written) {
        if (written.durability() == Durability.FSYNC) {
            unsynced.computeIfAbsent(written.node(), key -> new ArrayDeque<>()).add(written);
        } else {
            durable(written);
        }
    }

    void synced(Event.Synced synced) {
        ArrayDeque<Event.Written> waiting = unsynced.getOrDefault(synced.node(), new ArrayDeque<>());
        while (!waiting.isEmpty() && waiting.peek().number() <= synced.number()) {
            durable(waiting.poll());
        }
    }

    private void durable(Event.Written written) {
        durableOn
                .computeIfAbsent(new Copy(written.place(), written.epoch(), written.op()), key -> new HashSet<>())
                .add(written.node());
    }

    /// What a node loses before it was synced never was.
    void lost(Event.Lost lost) {
        ArrayDeque<Event.Written> waiting = unsynced.getOrDefault(lost.node(), new ArrayDeque<>());
        waiting.removeIf(written -> written.place().equals(lost.place()));
    }

    /// @param what is done with the entry
    void requireDurable(Kind kind, Place place, String what) {
        log.at(place)
                .ifPresentOrElse(
                        entry -> requireCopies(kind, entry, what),
                        () -> found.accept(kind, what + " though nothing is committed at " + place));
    }

    private void requireCopies(Kind kind, Event.Committed entry, String what) {
        Set<String> nodes = durableOn.getOrDefault(new Copy(entry.place(), entry.epoch(), entry.op()), Set.of());
        if (nodes.size() < minIsr && !log.isExpired(entry.place())) {
            found.accept(kind, "%s at %s though only %s have it, of %d".formatted(what, entry.place(), nodes, minIsr));
        }
    }

    void committed(Event.Committed entry) {
        Place place = entry.place();
        log.add(entry)
                .ifPresentOrElse(
                        before -> found.accept(
                                Kind.POSITION_DISAGREEMENT,
                                "%s is %s of epoch %d on %s and %s of epoch %d on %s"
                                        .formatted(
                                                place,
                                                before.op(),
                                                before.epoch(),
                                                before.node(),
                                                entry.op(),
                                                entry.epoch(),
                                                entry.node())),
                        () -> requireCopies(Kind.COMMITTED_BEFORE_DURABLE, entry, "an entry is committed"));
        TreeMap<Long, Integer> before = epochs.computeIfAbsent(place.slot(), key -> new TreeMap<>());
        Map.Entry<Long, Integer> at = before.floorEntry(place.lsn());
        if (at != null && at.getValue() > entry.epoch() && place.lineage() == log.lineage(place.slot())) {
            found.accept(
                    Kind.STALE_OWNER_WRITE,
                    "%s of epoch %d is committed on %s after %d of epoch %d"
                            .formatted(place, entry.epoch(), entry.node(), at.getKey(), at.getValue()));
        }
        if (at == null || at.getValue() < entry.epoch()) {
            before.put(place.lsn(), entry.epoch());
        }
    }

    void atRest(Event.ReplicaAtRest replica) {
        resting.computeIfAbsent(replica.slot(), key -> new ArrayList<>()).add(replica);
    }

    void atTheEnd() {
        Map<Place, String> standing = new HashMap<>();
        for (List<Event.ReplicaAtRest> replicas : resting.values()) {
            for (Event.ReplicaAtRest replica : replicas) {
                if (replica.owns()) {
                    replica.lines().forEach(line -> standing.put(line.place(), line.op()));
                    replicas.stream().filter(other -> other != replica).forEach(other -> compare(replica, other));
                }
            }
        }
        for (Event.Committed entry : log.all()) {
            boolean owned = resting.getOrDefault(entry.place().slot(), List.of()).stream()
                    .anyMatch(Event.ReplicaAtRest::owns);
            if (!owned || log.isExpired(entry.place())) {
                continue;
            }
            if (!log.isKept(entry.place())) {
                if (entry.durability() == Durability.FSYNC) {
                    found.accept(Kind.LOST_COMMITTED, entry + " was synced and is lost with its lineage");
                }
            } else if (!entry.op().equals(standing.get(entry.place()))) {
                found.accept(Kind.LOST_COMMITTED, entry + " is not in the log any more");
            }
        }
    }

    /// One's rows about messages that both have.
    private static List<String> rows(Event.ReplicaAtRest one, Event.ReplicaAtRest other) {
        Set<Long> there = new HashSet<>();
        other.lines().forEach(line -> there.add(line.place().lsn()));
        return one.rows().stream()
                .filter(row -> there.contains(row.messageLsn()))
                .map(Event.Row::text)
                .toList();
    }

    private void compare(Event.ReplicaAtRest owner, Event.ReplicaAtRest other) {
        Map<Long, Event.Line> lines = new HashMap<>();
        owner.lines().forEach(line -> lines.put(line.place().lsn(), line));
        boolean same = owner.lastLsn() == other.lastLsn();
        for (Event.Line line : other.lines()) {
            Event.Line mine = lines.remove(line.place().lsn());
            same &= mine == null ? log.isExpired(line.place()) : mine.equals(line);
        }
        same &= lines.values().stream().allMatch(line -> log.isExpired(line.place()));
        same &= owner.members().equals(other.members());
        same &= rows(owner, other).equals(rows(other, owner));
        if (!same) {
            found.accept(
                    Kind.REPLICAS_DIFFER,
                    "slot %d on %s up to %d, %s; on %s up to %d, %s; only there: %s, rows %s and %s"
                            .formatted(
                                    owner.slot(),
                                    owner.node(),
                                    owner.lastLsn(),
                                    owner.members(),
                                    other.node(),
                                    other.lastLsn(),
                                    other.members(),
                                    lines.values(),
                                    rows(owner, other),
                                    rows(other, owner)));
        }
    }
}
