package io.hark.channel;

import static io.hark.protocol.PresenceAction.ENTER;
import static io.hark.protocol.PresenceAction.LEAVE;
import static io.hark.protocol.PresenceAction.UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.presence.Member;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.PresenceMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SlotPresenceTest {
    private static final Claim FIRST = new Claim("conn", 1);
    private static final Claim RESUMED = new Claim("conn", 2);
    private static final long GRACE = TestSlot.GRACE.millis();

    private final TestSlot slot = new TestSlot();

    @Test
    void membersAreThoseOfCommittedEvents() {
        slot.present(FIRST, 0, ENTER, "ann");
        assertThat(slot.members()).isEmpty();

        slot.commitAll();
        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void whoKnowsTheMembersIsNotToldThemAgainUntilTheyChange() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.commitAll();
        Subscribed first = subscribe(MembersWanted.ALL);
        assertThat(first.members()).hasSize(1);
        MembersWanted unlessTheSame = MembersWanted.unless(first.meta().lineage(), first.membersLsn());

        slot.publish("a message changes no members");
        slot.commitAll();
        Subscribed again = subscribe(unlessTheSame);
        assertThat(again.membersKnown()).isTrue();
        assertThat(again.members()).isEmpty();

        slot.present(FIRST, 1, ENTER, "bob");
        assertThat(subscribe(unlessTheSame).membersKnown())
                .as("bob is not committed")
                .isTrue();
        slot.commitAll();
        Subscribed changed = subscribe(unlessTheSame);
        assertThat(changed.membersKnown()).isFalse();
        assertThat(changed.members()).hasSize(2);
    }

    @Test
    void membersOfAnotherLineageAreNotKnown() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.commitAll();
        Subscribed first = subscribe(MembersWanted.ALL);

        MembersWanted older = MembersWanted.unless(first.meta().lineage() - 1, first.membersLsn());
        assertThat(subscribe(older).members()).hasSize(1);
    }

    private Subscribed subscribe(MembersWanted wanted) {
        List<Subscribed> told = new ArrayList<>();
        slot.owner.subscribe(
                TestSlot.CHANNEL, slot.feed, List.of(), wanted, TestSlot.NOW, (answer, refusal) -> told.add(answer));
        return told.getFirst();
    }

    @Test
    void enterOfAPresentMemberIsToldAsUpdateThoughItsEnterIsNotCommitted() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.present(FIRST, 1, ENTER, "ann");

        assertThat(slot.told()).containsExactly(UPDATE);
    }

    @Test
    void updateOfAnAbsentMemberIsToldAsEnter() {
        slot.present(FIRST, 0, UPDATE, "ann");

        assertThat(slot.told()).containsExactly(ENTER);
    }

    @Test
    void leaveOfAnAbsentMemberIsAcceptedAndTellsNobody() {
        var result = slot.present(FIRST, 0, LEAVE, "ann");

        assertThat(result).containsExactly(new PublishResult.Accepted(List.of()));
        assertThat(slot.appends).isEmpty();
    }

    @Test
    void aFrameThatIsInTheLogIsNotTakenAgainThoughItsMemberHasLeft() {
        var again = slot.present(RESUMED, 0, true, 100, TestSlot.event(ENTER, "ann"));
        assertThat(slot.lookups()).isEqualTo(1);
        Receipt first = new Receipt(3, 3, new Origin("eu", 1), 3, 1);
        slot.answerLookup(Optional.of(first));

        assertThat(again).containsExactly(new PublishResult.Accepted(List.of()));
        assertThat(slot.appends).isEmpty();
    }

    @Test
    void aLeaveThatIsInTheLogLeavesOnceMoreWhenItsMemberHasEnteredAgain() {
        slot.present(RESUMED, 0, ENTER, "ann"); // sent again after a leave that is in the log
        slot.present(RESUMED, 1, true, 100, TestSlot.event(LEAVE, "ann"));
        slot.answerLookup(Optional.of(new Receipt(3, 3, new Origin("eu", 1), 3, 1)));

        assertThat(slot.appends).hasSize(2);
        assertThat(slot.told()).containsExactly(LEAVE);
    }

    @Test
    void anEarlierLeaveDoesNotUndoALaterEnter() {
        slot.present(FIRST, 5, ENTER, "ann");
        var late = slot.present(RESUMED, 4, LEAVE, "ann");
        slot.commitAll();

        assertThat(late).containsExactly(new PublishResult.Accepted(List.of()));
        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void aFrameThatMayRepeatAndIsNotInTheLogIsTakenInItsTurn() {
        var first = slot.present(RESUMED, 0, true, 100, TestSlot.event(ENTER, "ann"));
        slot.present(RESUMED, 1, LEAVE, "ann");
        assertThat(slot.appends).isEmpty();
        slot.answerLookup(Optional.empty());
        slot.commitAll();

        assertThat(first).hasSize(1);
        assertThat(slot.appends).hasSize(2);
        assertThat(slot.told()).containsExactly(LEAVE);
    }

    @Test
    void afterARefusalThatSettlesNothingTheTransportsLaterFramesAreRefusedToo() {
        slot.present(RESUMED, 0, true, 100, TestSlot.event(ENTER, "ann"));
        slot.failLookup();
        var later = slot.present(RESUMED, 1, LEAVE, "ann");

        assertThat(TestSlot.refusal(later).code()).isEqualTo(ErrorCode.TRANSPORT_SUPERSEDED.code());
    }

    @Test
    void aFrameSentAgainIsNotAnsweredBeforeTheFirstIsCommitted() {
        slot.present(FIRST, 0, ENTER, "ann");
        var again = slot.present(RESUMED, 0, ENTER, "ann");
        assertThat(slot.appends).hasSize(1);
        assertThat(again).isEmpty();

        slot.commitAll();
        assertThat(again).hasSize(1);
    }

    @Test
    void eventsOfAnOverridenTransportDoNotChangeWhatANewerOneVouchesFor() {
        slot.present(RESUMED, 4, ENTER, "ann");
        slot.present(FIRST, 3, LEAVE, "ann");
        slot.commitAll();

        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void membersThatAreTooLargeTogetherAreRefusedUntilOthersLeave() {
        TestSlot small = new TestSlot(SlotLimits.DEFAULTS.withPresenceBytesMax(20));
        small.present(FIRST, 0, ENTER, "ann");
        var second = small.present(FIRST, 1, ENTER, "bob");
        assertThat(second).isEmpty();
        small.commitAll();
        assertThat(TestSlot.refusal(second).code()).isEqualTo(ErrorCode.PRESENCE_TOO_LARGE.code());

        small.present(FIRST, 2, UPDATE, "ann");
        small.present(FIRST, 3, LEAVE, "ann");
        small.present(FIRST, 4, ENTER, "bob");
        small.commitAll();
        assertThat(small.members()).containsExactly("conn:bob");
    }

    @Test
    void anEnterThatWasRefusedIsRefusedAgainThoughThereIsRoomByThen() {
        slot.present(FIRST, 0, 1, TestSlot.event(ENTER, "ann"));
        var refused = slot.present(FIRST, 1, 1, TestSlot.event(ENTER, "bob"));
        var again = slot.present(FIRST, 1, true, 1, TestSlot.event(ENTER, "bob"));
        assertThat(refused).isEmpty();
        slot.commitAll();
        assertThat(again).isEqualTo(refused).hasSize(1);
        Receipt refusal = slot.lastEntry().receipt();

        slot.present(FIRST, 2, 1, TestSlot.event(LEAVE, "ann"));
        slot.commitAll();
        var later = slot.present(RESUMED, 1, true, 1, TestSlot.event(ENTER, "bob"));
        slot.answerLookup(Optional.of(refusal));
        assertThat(later).isEqualTo(refused);
        assertThat(slot.members()).isEmpty();
    }

    @Test
    void moreMembersThanTheLimitAreRefusedButLeavesAreNot() {
        slot.present(FIRST, 0, 1, TestSlot.event(ENTER, "ann"));
        var second = slot.present(FIRST, 1, 1, TestSlot.event(ENTER, "bob"));
        slot.commitAll();
        assertThat(TestSlot.refusal(second).code()).isEqualTo(ErrorCode.PRESENCE_TOO_MANY_MEMBERS.code());

        slot.present(FIRST, 2, 1, TestSlot.event(LEAVE, "ann"));
        slot.present(FIRST, 3, 1, TestSlot.event(ENTER, "bob"));
        slot.commitAll();
        assertThat(slot.members()).containsExactly("conn:bob");
    }

    @Test
    void leaveTakesOutAllMembersOfTheConnectionAlsoThoseOnTheirWay() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.commitAll();
        slot.present(FIRST, 1, ENTER, "bob");
        slot.present(new Claim("other", 1), 0, ENTER, "eve");
        slot.owner.leave(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW, left -> {});
        slot.commitAll();

        assertThat(slot.members()).containsExactly("other:eve");
    }

    @Test
    void aMadeLeaveIsNewerThanTheMemberAndNotOfItsConnection() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.owner.leave(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW, left -> {});

        PresenceMessage leave = ((EntryBody.Presence) slot.lastEntry().body())
                .batch()
                .presence()
                .getFirst();
        PresenceMessage enter =
                ((EntryBody.Presence) slot.entry(0).body()).batch().presence().getFirst();
        assertThat(leave.timestamp()).isGreaterThan(enter.timestamp());
        assertThat(leave.id().orElseThrow()).doesNotStartWith("conn");
        assertThat(leave.data()).isEqualTo(enter.data());
    }

    @Test
    void aLeaveOfAnOlderGenerationIsVoid() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.commitAll();
        confirm(RESUMED);
        slot.owner.leave(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW, left -> {});

        assertThat(slot.appends).hasSize(1);
    }

    @Test
    void aMemberConfirmedWhileItsEnterIsOnTheWayStays() {
        slot.present(FIRST, 0, ENTER, "ann");
        confirm(RESUMED);
        slot.owner.leave(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW, left -> {});
        slot.commitAll();
        slot.owner.leave(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW, left -> {});
        slot.commitAll();

        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void aNewTransportThatRepeatsAnEnterVouchesForThatMember() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.present(RESUMED, 0, ENTER, "ann");
        slot.commitAll();
        slot.owner.leave(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW, left -> {});

        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void membersOfALostConnectionLeaveAtTheDeadlineNotBefore() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.commitAll();
        slot.owner.lost(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW + GRACE, () -> {});

        slot.owner.tick(TestSlot.NOW + GRACE - 1);
        assertThat(slot.appends).hasSize(1);
        slot.owner.tick(TestSlot.NOW + GRACE);
        assertThat(slot.told()).containsExactly(LEAVE);
    }

    @Test
    void membersOfAConnectionThatCameBackStay() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.commitAll();
        slot.owner.lost(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW + GRACE, () -> {});
        confirm(RESUMED);
        slot.owner.tick(TestSlot.NOW + GRACE);

        assertThat(slot.appends).hasSize(1);
    }

    @Test
    void aLeaveWhoseChannelCannotBeReadIsMadeLater() {
        slot.image(0, TestSlot.member(FIRST, "ann"));
        slot.loadsByHand = true;
        slot.owner.leave(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, TestSlot.NOW, left -> {});
        slot.failLoad();

        slot.loadsByHand = false;
        slot.owner.tick(TestSlot.NOW);
        assertThat(slot.told()).containsExactly(LEAVE);
    }

    @Test
    void membersOfAnEarlierEpochLeaveAtTheDeadlineUnlessTheirConnectionsComeBack() {
        slot.image(5, TestSlot.member(FIRST, "ann"), TestSlot.member(new Claim("gone", 1), "bob"));
        slot.owner.reclaim(TestSlot.CHANNEL, TestSlot.NOW);
        confirm(RESUMED);
        slot.owner.tick(TestSlot.NOW + GRACE);
        slot.commitAll();

        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void reclaimSurvivesAChannelThatCannotBeReadAndSparesMembersThatEnterLater() {
        slot.image(5, TestSlot.member(new Claim("gone", 1), "bob"));
        slot.loadsByHand = true;
        slot.owner.reclaim(TestSlot.CHANNEL, TestSlot.NOW);
        slot.failLoad();
        slot.loadsByHand = false;
        slot.present(FIRST, 0, ENTER, "ann");
        slot.owner.tick(TestSlot.NOW + GRACE);
        slot.commitAll();

        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void permanentMembersAreNotReclaimed() {
        slot.image(5, TestSlot.member(new Claim("fixture", Member.PERMANENT), "ann"));
        slot.owner.reclaim(TestSlot.CHANNEL, TestSlot.NOW);
        slot.owner.tick(TestSlot.NOW + GRACE);

        assertThat(slot.members()).containsExactly("fixture:ann");
    }

    @Test
    void aChannelWithMembersIsNotForgotten() {
        slot.present(FIRST, 0, ENTER, "ann");
        slot.commitAll();
        slot.owner.tick(TestSlot.NOW + SlotLimits.DEFAULTS.idleTime().toMillis() * 2);

        assertThat(slot.owner.activeChannels("app")).containsExactly("orders");
    }

    private void confirm(Claim claim) {
        slot.subscribe(slot.feed, claim);
    }
}
