package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SlotOwnerTest {
    private static final Receipt EARLIER = new Receipt(7, 1_000, new Origin("eu", 1), 7, 1);

    private final TestSlot slot = new TestSlot();

    @Test
    void nothingIsToldBeforeCommitAndEverythingInOrderAtCommit() {
        slot.subscribe();
        var first = slot.publish("a");
        var second = slot.publish("b");
        assertThat(first).isEmpty();
        assertThat(slot.delivered).isEmpty();

        slot.owner.committed(slot.entry(0).lsn());
        assertThat(first).hasSize(1);
        assertThat(second).isEmpty();
        assertThat(slot.delivered).hasSize(1);

        slot.commitAll();
        assertThat(slot.delivered).extracting(Entry::lsn).isSorted().hasSize(2);
        assertThat(second)
                .containsExactly(new PublishResult.Stored(slot.lastEntry().receipt()));
    }

    @Test
    void entriesOfAChannelAreLinkedByPrevLsn() {
        slot.image(40);
        slot.publish("a");
        slot.publish("b");

        assertThat(slot.entry(0).prevLsn()).isEqualTo(40);
        assertThat(slot.lastEntry().prevLsn()).isEqualTo(slot.entry(0).lsn());
    }

    @Test
    void everyAppendCarriesTheMetaThatFollowsIt() {
        slot.publish("a");
        Append append = slot.appends.getLast();

        assertThat(append.after().lastLsn()).isEqualTo(append.head().lsn());
        assertThat(append.after().oseq()).isEqualTo(append.head().oseq());
        assertThat(append.after().hlc()).isEqualTo(append.head().hlc());
    }

    @Test
    void timeOfEntriesGrowsThoughTheClockStandsStill() {
        slot.publish("a");
        slot.publish("b");

        assertThat(slot.lastEntry().hlc()).isGreaterThan(slot.entry(0).hlc());
    }

    @Test
    void repeatOfACommittedPublishIsAnsweredWithItsReceipt() {
        var result = slot.repeat("a");
        slot.answerLookup(Optional.of(EARLIER));

        assertThat(result).containsExactly(new PublishResult.Stored(EARLIER));
        assertThat(slot.appends).isEmpty();
    }

    @Test
    void repeatOfAnUncommittedPublishIsAnsweredAtItsCommit() {
        var first = slot.publish("a");
        var again = slot.repeat("a");
        assertThat(again).isEmpty();
        assertThat(slot.lookups()).isZero();

        slot.commitAll();
        assertThat(again).isEqualTo(first).hasSize(1);
        assertThat(slot.appends).hasSize(1);
    }

    @Test
    void repeatThatIsNotInTheLogIsAppended() {
        slot.repeat("a");
        slot.answerLookup(Optional.empty());

        assertThat(slot.appends).hasSize(1);
        assertThat(slot.appends.getFirst().record().ids()).hasSize(1);
    }

    @Test
    void whatComesBehindALookupKeepsItsPlace() {
        slot.repeat("a");
        slot.publish("b");
        slot.repeat("c");
        slot.publish("d");
        assertThat(slot.appends).isEmpty();

        slot.answerLookup(Optional.empty());
        assertThat(slot.appends).hasSize(2);
        slot.answerLookup(Optional.empty());

        assertThat(slot.appends).extracting(append -> batchId(append)).containsExactly("a", "b", "c", "d");
    }

    @Test
    void anAnswerThatPublishesAgainDoesNotOvertakeWhatWaits() {
        slot.owner.publish(
                new Publish(
                        TestSlot.CHANNEL,
                        Optional.of(new IdHash(9, 9)),
                        true,
                        Optional.empty(),
                        TestSlot.batch("a"),
                        TestSlot.POLICY,
                        false),
                TestSlot.NOW,
                result -> slot.publish("from the answer"));
        slot.publish("b");
        slot.answerLookup(Optional.of(EARLIER));

        assertThat(slot.appends).extracting(append -> batchId(append)).containsExactly("b", "from the answer");
    }

    @Test
    void aLookupThatFailsRefusesAndLetsTheRestGoOn() {
        var result = slot.repeat("a");
        slot.publish("b");
        slot.failLookup();

        assertThat(TestSlot.refusal(result).code()).isEqualTo(ErrorCode.OVERLOADED.code());
        assertThat(slot.appends).hasSize(1);
    }

    @Test
    void overloadIsRefusedBeforeAnythingIsAppended() {
        slot.overloaded = true;
        var result = slot.publish("a");

        assertThat(TestSlot.refusal(result).code()).isEqualTo(ErrorCode.OVERLOADED.code());
        assertThat(slot.appends).isEmpty();
    }

    @Test
    void moreThanMayWaitIsRefused() {
        TestSlot small = new TestSlot(new SlotLimits(1, 10, Duration.ofMinutes(1), 1 << 20));
        small.repeat("a");
        var second = small.publish("b");
        var third = small.publish("c");
        assertThat(TestSlot.refusal(third).code()).isEqualTo(ErrorCode.OVERLOADED.code());

        small.answerLookup(Optional.empty());
        small.commitAll();
        assertThat(second).hasSize(1);
    }

    @Test
    void aChannelThatCannotBeLoadedRefusesAndIsTriedAgainLater() {
        slot.loadsByHand = true;
        var result = slot.publish("a");
        slot.failLoad();
        assertThat(TestSlot.refusal(result).code()).isEqualTo(ErrorCode.OVERLOADED.code());

        var again = slot.publish("a");
        slot.answerLoad();
        slot.commitAll();
        assertThat(again).hasSize(1).first().isInstanceOf(PublishResult.Stored.class);
    }

    @Test
    void ephemeralPublishesTakeTheirTurnWithoutAnEntry() {
        slot.subscribe();
        slot.publish("a");
        var ephemeral = slot.publishEphemeral("e");
        slot.publish("b");
        assertThat(slot.appends).hasSize(2);
        assertThat(ephemeral).isEmpty();

        slot.commitAll();
        assertThat(slot.delivered).extracting(entry -> batchId(entry)).containsExactly("a", "e", "b");
        assertThat(slot.delivered.get(1).lsn())
                .isEqualTo(slot.delivered.getFirst().lsn());
        assertThat(ephemeral).hasSize(1).first().isInstanceOf(PublishResult.Accepted.class);
    }

    @Test
    void anEphemeralPublishWithNothingAheadIsDeliveredAtOnce() {
        slot.subscribe();
        var result = slot.publishEphemeral("e");

        assertThat(result).hasSize(1);
        assertThat(slot.delivered).hasSize(1);
    }

    @Test
    void aSubscriberIsToldTheCommittedPositionNotTheAppendedOne() {
        slot.publish("a");
        slot.commitAll();
        slot.publish("b");
        List<Subscribed> told = new ArrayList<>();
        slot.owner.subscribe(
                TestSlot.CHANNEL,
                slot.feed,
                List.of(),
                MembersWanted.NONE,
                TestSlot.NOW,
                (subscribed, refusal) -> told.add(subscribed));

        long committed = slot.entry(0).lsn();
        assertThat(told.getFirst().committedLsn()).isEqualTo(committed);
        assertThat(told.getFirst().lastLsn()).isEqualTo(committed);
    }

    @Test
    void unsubscribeTakesBackASubscribeThatStillWaits() {
        slot.loadsByHand = true;
        slot.subscribe();
        slot.owner.unsubscribe(TestSlot.CHANNEL, slot.feed, TestSlot.NOW);
        slot.answerLoad();
        slot.publish("a");
        slot.commitAll();

        assertThat(slot.delivered).isEmpty();
    }

    @Test
    void occupancyThatComesWhileTheSubscribeWaitsIsNotForgotten() {
        slot.loadsByHand = true;
        slot.subscribe();
        slot.owner.occupancy(TestSlot.CHANNEL, slot.feed, new Occupancy(3, 0, 0, 0, 0, 0, 0, 0), TestSlot.NOW);
        slot.answerLoad();

        slot.owner.status(
                TestSlot.CHANNEL,
                TestSlot.NOW,
                (status, refusal) ->
                        assertThat(status.occupancy().connections()).isEqualTo(3));
    }

    @Test
    void anUnusedChannelIsForgottenAndLoadedAgain() {
        slot.publish("a");
        long later = TestSlot.NOW + SlotLimits.DEFAULTS.idleTime().toMillis() + 1;
        slot.owner.tick(later);
        assertThat(slot.owner.activeChannels("app")).containsExactly("orders"); // its commit is awaited

        slot.commitAll();
        slot.owner.tick(later);
        assertThat(slot.owner.activeChannels("app")).isEmpty();

        slot.publish("b");
        assertThat(slot.loaded).isEqualTo(2);
    }

    @Test
    void aChannelThatComesIntoUseAndFallsOutOfItIsReported() {
        long later = TestSlot.NOW + 60_000;
        slot.owner.status(TestSlot.CHANNEL, later, (status, refusal) -> {});
        slot.owner.status(TestSlot.CHANNEL, later + 1, (status, refusal) -> {});
        assertThat(slot.reports).extracting(MetaEvent::name).containsExactly("channel.opened", "channel.region.active");
        assertThat(slot.reports.getFirst().channel()).isEqualTo(ChannelId.of("app", "[meta]channel.lifecycle"));
        assertThat(slot.reports.getFirst().data()).containsEntry("channelId", "orders");

        slot.reports.clear();
        slot.owner.tick(later + SlotLimits.DEFAULTS.idleTime().toMillis() + 2);
        assertThat(slot.reports)
                .extracting(MetaEvent::name)
                .containsExactly("channel.region.inactive", "channel.closed");
    }

    @Test
    void whatAnOwnerFindsInUseWhenItBeginsIsNotReportedAndMetachannelsNeverAre() {
        slot.owner.status(TestSlot.CHANNEL, TestSlot.NOW + 10, (status, refusal) -> {});
        slot.owner.status(
                ChannelId.of("app", "[meta]channel.lifecycle"), TestSlot.NOW + 60_000, (status, refusal) -> {});

        assertThat(slot.reports).isEmpty();
        assertThat(slot.owner.activeChannels("app")).containsExactly("orders");
    }

    @Test
    void aChannelWithAFeedStays() {
        slot.subscribe();
        slot.owner.tick(TestSlot.NOW + Duration.ofDays(1).toMillis());

        assertThat(slot.owner.activeChannels("app")).containsExactly("orders");
    }

    private static String batchId(Append append) {
        return batchId(TestSlot.entry(append));
    }

    private static String batchId(Entry entry) {
        return entry.body() instanceof EntryBody.Messages(var batch) ? batch.id() : "";
    }
}
