package io.hark.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.Slots;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private static final double FEW_MORE = 2;

    private static NodeEntry node(String id, int weight) {
        return new NodeEntry(id, "life", id + ":1", weight, NodeEntry.Status.UP);
    }

    private static List<NodeEntry> nodes(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> node("n" + number, 1))
                .toList();
    }

    private static Map<String, Integer> owned(List<List<String>> placement) {
        Map<String, Integer> owned = new HashMap<>();
        placement.forEach(holders -> owned.merge(holders.getFirst(), 1, Integer::sum));
        return owned;
    }

    private static Map<String, Integer> held(List<List<String>> placement) {
        Map<String, Integer> held = new HashMap<>();
        placement.forEach(holders -> holders.forEach(node -> held.merge(node, 1, Integer::sum)));
        return held;
    }

    /// How many copies are on nodes that did not hold the slot before.
    private static int moved(List<List<String>> before, List<List<String>> after) {
        int moved = 0;
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            for (String node : after.get(slot)) {
                moved += before.get(slot).contains(node) ? 0 : 1;
            }
        }
        return moved;
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,3", "2,1", "2,3", "3,2", "3,3", "4,3", "5,3", "7,2", "12,3"})
    void everySlotHasItsCopiesOnDifferentNodesAndNoNodeHasMuchMoreThanItsShare(int count, int copies) {
        List<List<String>> placement = Placement.of(nodes(count), copies);
        int each = Math.min(count, copies);

        assertThat(placement)
                .hasSize(Slots.COUNT)
                .allSatisfy(holders -> assertThat(holders).hasSize(each).doesNotHaveDuplicates());
        double share = (double) Slots.COUNT / count;
        assertThat(owned(placement))
                .hasSize(count)
                .allSatisfy(
                        (node, slots) -> assertThat((double) slots).isBetween(share * 0.75, share * 1.05 + FEW_MORE));
        assertThat(held(placement))
                .hasSize(count)
                .allSatisfy((node, slots) ->
                        assertThat((double) slots).isBetween(share * each * 0.75, share * each * 1.05 + FEW_MORE));
    }

    @ParameterizedTest
    @CsvSource({"2,1", "3,2", "3,3", "4,3", "5,3", "8,3"})
    void aNodeThatComesOrGoesMovesLittleMoreThanItsShare(int count, int copies) {
        List<List<String>> before = Placement.of(nodes(count), copies);
        List<List<String>> after = Placement.of(nodes(count + 1), copies);
        int share = held(after).get("n" + (count + 1));

        assertThat(moved(before, after)).isBetween(share, share + Slots.COUNT * copies / 10);
        int least = held(after).get("n" + (count + 1)) - Slots.COUNT * (copies - Math.min(copies, count));
        assertThat(moved(after, before)).isBetween(least, least + Slots.COUNT * copies / 10);
    }

    @Test
    void aNodeHoldsAsManySlotsAsItWeighs() {
        List<List<String>> placement = Placement.of(List.of(node("a", 1), node("b", 1), node("c", 2), node("d", 4)), 1);

        assertThat(owned(placement).get("a")).isBetween(100, 136);
        assertThat(owned(placement).get("c")).isBetween(205, 270);
        assertThat(owned(placement).get("d")).isBetween(410, 540);
    }

    @Test
    void aNodeThatWeighsMoreThanItCanHoldHoldsEverythingOnce() {
        List<List<String>> placement = Placement.of(List.of(node("a", 1), node("b", 1), node("c", 100)), 2);

        assertThat(held(placement).get("c")).isEqualTo(Slots.COUNT);
        assertThat(placement)
                .allSatisfy(holders -> assertThat(holders).hasSize(2).doesNotHaveDuplicates());
    }

    @Test
    void thePlacementDependsOnWhoTakesPartAndNotOnTheirOrder() {
        List<NodeEntry> nodes = nodes(5);
        List<NodeEntry> otherOrder = new ArrayList<>(nodes);
        Collections.reverse(otherOrder);

        assertThat(Placement.of(otherOrder, 3)).isEqualTo(Placement.of(nodes, 3));
    }

    @Test
    void theCopiesOfOneNodesSlotsAreSpreadOverTheOthers() {
        List<List<String>> placement = Placement.of(nodes(5), 2);
        HashSet<String> seconds = new HashSet<>();
        placement.stream()
                .filter(holders -> holders.getFirst().equals("n1"))
                .forEach(holders -> seconds.add(holders.get(1)));

        assertThat(seconds).containsExactlyInAnyOrder("n2", "n3", "n4", "n5");
    }
}
