package io.hark.jepsen;

import io.hark.jepsen.Anomaly.About;
import io.hark.jepsen.Anomaly.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Confined to the checker: whether everybody sees, in the end, who is present.
final class PresenceCheck {
    private final Findings findings;
    private final Map<Integer, Set<String>> truth = new HashMap<>();
    private final List<Event.Present> views = new ArrayList<>();

    PresenceCheck(Findings findings) {
        this.findings = findings;
    }

    void add(Event.Present view) {
        if (view.viewer().equals(Event.Present.TRUTH)) {
            truth.put(view.channel(), Set.copyOf(view.members()));
        } else {
            views.add(view);
        }
    }

    int views() {
        return views.size();
    }

    void finish() {
        for (Event.Present view : views) {
            Set<String> present = truth.getOrDefault(view.channel(), Set.of());
            Set<String> ghosts = new HashSet<>(view.members());
            ghosts.removeAll(present);
            Set<String> missing = new HashSet<>(present);
            missing.removeAll(view.members());
            if (!ghosts.isEmpty() || !missing.isEmpty() || view.members().size() != present.size()) {
                findings.add(
                        Kind.PRESENCE_DIVERGENCE,
                        About.channel(view.channel()),
                        "%s sees %d members on channel %d where there are %d; ghosts %s, missing %s",
                        view.viewer(),
                        view.members().size(),
                        view.channel(),
                        present.size(),
                        ghosts,
                        missing);
            }
        }
    }
}
