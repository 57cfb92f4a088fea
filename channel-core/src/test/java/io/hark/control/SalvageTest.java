package io.hark.control;

import static io.hark.control.Regions.after;
import static io.hark.control.Regions.changeIsr;
import static io.hark.control.Regions.register;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SalvageTest {
    private static final int COPIES = 2;

    private final Planner planner = new Planner(
            new PlannerConfig(COPIES, COPIES, List.of("a", "b", "c"), 64, Duration.ZERO, 64, Duration.ofMinutes(10)));
    private final ControlState lost = founded();

    private ControlState founded() {
        ControlState nodes = after(ControlState.EMPTY, register("a", 1), register("b", 1), register("c", 1));
        return after(nodes, planner.next(nodes, Set.of(), 0).toArray(ControlCommand[]::new));
    }

    @Test
    void eachSlotGoesToASurvivorThatHasIt() {
        Salvage.Salvaged salvaged = Salvage.of(lost, List.of("b", "c"));

        for (SlotAssignment slot : salvaged.state().slots()) {
            SlotAssignment before = lost.slots().get(slot.slot());
            assertThat(before.isr()).containsAll(slot.isr());
            assertThat(slot.isr()).hasSize(1).isEqualTo(slot.eligible()).doesNotContain("a");
            assertThat(slot.replicas()).containsAll(slot.isr()).doesNotContain("a");
            assertThat(slot.hasOwner()).isFalse();
        }
        assertThat(salvaged.empty()).isEmpty();
        assertThat(salvaged.state().nodes()).containsOnlyKeys("b", "c");
    }

    @Test
    void whoIsInSyncGoesBeforeWhoIsBehind() {
        int shared = lost.slots().stream()
                .filter(slot -> slot.isr().equals(List.of("b", "c")))
                .findFirst()
                .orElseThrow()
                .slot();
        ControlState behind = lost.apply(changeIsr(lost, shared, "b"));

        assertThat(Salvage.of(behind, List.of("c", "b"))
                        .state()
                        .slots()
                        .get(shared)
                        .isr())
                .containsExactly("b");
    }

    @Test
    void everythingBeginsInANewLineageAndInEpochsThatWereNeverUsed() {
        for (SlotAssignment slot : Salvage.of(lost, List.of("b")).state().slots()) {
            SlotAssignment before = lost.slots().get(slot.slot());
            assertThat(slot.lineage()).isEqualTo(before.lineage() + 1);
            assertThat(slot.epoch()).isGreaterThan(before.epoch() + 100);
        }
    }

    @Test
    void slotsThatNobodyHasAreNamedAndServedAllTheSame() {
        Salvage.Salvaged salvaged = Salvage.of(lost, List.of("b"));
        List<Integer> without = lost.slots().stream()
                .filter(slot -> !slot.isr().contains("b"))
                .map(SlotAssignment::slot)
                .toList();

        assertThat(salvaged.empty()).isNotEmpty().containsExactlyElementsOf(without);
        assertThat(salvaged.state().slots())
                .allSatisfy(slot -> assertThat(slot.isr()).containsExactly("b"));
    }

    @Test
    void survivorsThatRegisterOwnWhatTheyHave() {
        ControlState begun = Salvage.of(lost, List.of("b", "c")).state();
        ControlState there = after(begun, register("b", 2), register("c", 2));

        assertThat(there.slots()).allSatisfy(slot -> {
            assertThat(slot.hasOwner()).isTrue();
            assertThat(slot.isr()).contains(slot.owner());
        });
        assertThat(there.minIsr()).isEqualTo(COPIES);
        assertThat(Salvage.of(lost, List.of("b")).state().minIsr()).isEqualTo(1);
    }

    @Test
    void aNodeThatTheRegionDidNotKnowIsNoSurvivor() {
        assertThatThrownBy(() -> Salvage.of(lost, List.of("x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("x is none of the region's nodes, which are [a, b, c]");
    }
}
