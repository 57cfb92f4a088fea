package io.hark.launcher.jepsen;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Confined to the checker: which message followed which, at whatever client. There is an order that all of them
/// agree with if and only if it has no cycle.
final class OrderGraph {
    private final Map<String, Set<String>> followers = new HashMap<>();
    private final Map<String, Integer> predecessors = new HashMap<>();

    void follows(String first, String next) {
        if (followers.computeIfAbsent(first, id -> new HashSet<>(2)).add(next)) {
            predecessors.merge(next, 1, Integer::sum);
            predecessors.putIfAbsent(first, 0);
        }
    }

    /// @return a message of a cycle
    Optional<String> cycle() {
        Map<String, Integer> left = new HashMap<>(predecessors);
        ArrayDeque<String> free = new ArrayDeque<>();
        left.forEach((id, count) -> {
            if (count == 0) {
                free.add(id);
            }
        });
        int done = 0;
        while (!free.isEmpty()) {
            done++;
            for (String next : followers.getOrDefault(free.poll(), Set.of())) {
                if (left.merge(next, -1, Integer::sum) == 0) {
                    free.add(next);
                }
            }
        }
        return done == left.size()
                ? Optional.empty()
                : left.entrySet().stream()
                        .filter(entry -> entry.getValue() > 0)
                        .map(Map.Entry::getKey)
                        .findFirst();
    }
}
