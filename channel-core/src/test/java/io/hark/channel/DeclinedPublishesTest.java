package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a node that is full does with the order of a connection's publishes.
class DeclinedPublishesTest {
    private static final Claim CONN = new Claim("conn", 1);
    private static final int OVERLOADED = 50003;
    private static final int SUPERSEDED = 80016;
    private static final int OVERTAKEN = 42200;

    private final TestSlot slot = new TestSlot();

    /// The owner has looked once whether something of the connection is in the log.
    private void known(Claim publisher) {
        slot.publish("first of " + publisher, publisher);
        slot.answerLookup(Optional.empty());
    }

    private void declined(Claim publisher, int count) {
        slot.overloaded = true;
        for (int number = 0; number < count; number++) {
            assertThat(code(slot.publish(publisher + " declined " + number, publisher)))
                    .isEqualTo(OVERLOADED);
        }
        slot.overloaded = false;
    }

    private static int code(List<PublishResult> results) {
        return TestSlot.refusal(results).code();
    }

    private List<EntryKind> kinds() {
        return slot.appends.stream().map(append -> append.head().kind()).toList();
    }

    @Test
    void whatWasDeclinedIsRefusedForGoodBeforeSomethingLaterIsTaken() {
        known(CONN);
        slot.overloaded = true;
        slot.publish("a", CONN);
        slot.publish("b", CONN);
        slot.overloaded = false;
        var later = slot.publish("c", CONN);
        var again = slot.repeat("a", CONN);
        slot.commitAll();

        assertThat(kinds()).containsExactly(EntryKind.MESSAGE, EntryKind.REFUSAL, EntryKind.MESSAGE);
        assertThat(later).singleElement().isInstanceOf(PublishResult.Stored.class);
        assertThat(code(again)).isEqualTo(OVERTAKEN);
        var afterwards = slot.repeat("b", CONN);
        slot.answerLookup(Optional.of(slot.entry(1).receipt()));
        assertThat(code(afterwards)).isEqualTo(OVERTAKEN);
    }

    @Test
    void whatWasDeclinedIsTakenInItsTurnWhenItComesAgain() {
        known(CONN);
        slot.overloaded = true;
        slot.publish("a", CONN);
        slot.publish("b", CONN);
        slot.overloaded = false;
        var again = slot.repeat("a", CONN);
        slot.answerLookup(Optional.empty());
        var after = slot.repeat("b", CONN);
        slot.answerLookup(Optional.empty());
        slot.commitAll();

        assertThat(again).singleElement().isInstanceOf(PublishResult.Stored.class);
        assertThat(after).singleElement().isInstanceOf(PublishResult.Stored.class);
        assertThat(kinds()).containsOnly(EntryKind.MESSAGE);
    }

    @Test
    void onlyWhatCameBeforeIsRefused() {
        known(CONN);
        slot.overloaded = true;
        slot.publish("a", CONN);
        slot.publish("b", CONN);
        slot.overloaded = false;
        slot.repeat("b", CONN);
        slot.answerLookup(Optional.empty());
        var again = slot.repeat("a", CONN);
        slot.commitAll();

        assertThat(kinds()).containsExactly(EntryKind.MESSAGE, EntryKind.REFUSAL, EntryKind.MESSAGE);
        assertThat(code(again)).isEqualTo(OVERTAKEN);
    }

    @Test
    void nothingLaterIsTakenWhileThereIsNoRoomToSayThatItWasRefused() {
        known(CONN);
        declined(CONN, 1);
        slot.overloaded = true;
        var later = slot.repeat("c", CONN);
        slot.overloaded = false; // Before the store has answered.
        slot.answerLookup(Optional.empty());

        assertThat(code(later)).isEqualTo(OVERLOADED);
        assertThat(kinds()).containsExactly(EntryKind.MESSAGE);
    }

    @Test
    void otherConnectionsAreNotConcerned() {
        Claim other = new Claim("other", 1);
        known(CONN);
        known(other);
        declined(CONN, 3);
        slot.publish("a", other);

        assertThat(kinds()).containsOnly(EntryKind.MESSAGE);
    }

    @Test
    void nothingMoreIsTakenOfATransportWithTooMuchToRemember() {
        known(CONN);
        declined(CONN, Publish.IDS_MAX + 1);
        assertThat(code(slot.publish("later", CONN))).isEqualTo(SUPERSEDED);

        var resumed = slot.repeat("later", new Claim(CONN.connectionId(), 2));
        slot.answerLookup(Optional.empty());
        slot.commitAll();
        assertThat(resumed).singleElement().isInstanceOf(PublishResult.Stored.class);
    }

    @Test
    void ofTooManyTheEldestTransportsAreGivenUp() {
        int publishers = DeclinedPublishes.IDS_MAX / Publish.IDS_MAX;
        for (int number = 0; number <= publishers; number++) {
            Claim publisher = new Claim("conn" + number, 1);
            known(publisher);
            declined(publisher, Publish.IDS_MAX);
        }

        assertThat(code(slot.publish("later", new Claim("conn0", 1)))).isEqualTo(SUPERSEDED);
        var newest = slot.publish("later of the newest", new Claim("conn" + publishers, 1));
        slot.commitAll();
        assertThat(newest).singleElement().isInstanceOf(PublishResult.Stored.class);
    }
}
