package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whom an owner tells of a channel's occupancy, and when.
class SlotOccupancyTest {
    private static final long SETTLED = TestSlot.NOW + 10_000;

    private static final Claim BOB = new Claim("conn-bob", 1);
    private static final Claim CAROL = new Claim("conn-carol", 1);

    private final TestSlot slot = new TestSlot();
    private final List<OccupancyMetrics> told = new ArrayList<>();
    private final List<OccupancyMetrics> toldOther = new ArrayList<>();
    private final Feed watching = feed(told);
    private final Feed other = feed(toldOther);

    private static Feed feed(List<OccupancyMetrics> told) {
        return new Feed() {
            @Override
            public void deliver(ChannelId channel, Entry entry, byte[] encoded, boolean logged) {}

            @Override
            public void occupied(ChannelId channel, int epoch, OccupancyMetrics metrics) {
                assertThat(channel).isEqualTo(TestSlot.CHANNEL);
                assertThat(epoch).isEqualTo(TestSlot.EPOCH);
                told.add(metrics);
            }
        };
    }

    private static Occupancy subscribers(int count, int watchers) {
        return new Occupancy(count, 0, count, 0, 0, 0, 0, watchers);
    }

    private void occupy(Feed feed, Occupancy occupancy, long nowMillis) {
        slot.subscribe(feed);
        slot.owner.occupancy(TestSlot.CHANNEL, feed, occupancy, nowMillis);
    }

    private static List<Integer> connections(List<OccupancyMetrics> told) {
        return told.stream().map(metrics -> metrics.attachments().connections()).toList();
    }

    @Test
    void whoComesToWatchIsToldAtOnce() {
        occupy(watching, subscribers(1, 1), SETTLED);

        assertThat(connections(told)).contains(1);
    }

    @Test
    void nobodyIsToldWhoDoesNotWatch() {
        occupy(watching, subscribers(1, 1), SETTLED);
        occupy(other, subscribers(7, 0), SETTLED + 5_000);

        assertThat(toldOther).isEmpty();
        assertThat(connections(told)).last().isEqualTo(8);
    }

    @Test
    void manyChangesInASecondAreToldTogether() {
        occupy(watching, subscribers(1, 1), SETTLED);
        told.clear();
        for (int count = 1; count <= 100; count++) {
            occupy(other, subscribers(count, 0), SETTLED + count);
        }
        slot.owner.tick(SETTLED + 500);
        assertThat(told).isEmpty();

        slot.owner.tick(SETTLED + 1_000);
        slot.owner.tick(SETTLED + 1_500);
        slot.owner.tick(SETTLED + 5_000);
        assertThat(connections(told)).containsExactly(101);
    }

    @Test
    void theFirstAndTheLastOfAKindAreToldAtOnce() {
        occupy(watching, subscribers(1, 1), SETTLED);
        told.clear();
        occupy(other, new Occupancy(1, 1, 0, 0, 0, 0, 0, 0), SETTLED + 200);
        occupy(other, new Occupancy(1, 0, 1, 0, 0, 0, 0, 0), SETTLED + 400);

        assertThat(told.stream().map(metrics -> metrics.attachments().publishers()))
                .containsExactly(1, 0);
    }

    @Test
    void whoComesAndGoesInALoopIsNotToldEachTime() {
        occupy(watching, subscribers(1, 1), SETTLED);
        told.clear();
        for (int turn = 0; turn < 1_000; turn++) {
            occupy(other, turn % 2 == 0 ? new Occupancy(1, 1, 0, 0, 0, 0, 0, 0) : Occupancy.NONE, SETTLED + turn);
        }

        assertThat(told).hasSizeLessThanOrEqualTo(10);
    }

    @Test
    void whatIsAsItWasIsNotToldAgain() {
        occupy(watching, subscribers(1, 1), SETTLED);
        told.clear();
        occupy(other, subscribers(1, 0), SETTLED + 10);
        slot.owner.unsubscribe(TestSlot.CHANNEL, other, SETTLED + 20);
        slot.owner.tick(SETTLED + 2_000);

        assertThat(told).isEmpty();
    }

    @Test
    void aNodeThatIsLostTakesItsAttachmentsWithIt() {
        occupy(watching, subscribers(1, 1), SETTLED);
        occupy(other, subscribers(5, 0), SETTLED + 2_000);
        slot.owner.feedLost(other, SETTLED + 4_000);

        assertThat(connections(told)).endsWith(6, 1);
    }

    @Test
    void membersCountOnceTheyAreCommitted() {
        slot.image(3, TestSlot.member(BOB, "bob"), TestSlot.member(CAROL, "carol"));
        occupy(watching, subscribers(1, 1), SETTLED);
        assertThat(told.getLast().presenceMembers()).isEqualTo(2);

        slot.owner.leave(TestSlot.CHANNEL, BOB, TestSlot.POLICY, SETTLED, left -> {});
        slot.owner.tick(SETTLED + 2_000);
        assertThat(told.getLast().presenceMembers()).isEqualTo(2);

        slot.commitAll();
        slot.owner.tick(SETTLED + 4_000);
        assertThat(told.getLast().presenceMembers()).isEqualTo(1);
    }

    @Test
    void anOwnerThatIsNewWaitsUntilItKnowsWhoIsThere() {
        occupy(watching, subscribers(1, 1), TestSlot.NOW + 10);
        occupy(other, subscribers(100, 0), TestSlot.NOW + 20);
        slot.owner.tick(TestSlot.NOW + 500);
        assertThat(told).isEmpty();

        slot.owner.tick(TestSlot.NOW + 1_000);
        assertThat(connections(told)).containsExactly(101);
    }

    @Test
    void whenTheLastWatcherHasGoneNothingIsRemembered() {
        occupy(watching, subscribers(1, 1), SETTLED);
        occupy(watching, subscribers(1, 0), SETTLED + 2_000);
        told.clear();
        occupy(other, subscribers(3, 0), SETTLED + 4_000);
        slot.owner.tick(SETTLED + 6_000);
        assertThat(told).isEmpty();

        occupy(watching, subscribers(1, 1), SETTLED + 8_000);
        assertThat(connections(told)).last().isEqualTo(4);
    }
}
