package io.hark.channel;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/// Value: one of the numbers of a channel's occupancy (CHM2).
public enum OccupancyMetric {
    CONNECTIONS("connections", metrics -> metrics.attachments().connections()),
    PUBLISHERS("publishers", metrics -> metrics.attachments().publishers()),
    SUBSCRIBERS("subscribers", metrics -> metrics.attachments().subscribers()),
    PRESENCE_CONNECTIONS("presenceConnections", metrics -> metrics.attachments().presenceConnections()),
    PRESENCE_MEMBERS("presenceMembers", OccupancyMetrics::presenceMembers),
    PRESENCE_SUBSCRIBERS("presenceSubscribers", metrics -> metrics.attachments().presenceSubscribers()),
    OBJECT_PUBLISHERS("objectPublishers", metrics -> metrics.attachments().objectPublishers()),
    OBJECT_SUBSCRIBERS("objectSubscribers", metrics -> metrics.attachments().objectSubscribers());

    public static final Set<OccupancyMetric> ALL = Set.copyOf(EnumSet.allOf(OccupancyMetric.class));

    private final String word;
    private final ToIntFunction<OccupancyMetrics> number;

    OccupancyMetric(String word, ToIntFunction<OccupancyMetrics> number) {
        this.word = word;
        this.number = number;
    }

    /// How it is called on the wire.
    public String word() {
        return word;
    }

    public static Optional<OccupancyMetric> fromWord(String word) {
        for (OccupancyMetric metric : values()) {
            if (metric.word.equals(word)) {
                return Optional.of(metric);
            }
        }
        return Optional.empty();
    }

    int of(OccupancyMetrics metrics) {
        return number.applyAsInt(metrics);
    }
}
