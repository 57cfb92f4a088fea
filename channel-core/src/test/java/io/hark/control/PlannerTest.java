package io.hark.control;

import static io.hark.control.Regions.after;
import static io.hark.control.Regions.down;
import static io.hark.control.Regions.register;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.Slots;
import io.hark.control.Planner.Suspect;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final Duration REPLACE_AFTER = Duration.ofMinutes(10);
    private static final int MOVES_MAX = 50;
    private static final Duration MOVES_EVERY = Duration.ofMillis(100);
    private static final int COPIES_MAX = 40;

    private final Planner planner = new Planner(
            new PlannerConfig(2, 1, List.of("a", "b", "c"), MOVES_MAX, MOVES_EVERY, COPIES_MAX, REPLACE_AFTER));

    private long now = 1_000;

    private List<ControlCommand> plan(ControlState state) {
        return planner.next(state, Set.of(), now);
    }

    /// A region of three nodes whose slots are where they should be.
    private ControlState region() {
        ControlState nodes = after(ControlState.EMPTY, register("a", 1), register("b", 1), register("c", 1));
        return after(nodes, plan(nodes).toArray(ControlCommand[]::new));
    }

    /// Does what is planned, as owners and replicas would, until nothing is planned any more.
    private ControlState carriedOut(ControlState start) {
        ControlState state = start;
        for (int round = 0; round < 400; round++) {
            List<ControlCommand> commands = plan(state);
            if (commands.isEmpty() && !planner.isPausing()) {
                return state;
            }
            now += MOVES_EVERY.toMillis() / 2;
            state = after(state, commands.toArray(ControlCommand[]::new));
            assertThat(moving(state)).isLessThanOrEqualTo(MOVES_MAX);
            assertThat(unsettled(state)).isLessThanOrEqualTo(COPIES_MAX);
            state = Regions.settled(Regions.handedOver(state));
        }
        throw new AssertionError("the plan has no end");
    }

    private static long moving(ControlState state) {
        return state.slots().stream().filter(slot -> !slot.movingTo().isEmpty()).count();
    }

    /// Slots that are not in sync on all of their replicas that live.
    private static long unsettled(ControlState state) {
        return state.slots().stream()
                .filter(slot -> !slot.replicas().stream().filter(state::isLive).allMatch(slot.isr()::contains))
                .count();
    }

    private static long owned(ControlState state, String node) {
        return state.slots().stream().filter(slot -> slot.isOwnedBy(node)).count();
    }

    private static long held(ControlState state, String node) {
        return state.slots().stream()
                .filter(slot -> slot.replicas().contains(node))
                .count();
    }

    @Test
    void slotsAreGivenOutOnceAllFoundersAreThere() {
        ControlState two = after(ControlState.EMPTY, register("a", 1), register("b", 1));
        assertThat(plan(two)).isEmpty();

        ControlState region = region();
        assertThat(region.slots()).hasSize(Slots.COUNT).allMatch(SlotAssignment::hasOwner);
        assertThat(region.replicasWanted()).isEqualTo(2);
        assertThat(region.minIsr()).isEqualTo(1);
        assertThat(plan(region)).isEmpty();
    }

    @Test
    void aNodeWithoutWeightHoldsNothing() {
        ControlCommand frontend = new ControlCommand.Register("f", "f1", "f:1", 0, true, List.of());
        ControlState nodes = after(ControlState.EMPTY, frontend, register("a", 1), register("b", 1), register("c", 1));
        ControlState region = after(nodes, plan(nodes).toArray(ControlCommand[]::new));

        assertThat(held(region, "f")).isZero();
        assertThat(plan(region)).isEmpty();
    }

    @Test
    void whoIsDownIsSettledBeforeAnythingElse() {
        ControlState grown = region().apply(register("d", 1));

        assertThat(planner.next(grown, Set.of(new Suspect("b", "b1")), now))
                .containsExactly(new ControlCommand.NodeDown("b", "b1"));
    }

    @Test
    void suspicionsOfAnEarlierLifeCountForNothing() {
        ControlState returned = Regions.settled(region().apply(register("b", 2)));

        assertThat(planner.next(returned, Set.of(new Suspect("b", "b1")), now))
                .noneMatch(ControlCommand.NodeDown.class::isInstance);
    }

    @Test
    void aNewNodeGetsItsShareAFewSlotsAtATime() {
        ControlState grown = carriedOut(region().apply(register("d", 1)));

        assertThat(held(grown, "d")).isBetween(400L, 540L);
        assertThat(owned(grown, "d")).isBetween(200L, 270L);
        assertThat(unsettled(grown)).isZero();
    }

    @Test
    void theNextSlotsAreCopiedOnlyOnceTheFirstOnesAreInSync() {
        ControlState grown = region().apply(register("d", 1));
        ControlState copying = after(grown, plan(grown).toArray(ControlCommand[]::new));
        Set<Integer> before = copied(grown, copying);
        ControlState still = after(copying, plan(copying).toArray(ControlCommand[]::new));

        assertThat(before).isNotEmpty();
        assertThat(copied(copying, still)).isEmpty();
    }

    private static Set<Integer> copied(ControlState from, ControlState to) {
        Set<Integer> slots = new HashSet<>();
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            if (!new HashSet<>(from.slots().get(slot).replicas())
                    .equals(new HashSet<>(to.slots().get(slot).replicas()))) {
                slots.add(slot);
            }
        }
        return slots;
    }

    @Test
    void moreInSyncCopiesAreRequiredOnceEverySlotHasThem() {
        Planner strict = new Planner(
                new PlannerConfig(3, 2, List.of("a", "b", "c"), MOVES_MAX, MOVES_EVERY, COPIES_MAX, REPLACE_AFTER));
        ControlState begun = after(region(), down("a", 1), down("b", 1));
        ControlState grown = Regions.settled(after(begun, register("a", 2), register("b", 2)));

        assertThat(strict.next(begun, Set.of(), now)).noneMatch(ControlCommand.RaiseMinIsr.class::isInstance);
        assertThat(strict.next(grown, Set.of(), now)).contains(new ControlCommand.RaiseMinIsr(2));
        assertThat(plan(grown)).noneMatch(ControlCommand.RaiseMinIsr.class::isInstance);
    }

    @Test
    void aNodeThatIsDownIsWaitedForBeforeItsCopiesAreMadeElsewhere() {
        ControlState failed = Regions.settled(region().apply(down("c", 1)));
        ControlState waiting = carriedOut(failed);
        assertThat(held(waiting, "c")).isEqualTo(held(failed, "c"));

        now += REPLACE_AFTER.toMillis();
        ControlState replaced = carriedOut(waiting);
        assertThat(held(replaced, "c")).isZero();
        assertThat(replaced.slots()).allMatch(slot -> slot.replicas().size() == 2);
    }

    @Test
    void aNodeThatComesBackInTimeGetsBackWhatItOwned() {
        ControlState region = region();
        ControlState failed = Regions.settled(region.apply(down("c", 1)));
        plan(failed);
        now += REPLACE_AFTER.toMillis() - 1;
        ControlState returned = Regions.settled(failed.apply(register("c", 2)));
        ControlState back = carriedOut(returned);

        assertThat(owned(back, "c")).isEqualTo(owned(region, "c"));
        assertThat(back.slots())
                .allSatisfy(slot -> assertThat(slot.replicas())
                        .isEqualTo(region.slots().get(slot.slot()).replicas()));
    }

    @Test
    void theTimeThatANodeIsDownCountsFromItsLastFailure() {
        ControlState failed = Regions.settled(region().apply(down("c", 1)));
        plan(failed);
        now += REPLACE_AFTER.toMillis() - 1;
        ControlState returned = Regions.settled(failed.apply(register("c", 2)));
        plan(returned);
        ControlState again = Regions.settled(returned.apply(down("c", 2)));
        plan(again);
        now += REPLACE_AFTER.toMillis() - 1;

        assertThat(plan(again)).noneMatch(ControlCommand.SetReplicas.class::isInstance);
    }

    @Test
    void theNextOwnersMoveAWhileAfterTheFirstOnes() {
        ControlState draining = region().apply(new ControlCommand.Drain("a", "a1"));
        ControlState first = after(draining, plan(draining).toArray(ControlCommand[]::new));
        ControlState moved = Regions.handedOver(first);
        assertThat(moving(first)).isEqualTo(MOVES_MAX);

        now += MOVES_EVERY.toMillis() - 1;
        assertThat(plan(moved)).isEmpty();
        assertThat(planner.isPausing()).isTrue();
        now++;
        assertThat(plan(moved)).hasOnlyElementsOfType(ControlCommand.Move.class).hasSize(1);
        assertThat(planner.isPausing()).isFalse();
    }

    @Test
    void aDrainingNodeOwnsNothingInTheEndAndKeepsItsCopies() {
        ControlState region = region();
        ControlState drained = carriedOut(region.apply(new ControlCommand.Drain("a", "a1")));

        assertThat(owned(drained, "a")).isZero();
        assertThat(held(drained, "a")).isEqualTo(held(region, "a"));
        assertThat(drained.slots()).allMatch(SlotAssignment::hasOwner);
    }

    @Test
    void theCopiesOfARemovedNodeAreMadeElsewhereAtOnce() {
        ControlState removed = carriedOut(Regions.settled(region().apply(new ControlCommand.Remove("a"))));

        assertThat(held(removed, "a")).isZero();
        assertThat(removed.slots()).allMatch(slot -> slot.replicas().size() == 2 && slot.hasOwner());
    }

    /// Its owners keep those in sync that it was to replace, as nobody has taken their place.
    @Test
    void aNodeThatIsRemovedWhileItGetsItsCopiesHoldsUpNoOthers() {
        ControlState grown = region().apply(register("d", 1));
        ControlState copying = after(grown, plan(grown).toArray(ControlCommand[]::new));
        assertThat(held(copying, "d")).isEqualTo(COPIES_MAX);

        ControlState removed = after(copying, down("d", 1), new ControlCommand.Remove("d"));
        ControlState planned = after(removed, plan(removed).toArray(ControlCommand[]::new));
        assertThat(held(planned, "d")).isZero();
    }

    @Test
    void anOwnerIsNotMovedToANodeThatIsBehind() {
        ControlState behind = region().apply(down("c", 1)).apply(register("c", 2));

        assertThat(plan(behind)).noneMatch(ControlCommand.Move.class::isInstance);
        assertThat(plan(Regions.settled(behind))).anyMatch(ControlCommand.Move.class::isInstance);
    }

    @Test
    void whatIsPlannedTwiceIsDoneOnce() {
        ControlState behind = Regions.settled(region().apply(down("c", 1)).apply(register("c", 2)));
        List<ControlCommand> first = plan(behind);
        ControlState planned = after(behind, first.toArray(ControlCommand[]::new));

        assertThat(after(planned, first.toArray(ControlCommand[]::new))).isEqualTo(planned);
    }
}
