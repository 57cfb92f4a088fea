package io.hark.channel;

import static io.hark.protocol.PresenceAction.ENTER;
import static io.hark.protocol.PresenceAction.LEAVE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which frontend vouches for which members.
class SlotClaimsTest {
    private static final Claim FIRST = new Claim("conn", 1);
    private static final Claim RESUMED = new Claim("conn", 2);
    private static final long GRACE = TestSlot.GRACE.millis();
    private static final long NOW = TestSlot.NOW;

    private final TestSlot slot = new TestSlot();
    private final List<Entry> elsewhere = new ArrayList<>();
    private final Feed other = (channel, entry, encoded, logged) -> elsewhere.add(entry);

    private void enter(Claim claim, String clientId) {
        slot.present(claim, 0, ENTER, clientId);
        slot.commitAll();
    }

    private void tick(long nowMillis) {
        slot.owner.tick(nowMillis);
        slot.commitAll();
    }

    @Test
    void membersOfALostFrontendLeaveAfterTheGraceTime() {
        slot.subscribe();
        enter(FIRST, "ann");
        slot.owner.feedLost(slot.feed, NOW);
        tick(NOW + GRACE - 1);
        assertThat(slot.members()).containsExactly("conn:ann");

        tick(NOW + GRACE);
        assertThat(slot.told()).containsExactly(LEAVE);
        assertThat(slot.members()).isEmpty();
    }

    @Test
    void aLostFrontendGetsNothingMore() {
        slot.subscribe();
        slot.subscribe(other);
        slot.owner.feedLost(slot.feed, NOW);
        slot.publish("a");
        slot.commitAll();

        assertThat(slot.delivered).isEmpty();
        assertThat(elsewhere).hasSize(1);
    }

    @Test
    void membersWhoseConnectionsResumeAtAnotherFrontendStay() {
        enter(FIRST, "ann");
        slot.subscribe(other, RESUMED);
        slot.owner.feedLost(slot.feed, NOW);
        tick(NOW + GRACE);

        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void membersOfALostFrontendThatIsBackInTimeStay() {
        enter(FIRST, "ann");
        slot.owner.feedLost(slot.feed, NOW);
        slot.subscribe(other, FIRST); // the same transport, in a new session of its node
        tick(NOW + GRACE);
        assertThat(slot.members()).containsExactly("conn:ann");

        slot.owner.feedLost(other, NOW + GRACE);
        tick(NOW + 2 * GRACE);
        assertThat(slot.members()).isEmpty();
    }

    @Test
    void presenceOfAConnectionIsAClaimToo() {
        enter(FIRST, "ann");
        slot.owner.feedLost(slot.feed, NOW);
        slot.present(FIRST, 1, ENTER, "ann");
        slot.commitAll();
        tick(NOW + GRACE);

        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void aLateClaimOfAnEarlierTransportTakesNothingFromALaterOne() {
        enter(FIRST, "ann");
        slot.subscribe(other, RESUMED);
        slot.subscribe(slot.feed, FIRST);
        slot.owner.feedLost(slot.feed, NOW);
        tick(NOW + GRACE);
        assertThat(slot.members()).containsExactly("conn:ann");

        slot.owner.feedLost(other, NOW + GRACE);
        tick(NOW + 2 * GRACE);
        assertThat(slot.members()).isEmpty();
    }

    @Test
    void aTransportThatIsLostAtTheOldFrontendDoesNotEndTheNewOnesClaim() {
        enter(FIRST, "ann");
        slot.subscribe(other, RESUMED);
        slot.owner.lost(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, NOW + 1, () -> {});
        tick(NOW + GRACE);

        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void onlyTheLostFrontendsMembersLeave() {
        slot.present(FIRST, 0, ENTER, "ann");
        Claim eve = new Claim("other", 1);
        slot.present(eve, 0, ENTER, "eve");
        slot.commitAll();
        slot.subscribe(other, eve);
        slot.owner.feedLost(slot.feed, NOW);
        tick(NOW + GRACE);

        assertThat(slot.members()).containsExactly("other:eve");
    }

    @Test
    void whoHasLeftAndEnteredAgainIsVouchedForAgain() {
        enter(FIRST, "ann");
        slot.present(FIRST, 1, LEAVE, "ann");
        slot.commitAll();
        slot.present(FIRST, 2, ENTER, "ann");
        slot.commitAll();
        slot.owner.feedLost(slot.feed, NOW);
        tick(NOW + GRACE);

        assertThat(slot.members()).isEmpty();
    }

    @Test
    void storedMembersWhoseConnectionsAreClaimedStayAndTheOthersLeaveAfterTheGraceTime() {
        slot.image(5, TestSlot.member(FIRST, "ann"), TestSlot.member(new Claim("gone", 1), "bob"));
        slot.owner.reclaim(TestSlot.CHANNEL, NOW);
        slot.subscribe(slot.feed, FIRST);
        tick(NOW + GRACE - 1);
        assertThat(slot.members()).containsExactly("conn:ann", "gone:bob");

        tick(NOW + GRACE);
        assertThat(slot.members()).containsExactly("conn:ann");
    }

    @Test
    void storedMembersOfAChannelThatIsLoadedForAnotherReasonAreLookedAfterToo() {
        slot.image(5, TestSlot.member(new Claim("gone", 1), "bob"));
        slot.publish("a");
        slot.commitAll();
        tick(NOW + GRACE);

        assertThat(slot.members()).isEmpty();
    }

    @Test
    void aConnectionThatIsLostBeforeItsClaimsGraceIsOverLeavesWhenThatEnds() {
        enter(FIRST, "ann");
        slot.subscribe(slot.feed, FIRST);
        slot.owner.lost(TestSlot.CHANNEL, FIRST, TestSlot.POLICY, NOW + 100, () -> {});
        tick(NOW + 99);
        assertThat(slot.members()).containsExactly("conn:ann");

        tick(NOW + 100);
        assertThat(slot.members()).isEmpty();
    }
}
