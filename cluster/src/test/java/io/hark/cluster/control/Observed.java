package io.hark.cluster.control;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/// What nodes told of their writes and of what they applied, and what must not be in it.
final class Observed {
    private static final int FAILURES_TOLD_MAX = 10;

    private final Map<Long, String> entries = new TreeMap<>();
    private final Map<String, Long> places = new HashMap<>();
    private final Set<String> acknowledged = new HashSet<>();
    private final Map<String, List<long[]>> successes = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private int failed;

    synchronized void applied(String node, long index, String id) {
        String before = entries.putIfAbsent(index, id);
        if (before != null && !before.equals(id)) {
            wrong.add("%s applied %s at %d, another node %s".formatted(node, id, index, before));
        }
        Long place = places.putIfAbsent(id, index);
        if (place != null && place != index) {
            wrong.add("%s is applied at %d and at %d".formatted(id, place, index));
        }
    }

    synchronized void ok(String node, String id, long sentMillis, long doneMillis) {
        acknowledged.add(id);
        successes.computeIfAbsent(node, none -> new ArrayList<>()).add(new long[] {sentMillis, doneMillis});
    }

    synchronized void failed(String node, String line) {
        failed++;
        if (failed <= FAILURES_TOLD_MAX) {
            said(node, line);
        }
    }

    synchronized void said(String node, String line) {
        if (!line.isBlank()) {
            System.out.println(node + ": " + line);
        }
    }

    /// When the node's first write that it sent at `sinceMillis` or later was done.
    synchronized OptionalLong firstSuccess(String node, long sinceMillis) {
        return successes.getOrDefault(node, List.of()).stream()
                .filter(times -> times[0] >= sinceMillis)
                .mapToLong(times -> times[1])
                .min();
    }

    synchronized List<String> wrong() {
        List<String> all = new ArrayList<>(wrong);
        acknowledged.stream()
                .filter(id -> !places.containsKey(id))
                .forEach(id -> all.add(id + " was acknowledged and no node applied it"));
        return all;
    }

    synchronized String totals() {
        return "%d writes acknowledged, %d failed, %d entries".formatted(acknowledged.size(), failed, entries.size());
    }
}
