package io.hark.stats;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/// Handle: what this node counts of one app, since it counts. Any thread; what is on the path of messages counts with
/// [#ofLoop].
public final class AppStats implements Counting {
    private final AtomicReferenceArray<LongAdder> adders = new AtomicReferenceArray<>(Metric.NUMBERS);
    private final List<LoopStats> loops = new CopyOnWriteArrayList<>();
    private final Map<Gauge, LiveGauge> gauges = new EnumMap<>(Gauge.class);

    public AppStats() {
        for (Gauge gauge : Gauge.values()) {
            gauges.put(gauge, new LiveGauge());
        }
    }

    @Override
    public void add(int number, long count) {
        LongAdder adder = adders.get(number);
        if (adder == null) {
            adders.compareAndSet(number, null, new LongAdder());
            adder = adders.get(number);
        }
        adder.add(count);
    }

    /// What one loop counts with; to be asked for once.
    public LoopStats ofLoop() {
        LoopStats added = new LoopStats();
        loops.add(added);
        return added;
    }

    public LiveGauge gauge(Gauge gauge) {
        return gauges.get(gauge);
    }

    /// All counts, by [Metric#number]. They only grow.
    long[] sums() {
        long[] sums = new long[Metric.NUMBERS];
        for (int number = 0; number < sums.length; number++) {
            LongAdder adder = adders.get(number);
            sums[number] = adder == null ? 0 : adder.sum();
        }
        loops.forEach(loop -> loop.addTo(sums));
        return sums;
    }
}
