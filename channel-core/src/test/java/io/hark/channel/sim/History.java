package io.hark.channel.sim;

import java.util.ArrayList;
import java.util.List;

/// Confined: everything that happened in one run, in order.
final class History {
    private final Scheduler scheduler;
    private final List<Recorded> events = new ArrayList<>();

    History(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    record Recorded(long atMicros, Event event) {
        @Override
        public String toString() {
            return "%10.3f ms  %s".formatted(atMicros / 1000.0, event);
        }
    }

    void add(Event event) {
        events.add(new Recorded(scheduler.nowMicros(), event));
    }

    List<Recorded> events() {
        return events;
    }

    /// The same for the same history, on any machine: made from its text.
    long hash() {
        long hash = 0xcbf29ce484222325L;
        for (Recorded recorded : events) {
            hash = (hash ^ recorded.toString().hashCode()) * 0x100000001b3L;
        }
        return hash;
    }
}
