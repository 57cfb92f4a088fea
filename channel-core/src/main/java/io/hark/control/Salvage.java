package io.hark.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes of the last state that a survivor of a region knows the state with which the survivors begin anew, when so
/// many disks are gone that nobody can decide any more.
///
/// Each slot goes to the survivor that is most likely to have all of it, in a new lineage, as some of it may be
/// missing: clients are told that they may have missed messages.
public final class Salvage {
    /// What survivors have not heard of was decided in epochs below.
    private static final int EPOCHS_SKIPPED = 1_000;

    private Salvage() {}

    /// Value: what there is to begin with.
    ///
    /// @param empty slots of which no survivor is known to have anything
    public record Salvaged(ControlState state, List<Integer> empty) {
        public Salvaged {
            empty = List.copyOf(empty);
        }
    }

    /// @param survivors ids of nodes, at least one; the first takes what none has
    /// @throws IllegalArgumentException for a survivor that the region did not know
    public static Salvaged of(ControlState last, List<String> survivors) {
        Map<String, NodeEntry> nodes = new LinkedHashMap<>();
        for (String survivor : survivors) {
            NodeEntry entry = last.node(survivor)
                    .orElseThrow(() -> new IllegalArgumentException("%s is none of the region's nodes, which are %s"
                            .formatted(
                                    survivor,
                                    last.nodes().keySet().stream().sorted().toList())));
            nodes.put(survivor, entry.as(NodeEntry.Status.DOWN));
        }
        List<SlotAssignment> slots = new ArrayList<>();
        List<Integer> empty = new ArrayList<>();
        for (SlotAssignment slot : last.slots()) {
            Optional<String> holder = first(slot.isr(), survivors)
                    .or(() -> first(slot.eligible(), survivors))
                    .or(() -> first(slot.replicas(), survivors));
            if (holder.isEmpty()) {
                empty.add(slot.slot());
            }
            slots.add(begun(slot, holder.orElse(survivors.getFirst()), survivors));
        }
        ControlState state = new ControlState(
                last.version() + 1,
                last.replicasWanted(),
                Math.min(last.minIsr(), survivors.size()),
                nodes,
                slots,
                last.apps(),
                last.revocations());
        return new Salvaged(state, empty);
    }

    private static Optional<String> first(List<String> nodes, List<String> survivors) {
        return nodes.stream().filter(survivors::contains).findFirst();
    }

    private static SlotAssignment begun(SlotAssignment slot, String holder, List<String> survivors) {
        List<String> replicas = new ArrayList<>(slot.replicas());
        replicas.retainAll(survivors);
        replicas.remove(holder);
        replicas.addFirst(holder);
        return new SlotAssignment(
                slot.slot(),
                slot.version() + 1,
                slot.epoch() + EPOCHS_SKIPPED,
                SlotAssignment.NOBODY,
                List.of(holder),
                replicas,
                List.of(holder),
                slot.lineage() + 1,
                SlotAssignment.NOBODY);
    }
}
