package io.hark.launcher.jepsen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Confined to the checker: the final log of one channel.
final class ChannelLog {
    private final List<String> ids = new ArrayList<>();
    private final List<String> serials = new ArrayList<>();
    private final Map<String, Integer> indexes = new HashMap<>();

    /// Index in the log by when the message was invoked; once sealed, the lowest index of all that were invoked
    /// then or later.
    private final TreeMap<Integer, Integer> invoked = new TreeMap<>();

    /// @return false when the message is there already
    boolean append(String id, String serial) {
        ids.add(id);
        serials.add(serial);
        return indexes.putIfAbsent(id, ids.size() - 1) == null;
    }

    void invoked(int at, int index) {
        invoked.put(at, index);
    }

    void seal() {
        int lowest = ids.size();
        for (Map.Entry<Integer, Integer> entry : invoked.descendingMap().entrySet()) {
            lowest = Math.min(lowest, entry.getValue());
            entry.setValue(lowest);
        }
    }

    /// The first place that a subscriber who was attached at a moment must have seen: everything from there on, or
    /// more, was published after it.
    int firstDueAfter(int at) {
        Map.Entry<Integer, Integer> entry = invoked.higherEntry(at);
        return entry == null ? ids.size() : entry.getValue();
    }

    int size() {
        return ids.size();
    }

    String id(int index) {
        return ids.get(index);
    }

    String serial(int index) {
        return serials.get(index);
    }

    Optional<Integer> index(String id) {
        return Optional.ofNullable(indexes.get(id));
    }
}
