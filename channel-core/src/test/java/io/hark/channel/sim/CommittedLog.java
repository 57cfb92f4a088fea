package io.hark.channel.sim;

import io.hark.channel.EntryKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Confined: what was committed, in the order of the log, with the lineages in which it stands.
final class CommittedLog {
    private final Map<Place, Event.Committed> byPlace = new HashMap<>();
    private final Map<String, TreeMap<Long, List<Event.Committed>>> byChannel = new HashMap<>();

    /// Where lineages begin, by slot and lineage.
    private final Map<Integer, TreeMap<Integer, Long>> begins = new HashMap<>();

    private final Map<Integer, Long> expiredUpTo = new HashMap<>();
    private final Set<Place> expired = new HashSet<>();

    /// @return what stands there already
    Optional<Event.Committed> add(Event.Committed entry) {
        Event.Committed before = byPlace.putIfAbsent(entry.place(), entry);
        if (before == null) {
            byChannel
                    .computeIfAbsent(entry.channel(), key -> new TreeMap<>())
                    .computeIfAbsent(entry.place().lsn(), key -> new ArrayList<>(1))
                    .add(entry);
            begins.computeIfAbsent(entry.place().slot(), key -> new TreeMap<>())
                    .merge(entry.place().lineage(), entry.place().lsn(), Math::min);
        }
        return Optional.ofNullable(before);
    }

    Optional<Event.Committed> at(Place place) {
        return Optional.ofNullable(byPlace.get(place));
    }

    /// The last LSN of the lineage, when seen from a later one.
    private long endOf(int slot, int lineage, int seenFrom) {
        TreeMap<Integer, Long> later = begins.get(slot);
        return later == null || lineage >= seenFrom
                ? Long.MAX_VALUE
                : later.subMap(lineage, false, seenFrom, true).values().stream()
                        .mapToLong(begin -> begin - 1)
                        .min()
                        .orElse(Long.MAX_VALUE);
    }

    /// Whether what is at the place is in the log of that lineage.
    boolean holds(Place place, int lineage) {
        return place.lineage() <= lineage && place.lsn() <= endOf(place.slot(), place.lineage(), lineage);
    }

    /// The newest lineage of the slot.
    int lineage(int slot) {
        TreeMap<Integer, Long> all = begins.get(slot);
        return all == null ? 1 : all.lastKey();
    }

    boolean isKept(Place place) {
        return holds(place, lineage(place.slot()));
    }

    /// The channel's entries after one LSN and before another, as they stand in that lineage.
    List<Event.Committed> between(String channel, long after, long before, int lineage) {
        TreeMap<Long, List<Event.Committed>> log = byChannel.get(channel);
        if (log == null || after >= before) {
            return List.of();
        }
        return log.subMap(after, false, before, false).values().stream()
                .flatMap(List::stream)
                .filter(entry -> holds(entry.place(), lineage))
                .toList();
    }

    /// All entries that are in the newest lineage's log, in its order.
    List<Event.Committed> kept(String channel) {
        TreeMap<Long, List<Event.Committed>> log = byChannel.get(channel);
        return log == null
                ? List.of()
                : log.values().stream()
                        .flatMap(List::stream)
                        .filter(entry -> isKept(entry.place()))
                        .toList();
    }

    List<Event.Committed> all() {
        return byChannel.values().stream()
                .flatMap(log -> log.values().stream())
                .flatMap(List::stream)
                .toList();
    }

    Set<String> channels() {
        return byChannel.keySet();
    }

    void expired(Place place) {
        expiredUpTo.merge(place.slot(), place.lsn(), Math::max);
        expired.add(place);
    }

    boolean isExpired(Place place) {
        return expired.contains(place);
    }

    /// Whether a later version of a message of the channel has expired: then its message is not shown any more,
    /// though what was published first may be there.
    boolean hasExpiredVersionAfter(String channel, Place place) {
        return between(channel, place.lsn(), Long.MAX_VALUE, lineage(place.slot())).stream()
                .anyMatch(entry -> entry.kind() == EntryKind.VERSION && isExpired(entry.place()));
    }

    boolean hasExpiredAfter(Place place) {
        return expiredUpTo.getOrDefault(place.slot(), 0L) > place.lsn();
    }
}
