package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorCode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A channel of a frontend whose owner becomes another one, or leaves something out.
class OwnerChangeTest {
    private final TestFrontend frontend = new TestFrontend();

    private void ownerChanges() {
        frontend.channels.ownerChanged(TestFrontend.CHANNEL);
    }

    private void missed(long lastLsn) {
        frontend.channels.missed(TestFrontend.CHANNEL, lastLsn);
        frontend.channels.pump();
    }

    /// The region goes on in another lineage with what it has up to `lsn`.
    private void loseAfter(long lsn) {
        frontend.log.removeIf(entry -> entry.lsn() > lsn);
        frontend.lastLsn = lsn;
        frontend.committedLsn = lsn;
        Entry last = frontend.log.getLast();
        frontend.meta = frontend.meta.after(last.head()).withLineage(2);
    }

    @Test
    void whatCameWhileTheOwnerChangedIsReadFromTheLog() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2);
        frontend.store(3);
        frontend.store(4);
        ownerChanges();
        frontend.enter(5);

        assertThat(subscriber.lsns).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(subscriber.failures).isEmpty();
    }

    @Test
    void nothingIsReadOrHandedOverAgainWhenNothingWasMissed() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2);
        ownerChanges();
        frontend.enter(3);

        assertThat(subscriber.lsns).containsExactly(1L, 2L, 3L);
        assertThat(frontend.reads).isZero();
    }

    @Test
    void whoLagsGetsEverythingOnceToo() {
        var slow = frontend.attach(new AttachFrom.Now());
        frontend.enter(1);
        slow.stopReading();
        frontend.enter(2);
        frontend.store(3);
        ownerChanges();
        frontend.enter(4);
        slow.readOn();

        assertThat(slow.lsns).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void entriesThatComeBeforeTheNewOwnersAnswerAreTakenOnce() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(1);
        frontend.subscribesByHand = true;
        ownerChanges();
        frontend.store(2);
        frontend.enter(3);
        frontend.answer();
        frontend.enter(4);

        assertThat(subscriber.lsns).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void whoAttachesWhileTheOwnerChangesMissesNothing() {
        var first = frontend.attach(new AttachFrom.Now());
        frontend.enter(1);
        frontend.subscribesByHand = true;
        var second = frontend.attach(TestFrontend.after(1));
        ownerChanges();
        frontend.store(2);
        frontend.answer();
        frontend.enter(3);
        frontend.answer();
        frontend.enter(4);

        assertThat(first.lsns).containsExactly(1L, 2L, 3L, 4L);
        assertThat(second.lsns).containsExactly(2L, 3L, 4L);
    }

    @Test
    void theNewOwnerIsToldWhichConnectionsAreHere() {
        Claim ann = new Claim("ann", 3);
        Claim bob = new Claim("bob", 1);
        frontend.attach(frontend.new TestSubscriber(), new AttachFrom.Now(), Optional.of(ann), true);
        var gone = frontend.new TestSubscriber();
        frontend.attach(gone, new AttachFrom.Now(), Optional.of(new Claim("gone", 1)), true);
        frontend.attach(frontend.new TestSubscriber(), new AttachFrom.Now(), Optional.of(bob), true);
        gone.attachment.detach();
        ownerChanges();

        assertThat(frontend.claims.getLast()).containsExactlyInAnyOrder(ann, bob);
    }

    @Test
    void aSubscribeThatIsUnderWayIsNotMadeTwice() {
        frontend.subscribesByHand = true;
        frontend.attach(new AttachFrom.Now());
        ownerChanges();

        assertThat(frontend.claims).hasSize(1);
    }

    @Test
    void aChannelThatNobodyWantsIsNotSubscribedAgain() {
        ownerChanges();
        assertThat(frontend.claims).isEmpty();

        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.subscribesByHand = true;
        ownerChanges();
        subscriber.attachment.detach();
        frontend.answer();
        assertThat(subscriber.failures).isEmpty();
        assertThat(frontend.unsubscribes).isEqualTo(1);
    }

    @Test
    void entriesThatWereLeftOutAreReadFromTheLog() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        var slow = frontend.attach(new AttachFrom.Now());
        slow.stopReading();
        frontend.enter(1);
        frontend.store(2);
        frontend.store(3);
        missed(3);
        assertThat(subscriber.lsns).containsExactly(1L, 2L, 3L);

        frontend.enter(4);
        slow.readOn();
        assertThat(subscriber.lsns).containsExactly(1L, 2L, 3L, 4L);
        assertThat(slow.lsns).isEqualTo(subscriber.lsns);
    }

    @Test
    void whatHasComeAlreadyWasNotLeftOut() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2);
        missed(2);
        missed(1);
        frontend.channels.missed(ChannelId.of("app", "unknown"), 9);

        assertThat(subscriber.lsns).containsExactly(1L, 2L);
        assertThat(frontend.reads).isZero();
    }

    @Test
    void aLineageThatEndsBeforeWhatWasDeliveredEndsTheAttachments() {
        var one = frontend.attach(new AttachFrom.Now());
        var two = frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2, 3);
        loseAfter(2);
        ownerChanges();

        assertThat(List.of(one, two))
                .allSatisfy(each -> assertThat(each.failures)
                        .singleElement()
                        .matches(failure -> failure.code() == ErrorCode.CONTINUITY_OTHER_REGION.code()));
        assertThat(frontend.unsubscribes).isEqualTo(1);
        assertThat(frontend.alarms).isEmpty();

        var again = frontend.attach(TestFrontend.after(3));
        frontend.enter(4);
        assertThat(again.errorCode()).contains(ErrorCode.CONTINUITY_OTHER_REGION.code());
        assertThat(again.lsns).containsExactly(4L);
    }

    @Test
    void aLineageThatHeldAllThatWasDeliveredIsFollowedByTheNext() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2);
        loseAfter(2);
        frontend.store(4);
        ownerChanges();
        frontend.enter(5);
        ownerChanges();

        assertThat(subscriber.lsns).containsExactly(1L, 2L, 4L, 5L);
        assertThat(subscriber.failures).isEmpty();
    }

    @Test
    void entriesOfTheNextLineageAreNotHandedToThoseWhoMissWhatIsBeforeThem() {
        var first = frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2, 3);
        frontend.subscribesByHand = true;
        var second = frontend.attach(new AttachFrom.Now());
        ownerChanges();
        loseAfter(1);
        frontend.store(3);
        frontend.answer();
        frontend.enter(4);
        assertThat(first.lsns).containsExactly(1L, 2L, 3L);

        frontend.answer();
        assertThat(first.failures).hasSize(1);
        assertThat(second.lsns).isEmpty();
        assertThat(second.failures).hasSize(1);
    }

    @Test
    void aNewOwnerWhoseLogEndsBeforeWhatWasDeliveredRaisesAnAlarm() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2, 3);
        frontend.committedLsn = 2;
        frontend.lastLsn = 2;
        ownerChanges();

        assertThat(frontend.alarms).hasSize(1);
        assertThat(subscriber.failures).hasSize(1);
    }

    @Test
    void aRefusalIsNotTheEndUnlessItIsRepeated() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(1);
        frontend.refusal = Optional.of(ErrorCode.OVERLOADED.info());
        frontend.subscribesByHand = true;
        ownerChanges();
        frontend.answer();
        frontend.answer();
        assertThat(subscriber.failures).isEmpty();

        frontend.refusal = Optional.empty();
        frontend.store(2);
        frontend.answer();
        assertThat(subscriber.lsns).containsExactly(1L, 2L);
        frontend.refusal = Optional.of(ErrorCode.OVERLOADED.info());
        ownerChanges();
        frontend.answer();
        frontend.answer();
        assertThat(subscriber.failures).isEmpty();
        frontend.answer();
        assertThat(subscriber.failures).containsExactly(frontend.refusal.get());
    }

    @Test
    void anAttachThatIsRefusedFailsAndTheOthersStay() {
        var first = frontend.attach(new AttachFrom.Now());
        frontend.refusal = Optional.of(ErrorCode.OVERLOADED.info());
        var second = frontend.attach(new AttachFrom.Now());
        frontend.enter(1);

        assertThat(second.failures).containsExactly(frontend.refusal.get());
        assertThat(second.outcome).isNull();
        assertThat(first.lsns).containsExactly(1L);
    }
}
