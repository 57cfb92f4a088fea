package io.hark.channel;

import static io.hark.channel.TestFrontend.after;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.TestFrontend.TestSubscriber;
import io.hark.presence.Member;
import io.hark.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FrontendChannelTest {
    /// Room for two entries of [TestFrontend#store].
    private static final FrontendLimits SMALL_RING = new FrontendLimits(700, 1 << 20, 1 << 20, 3, 2, 10);

    private final TestFrontend frontend = new TestFrontend();

    @Test
    void everyAttachmentGetsEveryEntryInOrder() {
        var one = frontend.attach(new AttachFrom.Now());
        var two = frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2);
        frontend.enter(3);

        assertThat(one.lsns).containsExactly(1L, 2L, 3L);
        assertThat(two.lsns).isEqualTo(one.lsns);
    }

    @Test
    void whatIsHeldIsHandedOverTogetherAndInOrder() {
        var one = frontend.attach(new AttachFrom.Now());
        frontend.channels.find(TestFrontend.CHANNEL).orElseThrow().holdFor(20);
        frontend.enter(1, 2);
        frontend.enter(3);
        assertThat(one.lsns).isEmpty();
        assertThat(frontend.later).hasSize(1);

        frontend.later.removeFirst().run();
        assertThat(one.lsns).containsExactly(1L, 2L, 3L);
        assertThat(frontend.ringSize()).isZero();

        frontend.enter(4);
        assertThat(frontend.later).hasSize(1);
    }

    @Test
    void nothingHappensWhenEverybodyHasGoneWhileSomethingWasHeld() {
        var one = frontend.attach(new AttachFrom.Now());
        frontend.channels.find(TestFrontend.CHANNEL).orElseThrow().holdFor(20);
        frontend.enter(1);
        one.attachment.detach();
        frontend.later.removeFirst().run();

        assertThat(one.lsns).isEmpty();
    }

    @Test
    void theRingIsEmptyOnceAllHaveRead() {
        frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2);

        assertThat(frontend.ringSize()).isZero();
    }

    @Test
    void theRingKeepsWhatSomebodyHasNotRead() {
        var slow = frontend.attach(new AttachFrom.Now());
        slow.stopReading();
        frontend.enter(1, 2);
        assertThat(frontend.ringSize()).isEqualTo(2);

        slow.readOn();
        assertThat(slow.lsns).containsExactly(1L, 2L);
        assertThat(frontend.reads).isZero();
    }

    @Test
    void whoFallsOffTheRingReadsTheLogAndRejoinsOnce() {
        TestFrontend small = new TestFrontend(SMALL_RING);
        var slow = small.attach(new AttachFrom.Now());
        var quick = small.attach(new AttachFrom.Now());
        slow.stopReading();
        LongStream.rangeClosed(1, 20).forEach(small::enter);
        assertThat(small.ringSize()).isLessThan(3);

        slow.readOn();
        small.enter(21);
        assertThat(slow.lsns)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 21).boxed().toList());
        assertThat(quick.lsns).isEqualTo(slow.lsns);
        assertThat(small.reads).isPositive();
    }

    @Test
    void entriesThatComeWhileALaggingSubscriberReadsAreNotMissed() {
        TestFrontend small = new TestFrontend(SMALL_RING);
        var slow = small.attach(new AttachFrom.Now());
        slow.stopReading();
        small.readsByHand = true;
        LongStream.rangeClosed(1, 6).forEach(small::enter);
        slow.readOn();
        for (long lsn = 7; slow.lsns.size() < lsn - 1; lsn++) {
            small.enter(lsn);
            small.answer();
        }

        assertThat(slow.lsns).isSorted().doesNotHaveDuplicates();
        assertThat(slow.lsns).hasSize(slow.lsns.getLast().intValue());
    }

    @Test
    void whoFallsBehindWhatIsKeptIsEnded() {
        TestFrontend small = new TestFrontend(SMALL_RING);
        var slow = small.attach(new AttachFrom.Now());
        slow.stopReading();
        LongStream.rangeClosed(1, 10).forEach(small::enter);
        small.expireThrough(4);
        slow.readOn();

        assertThat(slow.lsns).isEmpty();
        assertThat(slow.failures)
                .singleElement()
                .matches(failure -> failure.code() == ErrorCode.CONTINUITY_EXPIRED.code());
    }

    @Test
    void whoFallsBehindEverythingThatIsKeptIsEndedToo() {
        TestFrontend small = new TestFrontend(SMALL_RING);
        var slow = small.attach(new AttachFrom.Now());
        slow.stopReading();
        LongStream.rangeClosed(1, 10).forEach(small::enter);
        small.log.clear();
        slow.readOn();

        assertThat(slow.failures).hasSize(1);
    }

    @Test
    void anEntryMissedByTheFeedIsReadFromTheLogByThoseWhoHadCaughtUp() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(1);
        frontend.store(2);
        frontend.enter(3);
        frontend.enter(4);

        assertThat(subscriber.lsns).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void anEntryMissedByTheFeedIsReadByThoseWhoLag() {
        var slow = frontend.attach(new AttachFrom.Now());
        slow.stopReading();
        frontend.enter(1);
        frontend.store(2);
        frontend.enter(3);
        slow.readOn();

        assertThat(slow.lsns).containsExactly(1L, 2L, 3L);
    }

    @Test
    void anEntryMissedBeforeAnEphemeralOneIsDeliveredBeforeIt() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(1);
        frontend.store(2);
        frontend.enterEphemeral(5);

        assertThat(subscriber.lsns).containsExactly(1L, 2L, 5L);
    }

    @Test
    void aRingFullOfEphemeralEntriesDoesNotSendTheirReaderToTheLogForEver() {
        TestFrontend small = new TestFrontend(SMALL_RING);
        var slow = small.attach(new AttachFrom.Now());
        small.enter(1);
        slow.stopReading();
        LongStream.rangeClosed(10, 20).forEach(small::enterEphemeral);
        slow.readOn();
        assertThat(small.reads).isZero();

        small.enter(30);
        assertThat(slow.lsns.getLast()).isEqualTo(30);
    }

    @Test
    void entriesOfAnEarlierSubscriptionAreNotTaken() {
        var first = frontend.attach(new AttachFrom.Now());
        first.attachment.detach();
        frontend.subscribesByHand = true;
        var second = frontend.attach(new AttachFrom.Now());
        frontend.enter(1);
        frontend.answer();
        frontend.enter(2);

        assertThat(second.lsns).containsExactly(2L);
    }

    @Test
    void allRingsOfALoopShareABudget() {
        TestFrontend tight = new TestFrontend(new FrontendLimits(1 << 20, 700, 1 << 20, 10, 10, 10));
        var slow = tight.attach(new AttachFrom.Now());
        slow.stopReading();
        LongStream.rangeClosed(1, 10).forEach(tight::enter);
        assertThat(tight.ringSize()).isLessThan(3);

        slow.readOn();
        assertThat(slow.lsns).hasSize(10);
    }

    @Test
    void theMembersComeInPagesAsTheSubscriberTakesThem() {
        for (int i = 0; i < 5; i++) {
            frontend.members.add(TestSlot.member(new Claim("c" + i, 1), "ann"));
        }
        TestFrontend paged = new TestFrontend(SMALL_RING);
        paged.members.addAll(frontend.members);
        TestSubscriber subscriber = paged.new TestSubscriber();
        subscriber.handOversLeft = 1;
        paged.attach(subscriber, new AttachFrom.Now(), true);
        paged.enter(1);
        assertThat(subscriber.syncPages).containsExactly(2);
        assertThat(subscriber.lsns).isEmpty();

        subscriber.readOn();
        assertThat(subscriber.syncPages).containsExactly(2, 2, 1);
        assertThat(subscriber.synced).isTrue();
        assertThat(subscriber.lsns).containsExactly(1L);
    }

    @Test
    void aSetOfSeveralPagesThatIsKnownIsNotToldAgain() {
        TestFrontend paged = new TestFrontend(SMALL_RING);
        for (int i = 0; i < 5; i++) {
            paged.members.add(TestSlot.member(new Claim("c" + i, 1), "ann"));
        }
        paged.membersLsn = 7;
        paged.attach(paged.new TestSubscriber(), new AttachFrom.Now(), true);
        TestSubscriber second = paged.new TestSubscriber();
        paged.attach(second, new AttachFrom.Now(), true);
        assertThat(paged.knownTold).isEqualTo(1);
        assertThat(second.syncPages).containsExactly(2, 2, 1);

        paged.members.removeFirst();
        paged.membersLsn = 8;
        TestSubscriber third = paged.new TestSubscriber();
        paged.attach(third, new AttachFrom.Now(), true);
        assertThat(paged.knownTold).isEqualTo(1);
        assertThat(third.syncPages).containsExactly(2, 2);
    }

    @Test
    void membersThatAreAskedForAgainComeInPagesBeforeWhatFollows() {
        TestFrontend paged = new TestFrontend(SMALL_RING);
        TestSubscriber subscriber = paged.new TestSubscriber();
        paged.attach(subscriber, new AttachFrom.Now(), true);
        subscriber.handOversLeft = 1;
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            members.add(TestSlot.member(new Claim("c" + i, 1), "ann"));
        }
        subscriber.attachment.syncAgain(
                members, () -> assertThat(subscriber.syncPages).isEmpty());
        paged.enter(1);
        assertThat(subscriber.syncPages).containsExactly(2);

        subscriber.readOn();
        assertThat(subscriber.syncPages).containsExactly(2, 2, 1);
        assertThat(subscriber.lsns).containsExactly(1L);
        assertThat(paged.ringSize()).isZero();
    }

    @Test
    void anEmptySetThatIsAskedForAgainIsOnePage() {
        TestSubscriber subscriber = frontend.new TestSubscriber();
        frontend.attach(subscriber, new AttachFrom.Now(), true);
        subscriber.attachment.syncAgain(List.of(), () -> {});

        assertThat(subscriber.syncPages).containsExactly(0);
        assertThat(subscriber.synced).isTrue();
    }

    @Test
    void membersThatAreAskedForAgainWhileTheyComeComeOnce() {
        TestFrontend paged = new TestFrontend(SMALL_RING);
        for (int i = 0; i < 5; i++) {
            paged.members.add(TestSlot.member(new Claim("c" + i, 1), "ann"));
        }
        TestSubscriber subscriber = paged.new TestSubscriber();
        subscriber.handOversLeft = 1;
        paged.attach(subscriber, new AttachFrom.Now(), true);
        List<String> begun = new ArrayList<>();
        subscriber.attachment.syncAgain(List.copyOf(paged.members), () -> begun.add("again"));
        subscriber.readOn();

        assertThat(subscriber.syncPages).containsExactly(2, 2, 1);
        assertThat(begun).isEmpty();
    }

    @Test
    void whoDoesNotWantPresenceGetsNoMembers() {
        frontend.members.add(TestSlot.member(new Claim("c", 1), "ann"));
        var subscriber = frontend.attach(new AttachFrom.Now());

        assertThat(subscriber.outcome.hasPresence()).isFalse();
        assertThat(subscriber.syncPages).isEmpty();
    }

    @Test
    void detachWhileTheOwnersAnswerIsAwaitedEndsItQuietly() {
        frontend.subscribesByHand = true;
        var subscriber = frontend.attach(new AttachFrom.Now());
        subscriber.attachment.detach();
        frontend.answer();

        assertThat(subscriber.outcome).isNull();
        assertThat(frontend.unsubscribes).isEqualTo(1);
        assertThat(frontend.channels.find(TestFrontend.CHANNEL)).isEmpty();
    }

    @Test
    void detachWhileAPageIsReadEndsItQuietly() {
        frontend.store(1);
        frontend.store(2);
        frontend.readsByHand = true;
        var subscriber = frontend.attach(after(1));
        subscriber.attachment.detach();
        frontend.answer();

        assertThat(subscriber.outcome).isNull();
        assertThat(subscriber.failures).isEmpty();
    }

    @Test
    void detachWithinADeliveryLeavesTheOthersTheirEntries() {
        List<TestSubscriber> subscribers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            subscribers.add(frontend.attach(new AttachFrom.Now()));
        }
        TestSubscriber third = subscribers.get(2);
        third.onLive = () -> {
            third.attachment.detach();
            subscribers.getFirst().attachment.detach();
        };
        frontend.enter(1);
        frontend.enterEphemeral(2);

        assertThat(third.lsns).containsExactly(1L);
        assertThat(subscribers.getFirst().lsns).isEmpty();
        assertThat(List.of(subscribers.get(1), subscribers.get(3), subscribers.get(4)))
                .allSatisfy(other -> assertThat(other.lsns).containsExactly(1L, 2L));
        assertThat(frontend.reads).isZero();
    }

    @Test
    void aSubscriberThatPumpsWhileItIsHandedSomethingGetsEverythingOnce() {
        TestSubscriber subscriber = frontend.attach(new AttachFrom.Now());
        subscriber.onLive = () -> subscriber.attachment.pump();
        frontend.enter(1, 2);
        frontend.enter(3);

        assertThat(subscriber.lsns).containsExactly(1L, 2L, 3L);
        assertThat(frontend.ringSize()).isZero();
    }

    @Test
    void hundredsOfAttachmentsComeAndGoAndEachGetsWhatIsItsOwn() {
        Random random = new Random(1);
        List<TestSubscriber> attached = new ArrayList<>();
        List<TestSubscriber> all = new ArrayList<>();
        for (long lsn = 1; lsn <= 400; lsn++) {
            TestSubscriber subscriber = frontend.attach(new AttachFrom.Now());
            attached.add(subscriber);
            all.add(subscriber);
            if (random.nextInt(3) == 0) {
                attached.remove(random.nextInt(attached.size())).attachment.detach();
            }
            if (random.nextInt(4) == 0 && !attached.isEmpty()) {
                attached.get(random.nextInt(attached.size())).writable ^= true;
            }
            frontend.enter(lsn);
        }
        attached.forEach(TestSubscriber::readOn);

        assertThat(all).allSatisfy(each -> {
            List<Long> lsns = each.lsns;
            long first = each.outcome.startLsn() + 1;
            assertThat(lsns)
                    .isEqualTo(
                            LongStream.range(first, first + lsns.size()).boxed().toList());
        });
        assertThat(attached).allSatisfy(each -> assertThat(each.lsns.getLast()).isEqualTo(400));
        assertThat(frontend.ringSize()).isZero();
    }

    @Test
    void theLastDetachUnsubscribesAndTheNextAttachSubscribesAgain() {
        var first = frontend.attach(new AttachFrom.Now());
        first.attachment.detach();
        assertThat(frontend.unsubscribes).isEqualTo(1);

        var second = frontend.attach(new AttachFrom.Now());
        frontend.enter(1);
        assertThat(second.lsns).containsExactly(1L);
        assertThat(frontend.claims).hasSize(2);
    }
}
