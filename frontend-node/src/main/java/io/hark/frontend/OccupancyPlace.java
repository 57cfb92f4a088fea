package io.hark.frontend;

import io.hark.channel.OccupancyMetric;
import io.hark.channel.OccupancyMetrics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Confined: what of a channel's occupancy one subscriber knows, and what it is to be told. It is told
/// the newest numbers only, and nothing while those that it wants stay the same.
final class OccupancyPlace {
    private final Set<OccupancyMetric> wanted;
    private Map<String, Object> told = Map.of();
    private Optional<OccupancyMetrics> news = Optional.empty();

    OccupancyPlace(Set<OccupancyMetric> wanted) {
        this.wanted = wanted;
    }

    Set<OccupancyMetric> wanted() {
        return wanted;
    }

    void newest(OccupancyMetrics metrics) {
        news = Optional.of(metrics).filter(numbers -> !numbers.tree(wanted).equals(told));
    }

    /// What the subscriber is to be told, as soon as it can be.
    Optional<OccupancyMetrics> news() {
        return news;
    }

    void told() {
        told = news.map(metrics -> metrics.tree(wanted)).orElse(told);
        news = Optional.empty();
    }
}
