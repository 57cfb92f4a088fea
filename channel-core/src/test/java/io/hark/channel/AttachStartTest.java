package io.hark.channel;

import static io.hark.channel.TestFrontend.after;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttachStartTest {
    private final TestFrontend frontend = new TestFrontend();

    @Test
    void aFreshAttachBeginsAtTheCommittedPosition() {
        frontend.store(3);
        frontend.committedLsn = 5;
        var subscriber = frontend.attach(new AttachFrom.Now());
        frontend.enter(6);

        assertThat(subscriber.outcome.resumed()).isFalse();
        assertThat(subscriber.outcome.startLsn()).isEqualTo(5);
        assertThat(subscriber.outcome.error()).isEmpty();
        assertThat(subscriber.outcome.hasBacklog()).isFalse();
        assertThat(subscriber.lsns).containsExactly(6L);
    }

    @Test
    void aResumeGetsEverythingAfterItsPositionOnce() {
        frontend.store(3);
        frontend.store(5);
        frontend.store(8);
        var subscriber = frontend.attach(after(3));
        frontend.enter(9);

        assertThat(subscriber.outcome.resumed()).isTrue();
        assertThat(subscriber.outcome.hasBacklog()).isTrue();
        assertThat(subscriber.lsns).containsExactly(5L, 8L, 9L);
    }

    @Test
    void aResumeWithNothingNewReadsNothing() {
        frontend.store(3);
        frontend.committedLsn = 10;
        var subscriber = frontend.attach(after(4));

        assertThat(subscriber.outcome.resumed()).isTrue();
        assertThat(frontend.reads).isZero();
    }

    @Test
    void aResumeOnALoopThatHasTheChannelJoinsWhereItStands() {
        frontend.attach(new AttachFrom.Now());
        frontend.enter(1, 2, 3);
        var late = frontend.attach(after(1));
        frontend.enter(4);

        assertThat(late.lsns).containsExactly(2L, 3L, 4L);
    }

    @Test
    void entriesThatComeWhileTheBacklogIsReadFollowItOnce() {
        frontend.store(1);
        frontend.store(2);
        frontend.readsByHand = true;
        var subscriber = frontend.attach(after(1));
        frontend.enter(3, 4);
        assertThat(subscriber.outcome).isNull();

        frontend.answer();
        assertThat(subscriber.lsns).containsExactly(2L, 3L, 4L);
    }

    @Test
    void aBacklogLongerThanAPageIsReadOn() {
        TestFrontend small = new TestFrontend(new FrontendLimits(1 << 20, 1 << 20, 1 << 20, 2, 10, 10));
        for (long lsn = 1; lsn <= 7; lsn++) {
            small.store(lsn);
        }
        var subscriber = small.attach(after(1));

        assertThat(subscriber.lsns).containsExactly(2L, 3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void whatHasExpiredIsToldAndWhatIsLeftFollows() {
        frontend.store(3);
        frontend.store(5);
        frontend.store(8);
        frontend.expireThrough(5);
        var subscriber = frontend.attach(after(3));

        assertThat(subscriber.outcome.resumed()).isFalse();
        assertThat(subscriber.errorCode()).contains(ErrorCode.CONTINUITY_EXPIRED.code());
        assertThat(subscriber.outcome.startLsn()).isEqualTo(5);
        assertThat(subscriber.lsns).containsExactly(8L);
    }

    @Test
    void whenEverythingHasExpiredThatIsTold() {
        frontend.store(3);
        frontend.store(5);
        frontend.expireThrough(5);
        var subscriber = frontend.attach(after(3));

        assertThat(subscriber.outcome.resumed()).isFalse();
        assertThat(subscriber.errorCode()).contains(ErrorCode.CONTINUITY_EXPIRED.code());
    }

    @Test
    void whatHasExpiredInTheMiddleOfABacklogEndsTheAttachment() {
        frontend.store(3);
        frontend.store(5);
        frontend.store(8);
        frontend.store(9);
        frontend.log.removeIf(entry -> entry.lsn() == 8);
        var subscriber = frontend.attach(after(3));

        assertThat(subscriber.outcome.resumed()).isTrue();
        assertThat(subscriber.lsns).containsExactly(5L);
        assertThat(subscriber.failures)
                .singleElement()
                .matches(failure -> failure.code() == ErrorCode.CONTINUITY_EXPIRED.code());
    }

    @Test
    void whatHasExpiredAtTheEndOfABacklogEndsTheAttachment() {
        frontend.store(3);
        frontend.store(5);
        frontend.store(8);
        frontend.log.removeLast();
        var subscriber = frontend.attach(after(3));

        assertThat(subscriber.lsns).containsExactly(5L);
        assertThat(subscriber.failures).hasSize(1);
    }

    @Test
    void aPositionOfAnotherRegionLosesContinuity() {
        frontend.store(3);
        var subscriber = frontend.attach(after("us", 1, 2));

        assertThat(subscriber.outcome.resumed()).isFalse();
        assertThat(subscriber.errorCode()).contains(ErrorCode.CONTINUITY_OTHER_REGION.code());
        assertThat(subscriber.outcome.startLsn()).isEqualTo(3);
    }

    @Test
    void aPositionThatCannotBeReadLosesContinuity() {
        assertThat(frontend.attach(new AttachFrom.Unreadable()).errorCode())
                .contains(ErrorCode.CONTINUITY_EXPIRED.code());
    }

    @Test
    void aPositionOfAnEndedLineageBeforeItsEndIsResumed() {
        frontend.store(3);
        frontend.store(5);
        frontend.meta = frontend.meta.after(frontend.log.getFirst().head()).withLineage(2);
        var subscriber = frontend.attach(after("eu", 1, 3));

        assertThat(subscriber.outcome.resumed()).isTrue();
        assertThat(subscriber.lsns).containsExactly(5L);
    }

    @Test
    void aPositionPastTheEndOfItsLineageIsToldAndWhatCameSinceFollows() {
        frontend.store(3);
        frontend.meta = frontend.meta.after(frontend.log.getFirst().head()).withLineage(2);
        frontend.store(5);
        var subscriber = frontend.attach(after("eu", 1, 4));

        assertThat(subscriber.outcome.resumed()).isFalse();
        assertThat(subscriber.errorCode()).contains(ErrorCode.CONTINUITY_OTHER_REGION.code());
        assertThat(subscriber.outcome.hasBacklog()).isTrue();
        assertThat(subscriber.lsns).containsExactly(5L);
        assertThat(frontend.alarms).isEmpty();
    }

    @Test
    void aPositionOfAForgottenLineageLosesContinuity() {
        for (int next = 2; next <= SlotMeta.LINEAGES_KEPT + 2; next++) {
            frontend.meta = frontend.meta.withLineage(next);
        }

        assertThat(frontend.attach(after("eu", 1, 0)).errorCode()).contains(ErrorCode.CONTINUITY_OTHER_REGION.code());
    }

    @Test
    void aPositionPastTheEndOfTheLogRaisesAnAlarm() {
        frontend.store(3);
        var subscriber = frontend.attach(after(4));

        assertThat(subscriber.outcome.resumed()).isFalse();
        assertThat(frontend.alarms).hasSize(1);
        assertThat(frontend.sureAsked).isEqualTo(1);
    }

    @Test
    void aPositionPastWhatAReplacedOwnerHasIsResumedAtTheOneThatHasIt() {
        frontend.store(3);
        frontend.sureCommittedLsn = 4;
        var subscriber = frontend.attach(after(4));

        assertThat(subscriber.outcome.resumed()).isTrue();
        assertThat(frontend.alarms).isEmpty();
        assertThat(frontend.sureAsked).isEqualTo(1);
    }

    @Test
    void aPositionThatTheOwnerHasIsNotAskedForTwice() {
        frontend.store(3);
        frontend.attach(after(3));
        frontend.attach(after(2));
        frontend.attach(new AttachFrom.Now());

        assertThat(frontend.sureAsked).isZero();
    }

    @Test
    void aPositionThatNoOwnerIsSureAboutEndsTheAttachment() {
        frontend.store(3);
        frontend.subscribesByHand = true;
        var subscriber = frontend.attach(after(4));
        frontend.answer();
        frontend.refusal = Optional.of(ErrorCode.OVERLOADED.info());
        frontend.answer();

        assertThat(subscriber.outcome).isNull();
        assertThat(subscriber.failures).hasSize(1);
        assertThat(frontend.alarms).isEmpty();
    }

    @Test
    void aRewindByCountGivesThatManyMessagesThoughABatchIsCut() {
        frontend.store(1, 2);
        frontend.store(2, 3);
        frontend.store(3, 1);
        var subscriber = frontend.attach(new AttachFrom.LastMessages(3));

        assertThat(subscriber.outcome.error()).isEmpty();
        assertThat(subscriber.lsns).containsExactly(2L, 3L);
        assertThat(subscriber.entries.getFirst().count()).isEqualTo(2);
        EntryBody.Messages kept =
                (EntryBody.Messages) subscriber.entries.getFirst().body();
        assertThat(kept.batch().messages())
                .extracting(message -> message.id().orElseThrow())
                .containsExactly("op2:1", "op2:2");
        assertThat(kept.batch().messages().getFirst().serial().orElseThrow()).endsWith(":001");
        assertThat(subscriber.outcome.startLsn()).isEqualTo(1);
    }

    @Test
    void aRewindToTheLastPublishGivesAllOfItAndThePlaceOfTheAttach() {
        frontend.store(1, 2);
        frontend.store(2, 3);
        frontend.committedLsn = 7;
        var subscriber = frontend.attach(new AttachFrom.LastPublish());
        frontend.enter(8);

        assertThat(subscriber.entries.getFirst().count()).isEqualTo(3);
        assertThat(subscriber.entries.getFirst().oseq()).isEqualTo(2);
        assertThat(subscriber.lsns).containsExactly(7L, 8L);
        assertThat(subscriber.outcome.startLsn()).isEqualTo(1);
        assertThat(subscriber.outcome.hasBacklog()).isTrue();
    }

    @Test
    void aRewindToTheLastPublishOfAChannelWithoutAnyIsAFreshAttach() {
        var subscriber = frontend.attach(new AttachFrom.LastPublish());

        assertThat(subscriber.outcome.hasBacklog()).isFalse();
        assertThat(subscriber.lsns).isEqualTo(List.of());
    }

    @Test
    void aRewindByTimeGivesWhatIsInTheIntervalAndThenGoesOnLive() {
        frontend.store(1);
        frontend.store(2);
        Duration sinceSecond = Duration.ofMillis(1_000_000 - 2_000);
        var subscriber = frontend.attach(TestFrontend.last(sinceSecond, 10));
        frontend.enter(3);

        assertThat(subscriber.outcome.error()).isEmpty();
        assertThat(subscriber.lsns).containsExactly(2L, 3L);
    }

    @Test
    void aRewindByTimeThatHoldsTooManyMessagesSaysSo() {
        for (long lsn = 1; lsn <= 5; lsn++) {
            frontend.store(lsn);
        }
        var subscriber = frontend.attach(TestFrontend.last(Duration.ofHours(1), 2));

        assertThat(subscriber.errorCode()).contains(ErrorCode.CONTINUITY_LIMITED.code());
        assertThat(subscriber.lsns).containsExactly(4L, 5L);
    }

    @Test
    void aRewindOfAnEmptyChannelIsAFreshAttach() {
        var subscriber = frontend.attach(new AttachFrom.LastMessages(3));

        assertThat(subscriber.outcome.error()).isEmpty();
        assertThat(subscriber.outcome.hasBacklog()).isFalse();
        assertThat(subscriber.lsns).isEqualTo(List.of());
    }

    @Test
    void aLogThatCannotBeReadEndsTheAttachment() {
        frontend.store(1);
        frontend.store(2);
        frontend.readsFail = true;
        var subscriber = frontend.attach(after(1));

        assertThat(subscriber.outcome).isNull();
        assertThat(subscriber.failures)
                .singleElement()
                .matches(failure -> failure.code() == ErrorCode.OVERLOADED.code());
        assertThat(frontend.unsubscribes).isEqualTo(1);
    }
}
