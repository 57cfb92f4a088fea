package io.hark.loadtest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Handle: what the connections of one traffic count, and how long things took. Lanes write, one thread
/// collects.
final class Measurements {
    private static final int PROBLEMS_MAX = 20;

    final LongAdder published = new LongAdder();
    final LongAdder acknowledged = new LongAdder();
    final LongAdder refused = new LongAdder();

    /// Without doubles.
    final LongAdder delivered = new LongAdder();

    final LongAdder doubled = new LongAdder();
    final LongAdder reordered = new LongAdder();

    /// On a channel where nobody published them.
    final LongAdder misrouted = new LongAdder();

    /// From when a message was due to its arrival at a subscriber.
    final Latencies delivery;

    /// From when a message was due to its acknowledgement.
    final Latencies acknowledgement;

    /// From when a message was due to its being sent: the generator's share, and what waited for
    /// the window.
    final Latencies lateness;

    /// How often each was told of; bounded.
    private final Map<String, Integer> problems = new LinkedHashMap<>();

    Measurements(int lanes) {
        delivery = new Latencies(lanes);
        acknowledgement = new Latencies(lanes);
        lateness = new Latencies(lanes);
    }

    /// Something that makes the run's figures worthless. Any thread.
    void problem(String what) {
        synchronized (problems) {
            if (problems.size() < PROBLEMS_MAX || problems.containsKey(what)) {
                problems.merge(what, 1, Integer::sum);
            }
        }
    }

    /// At most some twenty different ones, each with how often it was told of.
    List<String> problems() {
        synchronized (problems) {
            List<String> list = new ArrayList<>();
            problems.forEach((what, times) -> list.add(times == 1 ? what : "%s (%d times)".formatted(what, times)));
            return list;
        }
    }
}
