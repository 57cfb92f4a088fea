package io.hark.control;

import com.dynatrace.hash4j.hashing.Hashing;
import io.hark.channel.Slots;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where slots should be: weighted rendezvous hashing, so that a node that comes or goes moves only what
/// it must, with a bound on how much more than its share a node takes. The wanted placement; the actual
/// one is in [ControlState].
public final class Placement {
    /// How far above its share a node may be.
    private static final double OVERLOAD = 1.05;

    private Placement() {}

    /// Per slot the nodes that should hold it, the wanted owner first.
    ///
    /// @param nodes  those that take part, each with a weight above 0
    /// @param copies wanted; fewer when there are fewer nodes
    static List<List<String>> of(List<NodeEntry> nodes, int copies) {
        int each = Math.min(copies, nodes.size());
        double weights = nodes.stream().mapToInt(NodeEntry::weight).sum();
        Map<String, Double> ownedMax = new HashMap<>();
        Map<String, Double> heldMax = new HashMap<>();
        for (NodeEntry node : nodes) {
            double share = node.weight() / weights;
            ownedMax.put(node.id(), Math.ceil(Slots.COUNT * share * OVERLOAD));
            heldMax.put(node.id(), Math.ceil(Math.min(1, share * each * OVERLOAD) * Slots.COUNT));
        }
        Map<String, Integer> owned = new HashMap<>();
        Map<String, Integer> held = new HashMap<>();
        List<List<String>> placement = new ArrayList<>(Slots.COUNT);
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            List<String> ranked = ranked(slot, nodes);
            List<String> holders = new ArrayList<>(each);
            takeUnder(ranked, holders, held, heldMax, each);
            // When the bounds leave no room, for the last slots, the ranking alone decides.
            ranked.stream()
                    .filter(node -> !holders.contains(node))
                    .limit(each - (long) holders.size())
                    .forEach(holders::add);
            holders.forEach(node -> held.merge(node, 1, Integer::sum));
            String owner = holders.stream()
                    .filter(node -> owned.getOrDefault(node, 0) < ownedMax.get(node))
                    .findFirst()
                    .orElse(holders.getFirst());
            owned.merge(owner, 1, Integer::sum);
            holders.remove(owner);
            holders.addFirst(owner);
            placement.add(List.copyOf(holders));
        }
        return placement;
    }

    private static void takeUnder(
            List<String> ranked, List<String> out, Map<String, Integer> held, Map<String, Double> max, int count) {
        for (String node : ranked) {
            if (out.size() < count && held.getOrDefault(node, 0) < max.get(node)) {
                out.add(node);
            }
        }
    }

    /// Highest score first: -weight / ln(hash as a fraction), which gives each node its share.
    private static List<String> ranked(int slot, List<NodeEntry> nodes) {
        record Scored(String node, double score) {}
        return nodes.stream()
                .map(node -> new Scored(node.id(), node.weight() / -Math.log(fraction(slot, node.id()))))
                .sorted(Comparator.comparingDouble(Scored::score).reversed().thenComparing(Scored::node))
                .map(Scored::node)
                .toList();
    }

    private static double fraction(int slot, String node) {
        long hash = Hashing.xxh3_64().hashStream().putInt(slot).putString(node).getAsLong();
        return ((hash >>> 11) + 0.5) / (1L << 53);
    }
}
