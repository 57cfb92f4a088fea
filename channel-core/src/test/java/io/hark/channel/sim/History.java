package io.hark.channel.sim;

import io.hark.channel.DamagedEntry;
import io.hark.channel.EntryBody;
import io.hark.channel.LogRecord;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Confined: everything that happened in one run, in order.
final class History {
    /// Also writes down what nodes tell each other.
    private static final boolean TRACED = Boolean.getBoolean("hark.sim.trace");

    private final Scheduler scheduler;
    private final List<Recorded> events = new ArrayList<>();

    /// Names of entries by their bytes, which all nodes share.
    private final Map<byte[], String> ops = new IdentityHashMap<>();

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

    void trace(Supplier<String> what) {
        if (TRACED) {
            add(new Event.Befell(what.get()));
        }
    }

    List<Recorded> events() {
        return events;
    }

    /// What the entry was published as.
    String op(LogRecord record) {
        return ops.computeIfAbsent(record.encoded(), bytes -> {
            try {
                return op(record.entry().body());
            } catch (DamagedEntry e) {
                throw new AssertionError(e);
            }
        });
    }

    static String op(EntryBody body) {
        return switch (body) {
            case EntryBody.None() -> "";
            case EntryBody.Refusal refusal -> "";
            case EntryBody.Messages(var batch) -> batch.id();
            case EntryBody.Presence(var batch) -> batch.id();
            case EntryBody.Version version -> version.batch().id();
            case EntryBody.Annotations(var batch, var summary) -> batch.id();
            case EntryBody.Objects(var batch) -> batch.id();
        };
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
