package io.hark.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Value: all tokens that the region accepts no longer, by the name of their key. Bounded: what no token can be
/// alive of any more is dropped with the next that comes.
public record Revocations(Map<String, List<Revocation>> byKey) {
    public static final Revocations NONE = new Revocations(Map.of());

    /// Of one key; one more is left out.
    public static final int PER_KEY_MAX = 2_000;

    /// Of all keys; one more is left out.
    public static final int MAX = 20_000;

    public Revocations {
        Map<String, List<Revocation>> copy = new TreeMap<>();
        byKey.forEach((key, list) -> copy.put(key, List.copyOf(list)));
        byKey = Map.copyOf(copy);
    }

    static Revocations of(List<Revocation> all) {
        return NONE.with(all, Long.MIN_VALUE);
    }

    /// In an order that is the same on every node.
    List<Revocation> all() {
        List<Revocation> all = new ArrayList<>();
        new TreeMap<>(byKey).values().forEach(all::addAll);
        return all;
    }

    /// With the added ones as far as there is room, see [#covers]; this same object when that changes nothing.
    ///
    /// @param atMillis when it was proposed: what ended before then is dropped
    Revocations with(List<Revocation> added, long atMillis) {
        Map<String, List<Revocation>> next = new TreeMap<>();
        int count = 0;
        for (Map.Entry<String, List<Revocation>> ofKey : byKey.entrySet()) {
            List<Revocation> left = new ArrayList<>(ofKey.getValue());
            left.removeIf(revocation -> revocation.untilMillis() <= atMillis);
            next.put(ofKey.getKey(), left);
            count += left.size();
        }
        for (Revocation revocation : added) {
            List<Revocation> ofKey = next.computeIfAbsent(revocation.keyName(), key -> new ArrayList<>());
            if (ofKey.stream().noneMatch(other -> other.supersedes(revocation, atMillis))) {
                int before = ofKey.size();
                ofKey.removeIf(other -> revocation.supersedes(other, atMillis));
                count -= before - ofKey.size();
                if (ofKey.size() < PER_KEY_MAX && count < MAX) {
                    ofKey.add(revocation);
                    count++;
                }
            }
        }
        next.values().removeIf(List::isEmpty);
        return next.equals(byKey) ? this : new Revocations(next);
    }

    /// Whether all tokens that this revocation speaks of are refused, at `atMillis` at the latest: false for one
    /// that there was no room for.
    public boolean covers(Revocation revocation, long atMillis) {
        return byKey.getOrDefault(revocation.keyName(), List.of()).stream()
                .anyMatch(other -> other.supersedes(revocation, atMillis));
    }
}
