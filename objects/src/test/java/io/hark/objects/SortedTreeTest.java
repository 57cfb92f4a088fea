package io.hark.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SortedTreeTest {
    @Test
    void itHoldsWhatASortedMapHolds() {
        Random random = new Random(1);
        TreeMap<String, Integer> expected = new TreeMap<>();
        SortedTree<Integer> tree = SortedTree.empty();
        for (int step = 0; step < 20_000; step++) {
            String key = Integer.toString(random.nextInt(600), 36);
            if (random.nextInt(3) == 0) {
                expected.remove(key);
                tree = tree.without(key);
            } else {
                expected.put(key, step);
                tree = tree.with(key, step);
            }
            assertThat(tree.size()).isEqualTo(expected.size());
            if (step % 500 == 0) {
                assertThat(entries(tree.iterator())).isEqualTo(List.copyOf(expected.entrySet()));
                assertThat(entries(tree.from(key)))
                        .isEqualTo(List.copyOf(expected.tailMap(key).entrySet()));
                assertThat(tree.get(key)).isEqualTo(Optional.ofNullable(expected.get(key)));
            }
        }
    }

    private static List<Map.Entry<String, Integer>> entries(Iterator<Map.Entry<String, Integer>> from) {
        List<Map.Entry<String, Integer>> entries = new ArrayList<>();
        from.forEachRemaining(entries::add);
        return entries;
    }

    @Test
    void aChangeLeavesTheTreeBeforeAsItWas() {
        SortedTree<Integer> before = SortedTree.<Integer>empty().with("a", 1).with("b", 2);
        before.with("a", 3).without("b").with("c", 4);
        assertThat(entries(before.iterator())).containsExactly(Map.entry("a", 1), Map.entry("b", 2));
    }

    @Test
    void keysThatComeInOrderDoNotMakeItDeep() {
        SortedTree<Integer> tree = SortedTree.empty();
        for (int i = 0; i < 200_000; i++) {
            tree = tree.with("%06d".formatted(i), i);
        }
        assertThat(entries(tree.from("199999"))).hasSize(1);
        for (int i = 0; i < 199_999; i++) {
            tree = tree.without("%06d".formatted(i));
        }
        assertThat(entries(tree.iterator())).containsExactly(Map.entry("199999", 199_999));
    }

    @Test
    void behindTheLastThereIsNothing() {
        Iterator<Map.Entry<String, Integer>> end = SortedTree.<Integer>empty().iterator();
        assertThat(end.hasNext()).isFalse();
        assertThatThrownBy(end::next).isInstanceOf(NoSuchElementException.class);
    }
}
