package io.hark.channel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Value: the occupancy of a channel as clients are told of it (CHM1).
public record OccupancyMetrics(Occupancy attachments, int presenceMembers) {
    public static final OccupancyMetrics NONE = new OccupancyMetrics(Occupancy.NONE, 0);

    /// Whether one of the numbers is zero here or there, and not at both.
    boolean crossesZero(OccupancyMetrics other) {
        for (OccupancyMetric metric : OccupancyMetric.values()) {
            if ((metric.of(this) == 0) != (metric.of(other) == 0)) {
                return true;
            }
        }
        return false;
    }

    /// The wanted numbers by their names, in the order of [OccupancyMetric].
    public Map<String, Object> tree(Set<OccupancyMetric> wanted) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (OccupancyMetric metric : OccupancyMetric.values()) {
            if (wanted.contains(metric)) {
                tree.put(metric.word(), metric.of(this));
            }
        }
        return tree;
    }
}
