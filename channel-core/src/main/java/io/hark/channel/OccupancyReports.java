package io.hark.channel;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// Confined: tells those who want to know of the occupancy of one slot's channels.
///
/// A change is told at once when nothing was told lately, or when a number comes to zero or from it;
/// otherwise with all others of the same second. So what many clients do at once makes few events, and a
/// channel that nobody watches or that does not change costs nothing.
final class OccupancyReports {
    private static final long BETWEEN_MILLIS = 1_000;

    /// Somebody who attaches and detaches in a loop is not told each time.
    private static final long BETWEEN_AT_LEAST_MILLIS = 100;

    /// Until then an owner knows less than the one before it did, as the frontends have not all told it.
    private static final long SETTLE_MILLIS = 1_000;

    private final int epoch;
    private final long quietUntilMillis;
    private final Map<OwnedChannel, Told> told = new HashMap<>();
    private final Set<OwnedChannel> due = new LinkedHashSet<>();

    private record Told(OccupancyMetrics metrics, long millis) {}

    /// @param openedMillis when the owner began
    OccupancyReports(int epoch, long openedMillis) {
        this.epoch = epoch;
        this.quietUntilMillis = openedMillis + SETTLE_MILLIS;
    }

    /// Somebody came or went.
    void changed(OwnedChannel channel, long nowMillis) {
        if (!channel.isWatched()) {
            told.remove(channel);
            due.remove(channel);
        } else if (!tell(channel, nowMillis)) {
            due.add(channel);
        }
    }

    /// The same, where the time is not known.
    void changed(OwnedChannel channel) {
        if (channel.isWatched()) {
            due.add(channel);
        }
    }

    /// Somebody more at the feed wants to know, and is told at once.
    void watched(OwnedChannel channel, Feed feed, long nowMillis) {
        if (nowMillis < quietUntilMillis) {
            told.remove(channel);
            due.add(channel);
        } else {
            feed.occupied(channel.id, epoch, channel.metrics());
        }
    }

    /// To be called a few times a second.
    void tick(long nowMillis) {
        for (Iterator<OwnedChannel> all = due.iterator(); all.hasNext(); ) {
            OwnedChannel channel = all.next();
            if (!channel.isWatched() || tell(channel, nowMillis)) {
                all.remove();
            }
        }
    }

    /// @return false when it is too early
    private boolean tell(OwnedChannel channel, long nowMillis) {
        OccupancyMetrics metrics = channel.metrics();
        Told before = told.get(channel);
        if (before != null && before.metrics().equals(metrics)) {
            return true;
        }
        if (nowMillis < quietUntilMillis || before != null && isTooEarly(before, metrics, nowMillis)) {
            return false;
        }
        told.put(channel, new Told(metrics, nowMillis));
        channel.feeds.forEach((feed, occupancy) -> {
            if (occupancy.watchers() > 0) {
                feed.occupied(channel.id, epoch, metrics);
            }
        });
        return true;
    }

    private static boolean isTooEarly(Told before, OccupancyMetrics metrics, long nowMillis) {
        long since = nowMillis - before.millis();
        return since < (before.metrics().crossesZero(metrics) ? BETWEEN_AT_LEAST_MILLIS : BETWEEN_MILLIS);
    }
}
