package io.hark.cluster.control;

import io.hark.cluster.membership.Life;
import io.hark.control.ControlState;
import io.hark.control.NodeEntry;
import io.hark.control.Planner.Suspect;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Confined: which nodes that the region counts on seem to be gone, from the views of the membership. A life
/// that was there and is missing is suspected at once; one that was never seen gets a while to appear.
///
/// A process that was declared down by mistake registers again, as `<incarnation>#<n>`; as that it has not
/// been seen yet.
final class Suspicion {
    private static final char AGAIN = '#';

    private final long appearMillis;

    /// When each life was last there.
    private final Map<Life, Long> lastPresent = new HashMap<>();

    /// When each node was first seen to be registered as this incarnation.
    private final Map<String, Noticed> noticed = new HashMap<>();

    private record Noticed(String incarnation, long sinceMillis) {}

    Suspicion(long appearMillis) {
        this.appearMillis = appearMillis;
    }

    /// @param nowMillis  any clock that only goes forward
    /// @param ledSince   when this node began to lead, on that clock; views before that count, missing ones
    ///                   do not
    Set<Suspect> suspects(ControlState state, Set<Life> present, long ledSince, long nowMillis) {
        remember(state, present, nowMillis);
        Set<Suspect> suspects = new HashSet<>();
        for (NodeEntry node : state.nodes().values()) {
            if (isCountedOn(node) && isMissing(node, present, ledSince, nowMillis)) {
                suspects.add(new Suspect(node.id(), node.incarnation()));
            }
        }
        return suspects;
    }

    private boolean isMissing(NodeEntry node, Set<Life> present, long ledSince, long nowMillis) {
        Life life = life(node);
        if (present.contains(life)) {
            return false;
        }
        Noticed entry = noticed.get(node.id());
        Long seen = lastPresent.get(life);
        boolean again = node.incarnation().indexOf(AGAIN) >= 0;
        if (seen != null && (!again || seen >= entry.sinceMillis())) {
            return true;
        }
        return nowMillis - Math.max(entry.sinceMillis(), ledSince) >= appearMillis;
    }

    /// Remembers lives that are there or are registered, and no others.
    private void remember(ControlState state, Set<Life> present, long nowMillis) {
        present.forEach(life -> lastPresent.put(life, nowMillis));
        Set<Life> registered = new HashSet<>();
        for (NodeEntry node : state.nodes().values()) {
            registered.add(life(node));
            Noticed before = noticed.get(node.id());
            if (before == null || !before.incarnation().equals(node.incarnation())) {
                noticed.put(node.id(), new Noticed(node.incarnation(), nowMillis));
            }
        }
        noticed.keySet().retainAll(state.nodes().keySet());
        // A life that left before it was known to be registered may still be registered in a moment.
        lastPresent
                .entrySet()
                .removeIf(
                        entry -> !registered.contains(entry.getKey()) && nowMillis - entry.getValue() >= appearMillis);
    }

    private static boolean isCountedOn(NodeEntry node) {
        return node.status() == NodeEntry.Status.UP || node.status() == NodeEntry.Status.DRAINING;
    }

    private static Life life(NodeEntry node) {
        int again = node.incarnation().indexOf(AGAIN);
        return new Life(
                node.id(), again < 0 ? node.incarnation() : node.incarnation().substring(0, again));
    }
}
