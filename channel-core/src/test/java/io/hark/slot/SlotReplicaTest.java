package io.hark.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.LogRecord;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.control.SlotAssignment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Node `b` follows node `a`.
class SlotReplicaTest {
    private static final int SLOT = TestLog.SLOT;

    private final TestLog log = new TestLog().add(1, 5);

    private static TestReplica fresh() {
        return following(SlotMeta.empty(SLOT), 1);
    }

    private static TestReplica following(SlotMeta recovered, int epoch) {
        TestReplica node = new TestReplica("b", recovered);
        node.assign(epoch, "a", "a", "b");
        return node;
    }

    private static PeerMessage.Appended confirmed(int epoch, long lsn) {
        return new PeerMessage.Appended(SLOT, epoch, 0, lsn);
    }

    @Test
    void recordsThatFollowAreTakenAndConfirmedOnceTheyAreDurable() {
        TestReplica node = fresh();
        node.receive("a", log.append(1, 0, 3, 0));
        assertThat(node.writes).extracting(TestReplica.Write::lsn).containsExactly(1L, 2L, 3L);
        assertThat(node.takeSent("a")).isEmpty();

        node.replica.durable(2, 0);
        assertThat(node.takeSent("a")).containsExactly(confirmed(1, 2));
        node.durable();
        assertThat(node.takeSent("a")).containsExactly(confirmed(1, 3));
        assertThat(node.replica.meta()).isEqualTo(new TestLog().add(1, 3).meta());
    }

    @Test
    void everyRecordIsWrittenWithTheMetaThatFollowsIt() {
        TestReplica node = fresh();
        node.receive("a", log.append(1, 0, 2, 0));

        assertThat(node.writes.getFirst().append().after())
                .isEqualTo(TestLog.of(1).meta());
        assertThat(node.writes.getLast().append().after())
                .isEqualTo(TestLog.of(1, 1).meta());
    }

    @Test
    void recordsThatDoNotReachBackToWhatIsThereAreRefusedWithWhatIsThere() {
        TestReplica node = fresh();
        node.receive("a", log.append(1, 2, 4, 0));

        assertThat(node.writes).isEmpty();
        assertThat(node.takeSent("a")).containsExactly(new PeerMessage.Mismatch(SLOT, 1, SlotMeta.empty(SLOT)));
    }

    @Test
    void recordsThatFollowAnEntryOfAnotherEpochAreRefused() {
        SlotMeta recovered = TestLog.of(1, 1, 2).meta();
        TestReplica node = following(recovered, 3);
        node.receive("a", TestLog.of(1, 1, 1, 3).append(3, 3, 4, 0));

        assertThat(node.writes).isEmpty();
        assertThat(node.takeSent("a")).containsExactly(new PeerMessage.Mismatch(SLOT, 3, recovered));
    }

    @Test
    void recordsWithAGapAreRefusedUnlessTheyAreSparse() {
        TestReplica node = fresh();
        List<LogRecord> gap =
                List.of(log.records(0, 1).getFirst(), log.records(2, 3).getFirst());
        node.receive("a", log.append(1, 0, 0, false, gap));
        assertThat(node.takeSent("a")).hasSize(1).first().isInstanceOf(PeerMessage.Mismatch.class);

        TestReplica sparse = fresh();
        sparse.receive("a", log.append(1, 0, 0, true, gap));
        sparse.durable();
        assertThat(sparse.takeSent("a")).contains(confirmed(1, 3));
    }

    @Test
    void whatIsThereAlreadyIsNotWrittenAgain() {
        TestReplica node = fresh();
        node.receive("a", log.append(1, 0, 3, 0));
        node.durable();
        node.takeSent("a");
        node.receive("a", log.append(1, 0, 4, 0));
        node.receive("a", log.append(1, 1, 2, 0));

        assertThat(node.writes).extracting(TestReplica.Write::lsn).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void anEmptyAppendAtTheEndIsConfirmedAtOnce() {
        TestReplica node = following(log.meta(), 2);
        node.receive("a", log.append(2, 5, 5, 0));

        assertThat(node.takeSent("a")).containsExactly(confirmed(2, 5));
    }

    @Test
    void onlyWhatWasComparedInThisEpochIsConfirmed() {
        TestReplica node = following(log.meta(), 2);
        node.receive("a", log.append(2, 3, 3, 0));
        assertThat(node.takeSent("a")).containsExactly(confirmed(2, 3));

        node.assign(3, "a", "a", "b");
        node.receive("a", log.append(3, 2, 2, 0));
        assertThat(node.takeSent("a")).containsExactly(confirmed(3, 2));
    }

    @Test
    void theCommittedPositionGoesNoFurtherThanWhatWasCompared() {
        TestReplica node = following(log.meta(), 2);
        node.receive("a", log.append(2, 3, 3, 5));
        assertThat(node.replica.committedLsn()).isEqualTo(3);

        node.receive("a", log.append(2, 3, 5, 4));
        assertThat(node.replica.committedLsn()).isEqualTo(4);
    }

    @Test
    void formerOwnersAreTurnedAway() {
        TestReplica node = fresh();
        node.assign(3, "c", "b", "c");
        node.receive("a", log.append(2, 0, 2, 0));
        node.receive("a", new PeerMessage.Install(SLOT, 1, 0, 0, 0, lastPage(), log.meta()));

        assertThat(node.writes).isEmpty();
        assertThat(node.wipes).isZero();
        assertThat(node.takeSent("a"))
                .containsExactly(new PeerMessage.Rejected(SLOT, 3), new PeerMessage.Rejected(SLOT, 3));
    }

    @Test
    void anOwnerMayTellOfItsEpochBeforeTheControlLogDoes() {
        TestReplica node = fresh();
        node.receive("c", log.append(4, 0, 1, 0));
        assertThat(node.replica.promised()).isEqualTo(4);

        node.assign(3, "a", "a", "b");
        node.receive("a", log.append(3, 0, 1, 0));
        assertThat(node.takeSent("a")).containsExactly(new PeerMessage.Rejected(SLOT, 4));
    }

    @Test
    void whatDiffersIsCutBackAndTheOwnersRecordsFollow() {
        TestLog owners = TestLog.of(1, 1, 1, 2, 2);
        TestReplica node = following(log.meta(), 2);
        node.cut = Optional.of(TestLog.of(1, 1, 1).meta());
        node.receive("a", owners.append(2, 2, 5, 0));
        assertThat(node.truncations).containsExactly(3L);
        node.receive("a", owners.append(2, 3, 4, 0)); // not while the log is being cut
        assertThat(node.writes).isEmpty();

        node.answer();
        assertThat(node.takeSent("a"))
                .containsExactly(
                        new PeerMessage.Mismatch(SLOT, 2, TestLog.of(1, 1, 1).meta()));
        node.receive("a", owners.append(2, 3, 5, 0));
        node.durable();
        assertThat(node.replica.meta()).isEqualTo(owners.meta());
        assertThat(node.takeSent("a")).endsWith(confirmed(2, 5));
    }

    @Test
    void whatIsCommittedIsNeverCutBack() {
        TestReplica node = following(log.meta(), 2);
        node.receive("a", log.append(2, 5, 5, 4));
        node.assign(3, "a", "a", "b");
        node.receive("a", TestLog.of(1, 1, 1, 3).append(3, 2, 4, 0));

        assertThat(node.truncations).isEmpty();
        assertThat(node.fatals).hasSize(1);
    }

    @Test
    void whatWasWrittenBeforeACutIsNotTakenForWhatCameInItsPlace() {
        TestReplica node = fresh();
        node.receive("a", log.append(1, 0, 5, 0));
        node.replica.durable(3, 0);
        node.assign(2, "a", "a", "b");
        node.cut = Optional.of(TestLog.of(1, 1, 1).meta());
        TestLog owners = TestLog.of(1, 1, 1, 2, 2);
        node.receive("a", owners.append(2, 3, 5, 0));
        node.answer();
        node.receive("a", owners.append(2, 3, 5, 0));
        node.takeSent("a");

        node.replica.durable(5, 0);
        assertThat(node.replica.durableLsn()).isEqualTo(3);
        assertThat(node.takeSent("a")).isEmpty();
        node.replica.durable(5, 1);
        assertThat(node.takeSent("a")).containsExactly(confirmed(2, 5));
    }

    private static SlotImage page(int number) {
        return new SlotImage(List.of(), 0, new byte[] {(byte) number});
    }

    private static SlotImage lastPage() {
        return new SlotImage(List.of(), 0, SlotImage.START);
    }

    @Test
    void anImageReplacesWhatIsThereAndRecordsFollowIt() {
        TestReplica node = following(TestLog.of(1).meta(), 9);
        TestLog owners = new TestLog().add(2, 5).add(9, 2);
        SlotMeta base = new TestLog().add(2, 5).meta();
        node.receive("a", new PeerMessage.Install(SLOT, 9, 0, 0, 0, page(1), SlotMeta.empty(SLOT)));
        assertThat(node.wipes).isEqualTo(1);
        node.receive("a", owners.append(9, 5, 6, 0)); // not while the log is being replaced
        node.answer();
        assertThat(node.takeSent("a")).containsExactly(new PeerMessage.Installed(SLOT, 9, 0, 0));

        node.receive("a", new PeerMessage.Install(SLOT, 9, 0, 0, 1, lastPage(), base));
        node.answer();
        assertThat(node.wipes).isEqualTo(1);
        assertThat(node.installs).hasSize(2);
        assertThat(node.takeSent("a")).containsExactly(new PeerMessage.Installed(SLOT, 9, 0, 1));

        node.receive("a", owners.append(9, 5, 7, 0));
        node.durable();
        assertThat(node.takeSent("a")).endsWith(confirmed(9, 7));
        assertThat(node.replica.meta()).isEqualTo(owners.meta());
    }

    @Test
    void aPageOfAnImageOutOfTurnIsRefused() {
        TestReplica node = fresh();
        node.receive("a", new PeerMessage.Install(SLOT, 1, 0, 0, 1, lastPage(), log.meta()));
        node.answer();

        assertThat(node.installs).isEmpty();
        assertThat(node.takeSent("a")).containsExactly(new PeerMessage.Mismatch(SLOT, 1, SlotMeta.empty(SLOT)));
    }

    @Test
    void aLaterOwnerIsToldWhatIsThereOnceAnImageOfTheFormerOneIsIn() {
        TestReplica node = fresh();
        node.receive("a", new PeerMessage.Install(SLOT, 1, 0, 0, 0, lastPage(), log.meta()));
        node.receive("c", log.append(2, 5, 5, 0));
        node.answer();

        assertThat(node.takeSent("a")).isEmpty();
        assertThat(node.takeSent("c")).containsExactly(new PeerMessage.Mismatch(SLOT, 2, log.meta()));
    }

    @Test
    void aReplicaThatIsNotWantedAnyMoreForgetsTheSlot() {
        TestReplica node = following(log.meta(), 1);
        node.assign(1, "a", "a", "c");
        node.answer();
        assertThat(node.wipes).isEqualTo(1);
        assertThat(node.replica.meta()).isEqualTo(SlotMeta.empty(SLOT));

        TestReplica eligible = new TestReplica("b", log.meta());
        eligible.replica.assigned(
                new SlotAssignment(
                        SLOT, 9, 2, "a", List.of("a"), List.of("a", "c"), List.of("a", "b"), 1, SlotAssignment.NOBODY),
                2,
                true,
                eligible.now);
        assertThat(eligible.wipes).isZero();
    }

    @Test
    void anAssignmentOlderThanTheOneThatItsOwnerActsOnIsNoReasonToForget() {
        TestReplica node = new TestReplica("b", SlotMeta.empty(SLOT));
        node.assign(1, "a", "a", "c");
        PeerMessage.Append append = log.append(1, 0, 5, 0);
        node.receive("a", withVersion(append, 3));
        node.durable();
        assertThat(node.takeSent("a")).contains(new PeerMessage.Appended(SLOT, 1, 3, 5));

        node.assign(1, "a", "a"); // version 2, late
        assertThat(node.wipes).isZero();
        node.assign(1, "a", List.of("a"), List.of("a", "b"), "");
        node.assign(1, "a", "a");
        assertThat(node.wipes).isEqualTo(1);
    }

    private static PeerMessage.Append withVersion(PeerMessage.Append append, int version) {
        return new PeerMessage.Append(
                append.slot(),
                append.epoch(),
                version,
                append.prevLsn(),
                append.prevEpoch(),
                append.committedLsn(),
                append.sparse(),
                append.presentLsn(),
                append.records());
    }

    @Test
    void anOwnerThatHearsOfALaterEpochEndsAtOnce() {
        TestReplica node = new TestReplica("b", log.meta());
        node.assign(2, "b", "b");
        assertThat(node.replica.serving()).isPresent();

        node.receive("c", new PeerMessage.Rejected(SLOT, 3));
        assertThat(node.replica.leader()).isEmpty();
        node.assign(2, "b", "b");
        assertThat(node.replica.leader()).isEmpty();
        assertThat(node.endings).isEqualTo(1);
    }

    @Test
    void aNodeThatTheRegionDoesNotCountOnOwnsNothing() {
        TestReplica node = new TestReplica("b", log.meta());
        node.assign(2, "b", "b");
        node.replica.assigned(node.assignment, 1, false, node.now);
        assertThat(node.replica.leader()).isEmpty();

        TestReplica restarted = new TestReplica("b", log.meta());
        restarted.replica.assigned(node.assignment, 1, false, node.now);
        assertThat(restarted.replica.leader()).isEmpty();
        assertThat(restarted.served).isEmpty();
    }

    @Test
    void anOwnerTakesNothingFromAnotherOneOfItsEpoch() {
        TestReplica node = new TestReplica("b", log.meta());
        node.assign(2, "b", "b");
        node.receive("a", log.append(2, 5, 5, 0));

        assertThat(node.takeSent("a")).containsExactly(new PeerMessage.Rejected(SLOT, 2));
        assertThat(node.replica.serving()).isPresent();
    }

    @Test
    void whoIsElectedWhileItsLogIsBeingCutLeadsAfterwards() {
        TestReplica node = following(log.meta(), 2);
        node.cut = Optional.of(TestLog.of(1, 1, 1).meta());
        node.receive("a", TestLog.of(1, 1, 1, 2).append(2, 3, 4, 0));
        node.assign(3, "b", "b");
        assertThat(node.replica.leader()).isEmpty();

        node.answer();
        assertThat(node.replica.serving()).isPresent();
        assertThat(node.replica.meta().lastLsn()).isEqualTo(4);
    }
}
