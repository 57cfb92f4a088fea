package io.hark.jepsen;

import io.hark.jepsen.Anomaly.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Value: what the checker looked at, and what it found.
///
/// @param reissued     messages that were sent again under another identity, since a connection could not be
///                     resumed
/// @param compared     entries of further nodes' logs that were compared with the first's
/// @param views        presence sets that were compared with the truth
/// @param found        how many anomalies of each kind
/// @param anomalies    the first of each kind
record Verdict(
        int published,
        int acked,
        int refused,
        int unanswered,
        int reissued,
        int logged,
        int compared,
        int delivered,
        int attaches,
        int resumed,
        int discontinuities,
        int failedResumes,
        int views,
        Map<Kind, Integer> found,
        List<Anomaly> anomalies) {
    private static final int SHOWN_MAX = 5;

    Verdict {
        found = new EnumMap<>(found);
        anomalies = List.copyOf(anomalies);
    }

    boolean found(Kind kind) {
        return found.containsKey(kind);
    }

    /// How many anomalies there are that break a promise.
    int failures() {
        return found.entrySet().stream()
                .filter(entry -> entry.getKey() != Kind.FALSE_DISCONTINUITY)
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                ("published=%d acked=%d refused=%d unanswered=%d reissued=%d logged=%d compared=%d delivered=%d"
                    + " attaches=%d resumed=%d discontinuities=%d failedResumes=%d presenceViews=%d failures=%d")
                        .formatted(
                                published,
                                acked,
                                refused,
                                unanswered,
                                reissued,
                                logged,
                                compared,
                                delivered,
                                attaches,
                                resumed,
                                discontinuities,
                                failedResumes,
                                views,
                                failures()));
        found.forEach((kind, count) -> {
            text.append("\n  ").append(kind).append(": ").append(count);
            anomalies.stream()
                    .filter(anomaly -> anomaly.kind() == kind)
                    .limit(SHOWN_MAX)
                    .forEach(anomaly -> text.append("\n    ").append(anomaly.what()));
        });
        return text.toString();
    }
}
