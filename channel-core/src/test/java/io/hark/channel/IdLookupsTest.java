package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IdLookupsTest {
    private final TestSlot slot = new TestSlot();

    @Test
    void theStoreIsAskedForAllThatWait() {
        slot.repeat("a");
        slot.repeat("b");
        slot.repeat("c");
        assertThat(slot.lookups()).isEqualTo(3);

        slot.answerLookup(Optional.empty());
        slot.answerLookup(Optional.empty());
        slot.answerLookup(Optional.empty());
        assertThat(slot.appends).extracting(IdLookupsTest::batchId).containsExactly("a", "b", "c");
    }

    @Test
    void whatIsAnsweredBeforeItsTurnIsAskedForOnce() {
        slot.loadsByHand = true;
        Receipt earlier = new Receipt(1, 1, new Origin("eu", 1), 1, 1);
        slot.repeat("a");
        var logged = slot.repeat("b");
        slot.answerLookup(Optional.empty());
        slot.answerLookup(Optional.of(earlier));
        assertThat(slot.appends).isEmpty();

        slot.answerLoad();
        assertThat(slot.appends).extracting(IdLookupsTest::batchId).containsExactly("a");
        assertThat(logged).containsExactly(new PublishResult.Stored(earlier));
        assertThat(slot.lookups()).isZero();
    }

    @Test
    void anAnswerFromBeforeTheIdWasAppendedIsForgotten() {
        slot.repeat("first");
        var original = slot.publish("a");
        slot.repeat("second");
        var again = slot.repeat("a");
        slot.answerLookup(Optional.empty());
        slot.commitAll();
        assertThat(original).hasSize(1);

        slot.answerLookup(Optional.empty()); // of the second
        slot.answerLookup(Optional.empty()); // of what has been appended since it was asked for
        Receipt receipt = ((PublishResult.Stored) original.getFirst()).receipt();
        slot.answerLookup(Optional.of(receipt));
        assertThat(slot.appends).extracting(IdLookupsTest::batchId).containsExactly("first", "a", "second");
        assertThat(again).containsExactly(new PublishResult.Stored(receipt));
    }

    @Test
    void aLookupAheadThatFailsIsMadeAgain() {
        slot.loadsByHand = true;
        slot.repeat("a");
        slot.failLookup();
        slot.answerLoad();
        assertThat(slot.appends).isEmpty();

        slot.answerLookup(Optional.empty());
        assertThat(slot.appends).hasSize(1);
    }

    @Test
    void theStoreIsNotAskedForWhatIsRefused() {
        TestSlot small = new TestSlot(new SlotLimits(2, 10, Duration.ofMinutes(1), 1 << 20));
        for (int number = 0; number < 10; number++) {
            small.repeat("m" + number);
        }
        assertThat(small.lookups()).isEqualTo(3);
    }

    @Test
    void aChannelAsksForSoManyAtOnce() {
        for (int number = 0; number < 200; number++) {
            slot.repeat("m" + number);
        }
        assertThat(slot.lookups()).isEqualTo(1 + IdLookups.AT_ONCE_MAX);

        for (int number = 0; number < 200; number++) {
            slot.answerLookup(Optional.empty());
        }
        assertThat(slot.lookups()).isZero();
        assertThat(slot.appends).hasSize(200);
        assertThat(batchId(slot.appends.getLast())).isEqualTo("m199");
    }

    @Test
    void nothingIsAskedForAnOwnerThatIsNoneAnyMore() {
        for (int number = 0; number < 200; number++) {
            slot.repeat("m" + number);
        }
        slot.owner.close();
        while (slot.lookups() > 0) {
            slot.answerLookup(Optional.empty());
        }
        assertThat(slot.appends).isEmpty();
    }

    private static String batchId(Append append) {
        return ((EntryBody.Messages) TestSlot.entry(append).body()).batch().id();
    }
}
