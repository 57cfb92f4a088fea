package io.hark.control;

import static io.hark.control.Regions.after;
import static io.hark.control.Regions.changeIsr;
import static io.hark.control.Regions.down;
import static io.hark.control.Regions.move;
import static io.hark.control.Regions.register;
import static io.hark.control.Regions.registerDirty;
import static io.hark.control.Regions.registerUnclean;
import static io.hark.control.Regions.setReplicas;
import static io.hark.control.Regions.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.Slots;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlStateTest {
    /// Three nodes, one slot, two copies needed for a commit.
    private final ControlState start = Regions.of(2, 1, "a", "b", "c");

    private static SlotAssignment slot(ControlState state) {
        return state.slots().getFirst();
    }

    @Test
    void aNodeThatRegistersTwiceInOneLifeChangesNothing() {
        assertThat(start.apply(register("a", 1))).isSameAs(start);
    }

    @Test
    void theNextOwnerIsInSyncAndTheOneThatReplicasPrefer() {
        ControlState lagging = start.apply(changeIsr(start, 0, "a", "c"));
        ControlState failed = lagging.apply(down("a", 1));

        assertThat(slot(failed).owner()).isEqualTo("c");
        assertThat(slot(failed).epoch()).isEqualTo(slot(start).epoch() + 1);
        assertThat(slot(failed).isr()).containsExactly("c");
        assertThat(slot(start.apply(down("a", 1))).owner()).isEqualTo("b");
    }

    @Test
    void aNodeThatIsDownInAnEarlierLifeIsNotDownInThisOne() {
        ControlState returned = start.apply(register("a", 2));

        assertThat(returned.apply(down("a", 1))).isSameAs(returned);
        assertThat(returned.isCurrent("a", "a2")).isTrue();
        assertThat(returned.isCurrent("a", "a1")).isFalse();
    }

    @Test
    void oneCommandTakesANodeOutOfAllItsSlots() {
        ControlState many = Regions.of(2, 5, "a", "b", "c");
        ControlState failed = many.apply(down("a", 1));

        assertThat(failed.version()).isGreaterThan(many.version());
        assertThat(failed.slots()).allSatisfy(each -> {
            assertThat(each.owner()).isEqualTo("b");
            assertThat(each.isr()).containsExactly("b", "c");
        });
    }

    @Test
    void theLastInSyncMemberStaysSoAndNobodyElseIsElected() {
        ControlState one = Regions.of(1, 1, "a", "b");
        ControlState alone = after(one, changeIsr(one, 0, "a"), down("a", 1));

        assertThat(slot(alone).hasOwner()).isFalse();
        assertThat(slot(alone).isr()).containsExactly("a");
        assertThat(slot(alone.apply(register("b", 2))).hasOwner()).isFalse();

        ControlState back = alone.apply(register("a", 2));
        assertThat(slot(back).owner()).isEqualTo("a");
        assertThat(slot(back).lineage()).isEqualTo(1);
        assertThat(slot(back).epoch()).isGreaterThan(slot(one).epoch());
    }

    @Test
    void anOwnerThatReturnsNeverGoesOnInItsOldEpoch() {
        ControlState alone = Regions.of(1, 1, "a");
        ControlState returned = alone.apply(register("a", 2));

        assertThat(slot(returned).owner()).isEqualTo("a");
        assertThat(slot(returned).epoch()).isEqualTo(slot(alone).epoch() + 1);
        assertThat(slot(returned).lineage()).isEqualTo(1);

        assertThat(slot(start.apply(register("a", 2))).owner()).isEqualTo("b");
    }

    @Test
    void aNodeThatMayHaveLostEntriesIsNeitherInSyncNorEligible() {
        ControlState returned = start.apply(registerUnclean("c", 2));
        assertThat(slot(returned).isr()).containsExactly("a", "b");
        assertThat(slot(returned).eligible()).containsExactly("a", "b");

        ControlState both = after(start, down("c", 1), down("b", 1), registerUnclean("b", 2));
        assertThat(slot(both).isr()).containsExactly("a");
        assertThat(slot(both).eligible()).containsExactly("a");
    }

    @Test
    void aSlotThatANodeKnowsToBeDirtyIsTheOnlyOneItLoses() {
        ControlState many = after(Regions.of(2, 3, "a", "b", "c"), down("c", 1));
        ControlState failed = after(many, down("b", 1), registerDirty("b", 2, 1));

        assertThat(failed.slots().get(0).eligible()).contains("b");
        assertThat(failed.slots().get(1).eligible()).doesNotContain("b");
        assertThat(failed.slots().get(2).eligible()).contains("b");
    }

    @Test
    void whenNobodyInSyncLivesOneWhoHasLostNothingSinceTheLastCommitIsElected() {
        ControlState nobody = after(start, down("c", 1), down("b", 1), down("a", 1));
        assertThat(slot(nobody).isr()).containsExactly("a");
        assertThat(slot(nobody).eligible()).containsExactly("a", "b");
        assertThat(slot(nobody).hasOwner()).isFalse();

        ControlState notEligible = nobody.apply(register("c", 2));
        assertThat(slot(notEligible).hasOwner()).isFalse();

        ControlState eligible = notEligible.apply(register("b", 2));
        assertThat(slot(eligible).owner()).isEqualTo("b");
        assertThat(slot(eligible).isr()).containsExactly("b");
        assertThat(slot(eligible).lineage()).isEqualTo(1);
    }

    @Test
    void anEligibleNodeThatMayHaveLostEntriesIsNotElected() {
        ControlState nobody = after(start, down("c", 1), down("b", 1), down("a", 1));

        assertThat(slot(nobody.apply(registerUnclean("b", 2))).hasOwner()).isFalse();
    }

    @Test
    void whenTheLastInSyncMemberLostEntriesThoseEligibleAreWaitedFor() {
        ControlState nobody = after(start, down("c", 1), down("b", 1), down("a", 1));
        ControlState lost = nobody.apply(registerUnclean("a", 2));
        assertThat(slot(lost).hasOwner()).isFalse();
        assertThat(slot(lost).isr()).containsExactly("b");

        ControlState back = lost.apply(register("b", 2));
        assertThat(slot(back).owner()).isEqualTo("b");
        assertThat(slot(back).lineage()).isEqualTo(1);
    }

    @Test
    void whenTheOnlyCopyMayHaveLostEntriesItServesInANewLineage() {
        ControlState alone = Regions.of(1, 1, "a");
        ControlState lost = alone.apply(registerUnclean("a", 2));

        assertThat(slot(lost).owner()).isEqualTo("a");
        assertThat(slot(lost).lineage()).isEqualTo(2);
        assertThat(slot(lost).isr()).containsExactly("a");
    }

    @Test
    void theLastEligibleNodeIsEligibleNoMoreOnceItMayHaveLostEntries() {
        ControlState forced = Regions.of(3, 1, "a", "b", "c").apply(new ControlCommand.ForceElect(0, "b"));
        ControlState grown = forced.apply(changeIsr(forced, 0, "b", "c"));
        ControlState left = after(grown, registerUnclean("b", 2), down("c", 1));
        assertThat(slot(left).isr()).containsExactly("c");
        assertThat(slot(left).eligible()).isEmpty();
        assertThat(slot(left).hasOwner()).isFalse();
        assertThat(slot(left.apply(register("b", 3))).hasOwner()).isFalse();

        ControlState nobodyElse = left.apply(registerUnclean("c", 2));
        assertThat(slot(nobodyElse).owner()).isEqualTo("c");
        assertThat(slot(nobodyElse).lineage()).isEqualTo(3);
    }

    @Test
    void aForcedOwnerServesAloneInANewLineage() {
        ControlState nobody = after(start, down("c", 1), down("b", 1), down("a", 1), register("c", 2));
        ControlState forced = nobody.apply(new ControlCommand.ForceElect(0, "c"));

        assertThat(slot(forced).owner()).isEqualTo("c");
        assertThat(slot(forced).isr()).containsExactly("c");
        assertThat(slot(forced).eligible()).containsExactly("c");
        assertThat(slot(forced).lineage()).isEqualTo(2);
        assertThat(slot(forced).epoch()).isGreaterThan(slot(nobody).epoch());
        assertThat(forced.apply(new ControlCommand.ForceElect(0, "a"))).isSameAs(forced);
    }

    @Test
    void anInSyncSetChangesOnlyFromTheVersionAndEpochThatItsOwnerKnew() {
        ControlCommand change = changeIsr(start, 0, "a", "b");
        ControlState changed = start.apply(change);
        assertThat(slot(changed).isr()).containsExactly("a", "b");
        assertThat(changed.apply(change)).isSameAs(changed);

        ControlState failedOver = start.apply(down("a", 1));
        assertThat(failedOver.apply(change)).isSameAs(failedOver);
        assertThat(start.apply(changeIsr(start, 0, "b", "c"))).isSameAs(start); // not without the owner
        ControlState without = start.apply(down("c", 1));
        assertThat(without.apply(changeIsr(without, 0, "a", "b", "c"))).isSameAs(without);
    }

    @Test
    void aNodeThatReturnsVoidsTheProposalToTakeItIn() {
        ControlState behind = start.apply(changeIsr(start, 0, "a", "b"));
        ControlCommand late = changeIsr(behind, 0, "a", "b", "c");
        ControlState returned = behind.apply(registerUnclean("c", 2));

        assertThat(slot(returned).version()).isGreaterThan(slot(behind).version());
        assertThat(slot(returned).owner()).isEqualTo("a");
        assertThat(slot(returned).epoch()).isGreaterThan(slot(behind).epoch()); // what it confirmed before is void, too
        assertThat(returned.apply(late)).isSameAs(returned);
    }

    @Test
    void aSetTooSmallToCommitLeavesWhoIsEligibleAsItWas() {
        ControlState small = after(start, down("c", 1), down("b", 1));
        assertThat(slot(small).isr()).containsExactly("a");
        assertThat(slot(small).eligible()).containsExactly("a", "b");

        ControlState back = small.apply(register("c", 2));
        ControlState grown = back.apply(changeIsr(back, 0, "a", "c"));
        assertThat(slot(grown).eligible()).containsExactly("a", "c");
    }

    @Test
    void anOwnerIsAskedToHandOverToANodeThatIsInSyncAndStays() {
        ControlState moving = start.apply(move(start, 0, "b"));
        assertThat(slot(moving).movingTo()).isEqualTo("b");
        assertThat(slot(moving).owner()).isEqualTo("a");
        assertThat(slot(moving).epoch()).isEqualTo(slot(start).epoch());
        assertThat(moving.apply(move(start, 0, "c"))).isSameAs(moving); // of an earlier version

        assertThat(start.apply(move(start, 0, "a"))).isSameAs(start);
        ControlState behind = start.apply(changeIsr(start, 0, "a", "b"));
        assertThat(behind.apply(move(behind, 0, "c"))).isSameAs(behind);
        ControlState draining = start.apply(new ControlCommand.Drain("c", "c1"));
        assertThat(draining.apply(move(draining, 0, "c"))).isSameAs(draining);
    }

    @Test
    void aTransferMakesTheOtherNodeOwnerInANewEpoch() {
        ControlState moving = start.apply(move(start, 0, "b"));
        ControlState moved = moving.apply(transfer(moving, 0, "b"));
        assertThat(slot(moved).owner()).isEqualTo("b");
        assertThat(slot(moved).epoch()).isEqualTo(slot(start).epoch() + 1);
        assertThat(slot(moved).movingTo()).isEmpty();
        assertThat(slot(moved).isr()).containsExactly("a", "b", "c");

        assertThat(moved.apply(transfer(moving, 0, "c"))).isSameAs(moved);
        ControlState failed = moving.apply(down("b", 1));
        assertThat(slot(failed).movingTo()).isEmpty();
        assertThat(failed.apply(transfer(failed, 0, "b"))).isSameAs(failed);
    }

    @Test
    void aHandoverToANodeThatFallsBehindIsCalledOff() {
        ControlState moving = start.apply(move(start, 0, "c"));
        ControlState behind = moving.apply(changeIsr(moving, 0, "a", "b"));

        assertThat(slot(behind).movingTo()).isEmpty();
    }

    @Test
    void replicasAreKnownNodesAndAtLeastOne() {
        assertThat(slot(start.apply(setReplicas(start, 0, "c", "a"))).replicas())
                .containsExactly("c", "a");
        assertThat(start.apply(setReplicas(start, 0))).isSameAs(start);
        assertThat(start.apply(setReplicas(start, 0, "nobody"))).isSameAs(start);
    }

    @Test
    void aDrainingNodeKeepsWhatItHas() {
        ControlState draining = start.apply(new ControlCommand.Drain("a", "a1"));
        assertThat(slot(draining)).isEqualTo(slot(start));
        assertThat(draining.isLive("a")).isTrue();
        assertThat(draining.apply(new ControlCommand.Drain("a", "a1"))).isSameAs(draining);
        assertThat(start.apply(new ControlCommand.Drain("a", "a2"))).isSameAs(start);
    }

    @Test
    void aRemovedNodeOwnsNothingAndMayComeBackAsANewLife() {
        ControlState removed = start.apply(new ControlCommand.Remove("a"));
        assertThat(slot(removed).owner()).isEqualTo("b");
        assertThat(removed.isLive("a")).isFalse();
        assertThat(removed.apply(new ControlCommand.Remove("a"))).isSameAs(removed);
        assertThat(removed.apply(new ControlCommand.Remove("x"))).isSameAs(removed);

        assertThat(removed.apply(register("a", 2)).isLive("a")).isTrue();
    }

    @Test
    void slotsAreGivenOutOnceAndAllOfThem() {
        ControlState node = ControlState.EMPTY.apply(register("a", 1));
        ControlCommand bootstrap = new ControlCommand.Bootstrap(3, 2, Collections.nCopies(Slots.COUNT, List.of("a")));
        ControlState given = node.apply(bootstrap);

        assertThat(given.slots()).hasSize(Slots.COUNT).allMatch(each -> each.isOwnedBy("a"));
        assertThat(given.replicasWanted()).isEqualTo(3);
        assertThat(given.minIsr()).isEqualTo(2);
        assertThat(given.apply(bootstrap)).isSameAs(given);
        assertThat(node.apply(new ControlCommand.Bootstrap(1, 1, List.of(List.of("a")))))
                .isSameAs(node);
    }

    @Test
    void aNodeThatDecidedAloneBringsItsSlotsAndAppsOnce() {
        ControlState local = Regions.of(1, 2, "a").apply(new ControlCommand.PutApp("app", new byte[] {1}));
        ControlState region = ControlState.EMPTY.apply(register("b", 1));
        ControlState imported = region.apply(new ControlCommand.Import(local, 2));

        assertThat(imported.slots()).isEqualTo(local.slots());
        assertThat(imported.nodes()).containsOnlyKeys("a", "b");
        assertThat(imported.apps()).containsOnlyKeys("app");
        assertThat(imported.replicasWanted()).isEqualTo(2);
        assertThat(imported.minIsr()).isEqualTo(1);
        assertThat(imported.version()).isGreaterThan(local.version()).isGreaterThan(region.version());
        assertThat(imported.apply(new ControlCommand.Import(local, 3))).isSameAs(imported);
    }

    @Test
    void moreInSyncCopiesAreRequiredOnlyOnceEverySlotHasThem() {
        ControlState alone = Regions.of(1, 2, "a", "b").apply(Regions.down("b", 1));
        ControlState grown = Regions.settled(alone.apply(register("b", 2)));

        assertThat(alone.apply(new ControlCommand.RaiseMinIsr(2))).isSameAs(alone);
        assertThat(grown.apply(new ControlCommand.RaiseMinIsr(2)).minIsr()).isEqualTo(2);
        assertThat(grown.apply(new ControlCommand.RaiseMinIsr(1))).isSameAs(grown);
        assertThat(ControlState.EMPTY.apply(new ControlCommand.RaiseMinIsr(2))).isSameAs(ControlState.EMPTY);
    }

    @Test
    void anAppIsPutChangedAndDeleted() {
        ControlState put = start.apply(new ControlCommand.PutApp("app", new byte[] {1}));
        assertThat(put.apply(new ControlCommand.PutApp("app", new byte[] {1}))).isSameAs(put);
        assertThat(put.apply(new ControlCommand.PutApp("app", new byte[] {2}))
                        .apps()
                        .get("app"))
                .containsExactly(2);

        ControlState deleted = put.apply(new ControlCommand.DeleteApp("app"));
        assertThat(deleted.apps()).isEqualTo(Map.of());
        assertThat(deleted.apply(new ControlCommand.DeleteApp("app"))).isSameAs(deleted);
    }
}
