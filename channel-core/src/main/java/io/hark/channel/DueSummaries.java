package io.hark.channel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Confined: when summaries of a channel's messages may be told next, and of which messages one is due.
final class DueSummaries {
    /// What a summary that the owner before has left to be told may take.
    private static final int BYTES_MAX = 65_536;

    private static final int PACED_MAX = 1_000;

    /// Messages of which a summary was told lately, with when the next may be; those that wait longest
    /// first.
    private final Map<String, Long> nextMillis = new LinkedHashMap<>();

    /// Messages of which one is due, and whether it is being worked out.
    private final Map<String, Boolean> due = new HashMap<>(0);

    boolean isEmpty() {
        return due.isEmpty();
    }

    int bytesMax() {
        return BYTES_MAX;
    }

    /// A due one is told in its turn, not out of it.
    boolean mayBeTold(String serial, long nowMillis) {
        return nextMillis.getOrDefault(serial, Long.MIN_VALUE) <= nowMillis;
    }

    boolean isDue(String serial) {
        return due.containsKey(serial);
    }

    /// Annotations were put on the message, and its summary was not told with them.
    void due(String serial) {
        due.putIfAbsent(serial, false);
    }

    void told(String serial, long next, long nowMillis) {
        due.remove(serial);
        nextMillis.remove(serial);
        if (next > nowMillis) {
            nextMillis.put(serial, next);
        }
        for (Iterator<Long> oldest = nextMillis.values().iterator(); oldest.hasNext(); ) {
            if (oldest.next() > nowMillis && nextMillis.size() <= PACED_MAX) {
                return;
            }
            oldest.remove();
        }
    }

    /// The messages whose summaries are to be told now.
    List<String> dueAt(long nowMillis) {
        if (due.isEmpty()) {
            return List.of();
        }
        List<String> now = new ArrayList<>();
        due.forEach((serial, telling) -> {
            if (!telling && mayBeTold(serial, nowMillis)) {
                now.add(serial);
            }
        });
        return now;
    }

    void telling(String serial) {
        due.replace(serial, true);
    }

    /// It could not be told just now.
    void dueAgain(String serial) {
        due.replace(serial, false);
    }

    /// The message is not kept any more.
    void forget(String serial) {
        due.remove(serial);
    }
}
