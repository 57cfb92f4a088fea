package io.hark.stats;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Confined: what one life of a node has counted of one app, minute by minute, until it is reported. It
/// is looked at once a second; what is found then counts as of that second.
public final class StatsBook {
    /// Minutes that wait to be reported; of more the oldest are given up.
    private static final int PAGES_MAX = (int) StatsRetention.LATE_MAX.toMinutes();

    private final String source;
    private final AppStats stats;
    private final SortedMap<Long, Page> pages = new TreeMap<>();
    private long[] last = new long[Metric.NUMBERS];
    private long lostMinutes;

    /// @param source the node and its life, see [StatsReport]
    public StatsBook(String source, AppStats stats) {
        this.source = source;
        this.stats = stats;
    }

    /// One minute.
    private static final class Page {
        private final Interval minute;
        private final SortedMap<Integer, Long> counts = new TreeMap<>();
        private final Map<Gauge, Levels> levels = new EnumMap<>(Gauge.class);
        private long seq;
        private long reportedSeq;
        private boolean counted;
        private boolean measured;
        private boolean reporting;

        Page(Interval minute) {
            this.minute = minute;
        }
    }

    /// Looks at what was counted since it did so last.
    public void tick(long nowMillis) {
        Interval minute = Interval.of(Unit.MINUTE, nowMillis);
        Page page = pages.computeIfAbsent(minute.startMillis(), start -> new Page(minute));
        long[] sums = stats.sums();
        for (int number = 0; number < sums.length; number++) {
            long more = sums[number] - last[number];
            if (more != 0) {
                page.counts.merge(number, more, Long::sum);
                page.counted = true;
            }
        }
        last = sums;
        int part = minute.partsBegun(nowMillis) - 1;
        for (Gauge gauge : Gauge.values()) {
            LiveGauge live = stats.gauge(gauge);
            Levels.Band band = live.take();
            Levels known = page.levels.getOrDefault(gauge, Levels.NONE);
            if (band.high() > 0 || known != Levels.NONE) {
                Levels.Band before = known.bands().size() > part ? known.bands().get(part) : band;
                page.levels.put(gauge, known.with(part, before.joined(band), live.now()));
                page.measured = true;
            }
        }
        pages.values().removeIf(each -> each != page && each.seq == 0 && !each.counted && !each.measured);
        while (pages.size() > PAGES_MAX) {
            pages.remove(pages.firstKey());
            lostMinutes++;
        }
    }

    /// What is to be reported now: minutes that are over.
    ///
    /// @param counted also the minute that is not over, if something was counted since it was reported
    /// @param all     also if nothing was, as when the node ends
    public List<StatsReport> due(long nowMillis, boolean counted, boolean all) {
        List<StatsReport> due = new ArrayList<>();
        for (Page page : pages.values()) {
            boolean over = !page.minute.contains(nowMillis);
            boolean wanted = over || all ? page.counted || page.measured : counted && page.counted;
            if (!page.reporting && wanted) {
                page.reporting = true;
                page.counted = false;
                page.measured = false;
                page.seq++;
                due.add(new StatsReport(
                        page.minute,
                        source,
                        page.seq,
                        new StatsRow(new Counts(new TreeMap<>(page.counts)), page.levels)));
            }
        }
        return due;
    }

    /// The report was taken, or not: then it is due again.
    public void reported(StatsReport report, boolean taken) {
        Page page = pages.get(report.minute().startMillis());
        if (page != null && page.seq == report.seq()) {
            page.reporting = false;
            if (taken) {
                page.reportedSeq = report.seq();
            } else {
                page.counted = true;
            }
        }
    }

    /// The oldest minute that is over, of which everything was reported; it is forgotten.
    public Optional<Interval> takeDone(long nowMillis) {
        for (Page page : pages.values()) {
            boolean done = !page.reporting && !page.counted && !page.measured && page.reportedSeq > 0;
            if (done && !page.minute.contains(nowMillis)) {
                pages.remove(page.minute.startMillis());
                return Optional.of(page.minute);
            }
        }
        return Optional.empty();
    }

    /// Whether something waits to be reported.
    public boolean hasOpen() {
        return pages.values().stream().anyMatch(page -> page.reporting || page.counted || page.measured);
    }

    /// How many minutes were given up as nobody took them in time.
    public long lostMinutes() {
        return lostMinutes;
    }
}
