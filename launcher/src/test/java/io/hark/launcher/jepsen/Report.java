package io.hark.launcher.jepsen;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Value: what the checker looked at, and what it found.
record Report(
        int published,
        int acked,
        int refused,
        int unanswered,
        int logged,
        int delivered,
        int attaches,
        int resumed,
        int discontinuities,
        List<Anomaly> anomalies) {
    private static final int SHOWN_MAX = 5;

    boolean found(Anomaly.Kind kind) {
        return anomalies.stream().anyMatch(anomaly -> anomaly.kind() == kind);
    }

    @Override
    public String toString() {
        String counts =
                "published=%d acked=%d refused=%d unanswered=%d logged=%d delivered=%d attaches=%d resumed=%d discontinuities=%d anomalies=%d"
                        .formatted(
                                published,
                                acked,
                                refused,
                                unanswered,
                                logged,
                                delivered,
                                attaches,
                                resumed,
                                discontinuities,
                                anomalies.size());
        Map<Anomaly.Kind, List<Anomaly>> byKind =
                anomalies.stream().collect(Collectors.groupingBy(Anomaly::kind, TreeMap::new, Collectors.toList()));
        StringBuilder text = new StringBuilder(counts);
        byKind.forEach((kind, all) -> {
            text.append("\n  ").append(kind).append(": ").append(all.size());
            all.stream()
                    .limit(SHOWN_MAX)
                    .forEach(anomaly -> text.append("\n    ").append(anomaly.what()));
        });
        return text.toString();
    }
}
