package io.hark.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.Claim;
import io.hark.channel.Publish;
import io.hark.channel.PublishResult;
import io.hark.channel.SlotMeta;
import io.hark.control.ControlCommand;
import io.hark.control.SlotAssignment;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Node `a` leads in epoch 2, with five entries of epoch 1 in its log.
class SlotLeaderTest {
    private static final int SLOT = TestLog.SLOT;

    /// The entry that begins the epoch.
    private static final long FIRST = 6;

    private final TestReplica node =
            new TestReplica("a", new TestLog().add(1, 5).meta());

    private void lead(String... isr) {
        node.minIsr = Math.min(2, isr.length);
        node.assign(2, "a", isr);
    }

    /// Leads three replicas, all of which have everything up to the epoch's first entry.
    private void serve() {
        lead("a", "b", "c");
        node.confirm("b", 5);
        node.confirm("c", 5);
        node.durable();
        node.confirm("b", FIRST);
        node.confirm("c", FIRST);
        node.sent.clear();
    }

    private List<PublishResult> publish(String text) {
        List<PublishResult> results = new ArrayList<>();
        Publish publish = new Publish(
                TestLog.CHANNEL,
                Optional.empty(),
                false,
                Optional.of(new Claim("conn", 1)),
                batch(text),
                TestLog.POLICY,
                false);
        node.replica.serving().orElseThrow().publish(publish, node.now, results::add);
        node.confirm("nobody", 0); // the end of the turn
        return results;
    }

    private static MessageBatch batch(String text) {
        return new MessageBatch(text, Optional.empty(), 0, List.of(Message.of(Optional.empty(), Payload.text(text))));
    }

    private static PeerMessage.Append probe(long lastLsn, int epoch) {
        return new PeerMessage.Append(SLOT, 2, 1, lastLsn, epoch, 0, false, 0, List.of());
    }

    @Test
    void aSlotIsServedOnceAllInSyncHaveWhatItsLogHeldAtTheStart() {
        lead("a", "b", "c");
        assertThat(node.takeSent("b")).containsExactly(probe(5, 1));
        assertThat(node.takeSent("c")).containsExactly(probe(5, 1));
        node.confirm("b", 5);
        node.confirm("c", 4);
        assertThat(node.served).isEmpty();
        assertThat(node.replica.serving()).isEmpty();

        node.confirm("c", 5);
        assertThat(node.served).containsExactly(2);
        assertThat(node.replica.serving()).isPresent();
        assertThat(node.replica.committedLsn()).isEqualTo(5);
        assertThat(node.writes).extracting(TestReplica.Write::lsn).containsExactly(FIRST);
        assertThat(node.takeSentLsns("b")).containsExactly(FIRST);
    }

    @Test
    void aNodeThatIsAloneServesAtOnce() {
        lead("a");
        assertThat(node.served).containsExactly(2);

        node.durable();
        assertThat(node.replica.committedLsn()).isEqualTo(FIRST);
    }

    @Test
    void anEntryIsCommittedOnceAllInSyncHaveItThisNodeIncluded() {
        serve();
        List<PublishResult> results = publish("x");
        node.confirm("b", FIRST + 1);
        node.confirm("c", FIRST + 1);
        assertThat(node.replica.committedLsn()).isEqualTo(FIRST);
        assertThat(results).isEmpty();

        node.durable();
        assertThat(node.replica.committedLsn()).isEqualTo(FIRST + 1);
        assertThat(results).hasSize(1);
        List<PublishResult> next = publish("y");
        node.durable();
        node.confirm("b", FIRST + 2);
        assertThat(next).isEmpty();
        node.confirm("c", FIRST + 2);
        assertThat(next).hasSize(1);
    }

    @Test
    void howManyInSyncCopiesCommitMayGrowWithinAnEpoch() {
        lead("a");
        node.durable();
        List<PublishResult> alone = publish("x");
        node.durable();
        assertThat(alone).hasSize(1);

        node.minIsr = 2;
        node.assign(2, "a", List.of("a"), List.of("a", "b"), SlotAssignment.NOBODY);
        List<PublishResult> tooFew = publish("y");
        node.durable();
        assertThat(tooFew).isEmpty();
        assertThat(node.replica.committedLsn()).isEqualTo(FIRST + 1);
    }

    @Test
    void nothingIsCommittedWhileTooFewAreInSync() {
        node.minIsr = 2;
        node.assign(2, "a", List.of("a"), List.of("a", "b"), SlotAssignment.NOBODY);
        assertThat(node.served).isEmpty();

        node.confirm("b", 5);
        assertThat(node.isrProposals)
                .singleElement()
                .satisfies(change -> assertThat(change.isr()).containsExactly("a", "b"));
        node.assign(2, "a", "a", "b");
        assertThat(node.served).containsExactly(2);
    }

    @Test
    void confirmationsOfAnotherEpochCountForNothing() {
        lead("a", "b");
        node.receive("b", new PeerMessage.Appended(SLOT, 1, 1, 5));
        node.receive("b", new PeerMessage.Appended(SLOT, 3, 1, 5));

        assertThat(node.served).isEmpty();
    }

    @Test
    void aReplicaWhoseSessionBrokeIsAskedAgainWhatItHas() {
        serve();
        node.leader().peerUp("b", node.now);
        assertThat(node.takeSent("b"))
                .containsExactly(new PeerMessage.Append(SLOT, 2, 1, FIRST, 2, FIRST, false, 0, List.of()));
        List<PublishResult> results = publish("x");
        node.durable();
        node.confirm("c", FIRST + 1);
        assertThat(results).isEmpty();
        assertThat(node.leader().confirmed()).containsEntry("b", -1L);

        node.confirm("b", FIRST);
        assertThat(node.takeSentLsns("b")).containsExactly(FIRST + 1);
        node.confirm("b", FIRST + 1);
        assertThat(results).hasSize(1);
    }

    @Test
    void whoIsAboutToJoinIsWaitedForUntilTheControlLogSaysOtherwise() {
        node.minIsr = 2;
        node.assign(2, "a", List.of("a", "b"), List.of("a", "b", "c"), SlotAssignment.NOBODY);
        node.confirm("b", 5);
        node.durable();
        node.confirm("b", FIRST);
        node.confirm("c", 5);
        assertThat(node.isrProposals).isEmpty(); // it lacks the epoch's first entry
        node.confirm("c", FIRST);
        assertThat(node.isrProposals)
                .containsExactly(
                        new ControlCommand.IsrChange(SLOT, 2, node.assignment.version(), List.of("a", "b", "c")));

        List<PublishResult> results = publish("x");
        node.durable();
        node.confirm("b", FIRST + 1);
        assertThat(results).isEmpty();
        node.assign(2, "a", List.of("a", "b"), List.of("a", "b"), SlotAssignment.NOBODY);
        assertThat(results).hasSize(1);
    }

    @Test
    void whoTheControlLogDoesNotTakeKeepsNobodyElseOut() {
        node.minIsr = 1;
        node.assign(2, "a", List.of("a"), List.of("a", "b", "c"), SlotAssignment.NOBODY);
        node.durable();
        node.confirm("b", FIRST);
        node.now += 1_100;
        node.confirm("c", FIRST);

        assertThat(node.isrProposals)
                .extracting(ControlCommand.IsrChange::isr)
                .containsExactly(List.of("a", "b"), List.of("a", "c"));
    }

    @Test
    void aProposalIsMadeOnceForAVersionAndAgainWhenNothingBecameOfIt() {
        node.minIsr = 2;
        node.assign(2, "a", List.of("a", "b"), List.of("a", "b", "c"), SlotAssignment.NOBODY);
        node.confirm("b", 5);
        node.durable();
        node.confirm("b", FIRST);
        node.confirm("c", FIRST);
        node.pass(Duration.ofMillis(500));
        assertThat(node.isrProposals).hasSize(1);

        node.assign(2, "a", List.of("a", "b"), List.of("a", "b", "c"), SlotAssignment.NOBODY);
        node.pass(Duration.ofMillis(500));
        assertThat(node.isrProposals).hasSize(2);
        assertThat(node.isrProposals.getLast().version()).isEqualTo(node.assignment.version());
    }

    @Test
    void aReplicaThatLagsLeavesTheSetOnlyOnceTheControlLogSaysSo() {
        serve();
        List<PublishResult> results = publish("x");
        node.durable();
        node.confirm("b", FIRST + 1);
        node.pass(TestReplica.LAG_MAX);
        assertThat(node.isrProposals).isEmpty();
        node.pass(Duration.ofMillis(1));
        assertThat(node.isrProposals)
                .containsExactly(new ControlCommand.IsrChange(SLOT, 2, node.assignment.version(), List.of("a", "b")));
        assertThat(results).isEmpty();

        node.assign(2, "a", List.of("a", "b"), List.of("a", "b", "c"), SlotAssignment.NOBODY);
        assertThat(results).hasSize(1);
    }

    @Test
    void theSetNeverShrinksBelowWhatACommitNeeds() {
        lead("a", "b");
        node.pass(TestReplica.LAG_MAX.plusSeconds(1));

        assertThat(node.isrProposals).isEmpty();
    }

    @Test
    void aReplicaThatHasEverythingDoesNotLag() {
        serve();
        node.pass(Duration.ofMinutes(1));

        assertThat(node.isrProposals).isEmpty();
    }

    @Test
    void whoIsNoReplicaAnyMoreLeavesOnceItsReplacementIsInSync() {
        serve();
        node.assign(2, "a", List.of("a", "b", "c"), List.of("a", "b", "d"), SlotAssignment.NOBODY);
        node.pass(Duration.ofMillis(100));
        assertThat(node.isrProposals).isEmpty();

        node.confirm("d", FIRST);
        assertThat(node.isrProposals.getLast().isr()).containsExactly("a", "b", "c", "d");
        node.assign(2, "a", List.of("a", "b", "c", "d"), List.of("a", "b", "d"), SlotAssignment.NOBODY);
        node.pass(Duration.ofMillis(100));
        assertThat(node.isrProposals.getLast().isr()).containsExactly("a", "b", "d");
    }

    @Test
    void aHandoverIsProposedAtOnceWhileTheOwnerServesOn() {
        serve();
        List<PublishResult> results = publish("x");
        node.assign(2, "a", List.of("a", "b", "c"), List.of("b", "a", "c"), "b");
        assertThat(node.transfers).containsExactly(new ControlCommand.Step(SLOT, node.assignment.version(), "b"));
        assertThat(node.replica.serving()).isPresent();
        assertThat(node.endings).isZero();

        node.durable();
        node.confirm("b", FIRST + 1);
        node.confirm("c", FIRST + 1);
        assertThat(results).hasSize(1);
        assertThat(node.transfers).hasSize(1);
    }

    @Test
    void aHandoverOfWhichNothingIsHeardIsProposedAgain() {
        serve();
        node.assign(2, "a", List.of("a", "b", "c"), List.of("b", "a", "c"), "b");
        node.pass(Duration.ofSeconds(2));
        assertThat(node.transfers).hasSize(2).containsOnly(node.transfers.getFirst());
    }

    @Test
    void aHandoverWaitsForTheOtherNodeToBeReached() {
        serve();
        node.up.remove("b");
        node.assign(2, "a", List.of("a", "b", "c"), List.of("b", "a", "c"), "b");
        assertThat(node.transfers).isEmpty();

        node.up.add("b");
        node.pass(Duration.ofMillis(100));
        assertThat(node.transfers).hasSize(1);
    }

    @Test
    void aHandoverThatIsCalledOffChangesNothing() {
        serve();
        node.up.remove("b");
        node.assign(2, "a", List.of("a", "b", "c"), List.of("b", "a", "c"), "b");
        node.assign(2, "a", "a", "c");
        node.pass(Duration.ofMillis(100));
        assertThat(node.transfers).isEmpty();
        assertThat(node.replica.serving()).isPresent();
        assertThat(node.served).containsExactly(2);
    }

    @Test
    void anOwnerThatIsReplacedTellsItsPublishersNothing() {
        serve();
        List<PublishResult> results = publish("x");
        long uncommitted = node.uncommitted;
        node.assign(3, "b", "a", "b", "c");
        node.durable();

        assertThat(results).isEmpty();
        assertThat(uncommitted).isPositive();
        assertThat(node.uncommitted).isZero();
        assertThat(node.replica.leader()).isEmpty();
    }

    @Test
    void bytesThatAreCommittedCountNoMore() {
        serve();
        assertThat(node.uncommitted).isZero();
        publish("x");
        publish("y");
        assertThat(node.uncommitted).isPositive();

        node.durable();
        node.confirm("b", FIRST + 2);
        node.confirm("c", FIRST + 2);
        assertThat(node.uncommitted).isZero();
    }

    @Test
    void aFollowerThatLostWhatItConfirmedCountsForNothingUntilItHasItAgain() {
        serve();
        node.mismatch("b", new TestLog().add(1, 3).meta());
        assertThat(node.leader().confirmed()).containsEntry("b", -1L);
        assertThat(node.takeSent("b"))
                .containsExactly(new PeerMessage.Append(SLOT, 2, 1, FIRST, 2, FIRST, false, 0, List.of()));

        List<PublishResult> results = publish("x");
        node.durable();
        node.confirm("c", FIRST + 1);
        assertThat(results).isEmpty();
        node.mismatch("b", new TestLog().add(1, 3).meta());
        node.confirm("b", FIRST + 1);
        assertThat(results).hasSize(1);
    }

    @Test
    void whoWasToJoinAndIsGoneIsWaitedForNoLongerThanTheControlLogNeeds() {
        node.minIsr = 2;
        node.assign(2, "a", List.of("a", "b"), List.of("a", "b", "c"), SlotAssignment.NOBODY);
        node.confirm("b", 5);
        node.durable();
        node.confirm("b", FIRST);
        node.confirm("c", FIRST);
        node.up.remove("c");
        node.pass(Duration.ofMillis(1_001));

        assertThat(node.isrProposals.getLast().isr()).containsExactly("a", "b");
        List<PublishResult> results = publish("x");
        node.durable();
        node.confirm("b", FIRST + 1);
        assertThat(results).isEmpty();
        node.assign(2, "a", List.of("a", "b"), List.of("a", "b", "c"), SlotAssignment.NOBODY);
        assertThat(results).hasSize(1);
    }

    @Test
    void mismatchesOfAnotherEpochOrNodeCountForNothing() {
        serve();
        node.receive("b", new PeerMessage.Mismatch(SLOT, 1, SlotMeta.empty(SLOT)));
        node.mismatch("x", SlotMeta.empty(SLOT));

        assertThat(node.leader().confirmed()).containsEntry("b", FIRST);
        assertThat(node.sent).isEmpty();
    }
}
