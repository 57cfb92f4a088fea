package io.hark.jepsen;

import io.hark.jepsen.Anomaly.About;
import io.hark.jepsen.Anomaly.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Confined to the checker: the anomalies, all counted and the first of each kind kept.
final class Findings {
    private static final int KEPT_OF_A_KIND = 100;

    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private final List<Anomaly> kept = new ArrayList<>();

    void add(Kind kind, About about, String what, Object... arguments) {
        if (counts.merge(kind, 1, Integer::sum) <= KEPT_OF_A_KIND) {
            kept.add(new Anomaly(kind, what.formatted(arguments), about));
        }
    }

    Map<Kind, Integer> counts() {
        return new EnumMap<>(counts);
    }

    List<Anomaly> kept() {
        return List.copyOf(kept);
    }
}
