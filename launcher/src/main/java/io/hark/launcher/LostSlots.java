package io.hark.launcher;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: who is to have the slots that have no owner, as all nodes that had everything of them are lost.
///
/// @param successors by slot, the survivor that has most of it; where nobody has anything, they take turns
/// @param empty      slots of which nobody has anything
record LostSlots(Map<Integer, String> successors, int empty) {
    /// How far a copy of a slot goes: later epochs go before longer logs, as in an election.
    private record Copy(String node, long lastEpoch, long lastLsn) {
        private static final Comparator<Copy> ORDER =
                Comparator.comparingLong(Copy::lastEpoch).thenComparingLong(Copy::lastLsn);
    }

    /// @param states what each survivor answers to `GET /admin/state`
    static LostSlots of(List<Map<String, Object>> states) {
        List<String> nodes =
                states.stream().map(state -> String.valueOf(state.get("node"))).toList();
        Map<Integer, String> successors = new LinkedHashMap<>();
        int empty = 0;
        for (Object entry : (List<?>) states.getFirst().get("slots")) {
            Map<?, ?> slot = (Map<?, ?>) entry;
            if (String.valueOf(slot.get("owner")).isEmpty()) {
                int number = number(slot.get("slot"));
                Optional<String> best = best(states, number);
                successors.put(number, best.orElse(nodes.get(empty % nodes.size())));
                empty += best.isPresent() ? 0 : 1;
            }
        }
        return new LostSlots(successors, empty);
    }

    private static Optional<String> best(List<Map<String, Object>> states, int slot) {
        List<Copy> copies = new ArrayList<>();
        for (Map<String, Object> state : states) {
            for (Object entry : (List<?>) state.get("held")) {
                Map<?, ?> held = (Map<?, ?>) entry;
                long lastLsn = ((Number) held.get("lastLsn")).longValue();
                if (number(held.get("slot")) == slot && lastLsn > 0) {
                    long lastEpoch = ((Number) held.get("lastEpoch")).longValue();
                    copies.add(new Copy(String.valueOf(state.get("node")), lastEpoch, lastLsn));
                }
            }
        }
        return copies.stream().max(Copy.ORDER).map(Copy::node);
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }
}
