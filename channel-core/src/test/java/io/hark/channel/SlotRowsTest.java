package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.RowEdit.Expected;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Rows of a channel's state that are changed together or not at all.
class SlotRowsTest {
    private static final StateValue RED = new StateValue(new byte[] {1});
    private static final StateValue BLUE = new StateValue(new byte[] {2});
    private static final RowsResult DONE = new RowsResult.Done();

    private final TestSlot slot = new TestSlot();

    private List<RowsResult> change(Optional<IdHash> id, RowEdit... edits) {
        List<RowsResult> results = new ArrayList<>();
        slot.owner.change(
                new RowsChange(TestSlot.CHANNEL, StateKind.PUSH, id, Arrays.asList(edits), TestSlot.POLICY),
                TestSlot.NOW,
                results::add);
        return results;
    }

    private List<RowsResult> change(RowEdit... edits) {
        return change(Optional.empty(), edits);
    }

    private List<String> keys(String prefix) {
        List<String> keys = new ArrayList<>();
        slot.owner.rows(
                new RowsRead(TestSlot.CHANNEL, StateKind.PUSH, List.of(RowsRead.Range.of(prefix)), 100),
                (page, refusal) -> page.rows().forEach(row -> keys.add(row.key())));
        return keys;
    }

    private static RowEdit putNew(String key, StateValue value) {
        return new RowEdit.Put(key, new Expected.Nothing(), value);
    }

    @Test
    void aChangeIsToldOfOnceItIsCommitted() {
        List<RowsResult> results = change(putNew("a", RED));

        assertThat(results).isEmpty();
        slot.commitAll();
        assertThat(results).containsExactly(DONE);
        assertThat(slot.changedRows)
                .containsExactly(StateChange.lasting(StateKind.PUSH, "a", Optional.empty(), Optional.of(RED)));
        assertThat(keys("a")).containsExactly("a");
    }

    @Test
    void allOfAChangeIsMadeOrNothing() {
        change(putNew("a", RED));
        List<RowsResult> results = change(putNew("b", RED), putNew("a", BLUE));
        slot.commitAll();

        assertThat(results).containsExactly(new RowsResult.Unexpected("a"));
        assertThat(slot.rows).containsOnlyKeys("a");
    }

    @Test
    void aChangeFindsWhatTheOneBeforeItWillLeave() {
        change(putNew("a", RED));
        List<RowsResult> second = change(new RowEdit.Put("a", new Expected.Value(RED), BLUE));
        List<RowsResult> third = change(new RowEdit.Remove("a", new Expected.Value(RED)));
        slot.commitAll();

        assertThat(second).containsExactly(DONE);
        assertThat(third).containsExactly(new RowsResult.Unexpected("a"));
        assertThat(slot.rows).containsEntry("a", BLUE);
    }

    @Test
    void aRefusalIsToldOnceWhatItWasDecidedByIsCommitted() {
        change(putNew("a", RED));
        List<RowsResult> results = change(putNew("a", BLUE));

        assertThat(results).isEmpty();
        slot.commitAll();
        assertThat(results).containsExactly(new RowsResult.Unexpected("a"));
    }

    @Test
    void rowsAreShownOnceTheyAreCommitted() {
        change(putNew("a", RED));
        slot.rows.put("a", RED); // The store shows what is appended.
        List<String> shown = keys("a");

        assertThat(shown).isEmpty();
        slot.commitAll();
        assertThat(shown).containsExactly("a");
    }

    @Test
    void aRowWithALongerKeyIsNotTakenForIt() {
        slot.rows.put("ab", RED);
        List<RowsResult> results = change(putNew("a", BLUE));
        slot.commitAll();

        assertThat(results).containsExactly(DONE);
        assertThat(slot.rows).containsEntry("ab", RED).containsEntry("a", BLUE);
    }

    @Test
    void aCountStopsAtItsLimitAndGoesWithTheLast() {
        RowEdit more = new RowEdit.Count("n", 1, 2);
        change(more);
        change(more);
        List<RowsResult> third = change(putNew("a", RED), more);
        slot.commitAll();

        assertThat(third).containsExactly(new RowsResult.Full("n"));
        assertThat(RowCount.of(slot.rows.get("n"))).isEqualTo(2);
        change(new RowEdit.Count("n", -2, 2));
        slot.commitAll();
        assertThat(slot.rows).isEmpty();
    }

    @Test
    void whatIsCommittedWhileARowIsReadIsNotForgotten() {
        change(new RowEdit.Count("n", 5, 10));
        slot.rowsByHand = true;
        List<RowsResult> results = change(putNew("a", RED), new RowEdit.Count("n", 1, 10));
        slot.commitAll(); // The count is not proposed any more, and was not asked for.
        slot.answerRows();
        slot.answerRows();
        slot.commitAll();

        assertThat(results).containsExactly(DONE);
        assertThat(RowCount.of(slot.rows.get("n"))).isEqualTo(6);
    }

    @Test
    void aChangeWithTheIdOfOneThatIsAwaitedIsMadeOnce() {
        Optional<IdHash> id = Optional.of(new IdHash(1, 2));
        change(id, new RowEdit.Count("n", 1, 10));
        slot.answerLookup(Optional.empty());
        List<RowsResult> again = change(id, new RowEdit.Count("n", 1, 10));
        slot.commitAll();

        assertThat(again).containsExactly(DONE);
        assertThat(RowCount.of(slot.rows.get("n"))).isEqualTo(1);
    }

    @Test
    void aChangeWithTheIdOfOneInTheLogIsDone() {
        List<RowsResult> results = change(Optional.of(new IdHash(1, 2)), new RowEdit.Count("n", 1, 10));
        slot.answerLookup(Optional.of(new Receipt(7, 1_000, new Origin("eu", 1), 7, 1)));

        assertThat(results).containsExactly(DONE);
        assertThat(slot.rows).isEmpty();
    }

    @Test
    void whatCannotBeLookedUpIsRefusedWithoutAnEntry() {
        List<RowsResult> results = change(Optional.of(new IdHash(1, 2)), putNew("a", RED));
        slot.failLookup();

        assertThat(results.getFirst()).isInstanceOf(RowsResult.Refused.class);
        assertThat(slot.appends).isEmpty();
    }

    @Test
    void anOwnerThatIsOverloadedRefuses() {
        slot.overloaded = true;

        assertThat(change(putNew("a", RED)).getFirst()).isInstanceOf(RowsResult.Refused.class);
        assertThat(slot.appends).isEmpty();
    }
}
