package io.hark.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.LogPage;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.control.SlotAssignment;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Replicas that must begin anew: not while they may become owner with what they have left.
class SlotRenewalTest {
    private static final int SLOT = TestLog.SLOT;

    private final TestLog log = TestLog.of(1, 1, 1, 2);

    /// A log that shares nothing that is known with that of the owner.
    private static final SlotMeta UNKNOWN = new SlotMeta(
            SLOT, List.of(), 1, List.of(), 5, 5, TestLog.record(5, 1, "").head().hlc());

    /// Node `a` leads `b` and `c` in epoch 3.
    private TestReplica leading(int minIsr) {
        TestReplica node = new TestReplica("a", log.meta());
        node.minIsr = minIsr;
        node.assign(3, "a", "a", "b", "c");
        node.confirm("b", 4);
        node.sent.clear();
        return node;
    }

    private static boolean isInstalling(TestReplica node, String to) {
        return node.takeSent(to).stream().anyMatch(PeerMessage.Install.class::isInstance);
    }

    private void offer(TestReplica node) {
        node.pages.add(new LogPage(log.records(0, 4), false));
        node.images.add(new SlotImage(List.of(), 0, SlotImage.START));
        node.answer();
    }

    @Test
    void aReplicaInSyncThatMustBeginAnewLeavesTheSetFirst() {
        TestReplica node = leading(2);
        node.mismatch("c", UNKNOWN);
        offer(node);
        assertThat(isInstalling(node, "c")).isFalse();

        node.pass(Duration.ofMillis(100));
        assertThat(node.isrProposals.getLast().isr()).containsExactly("a", "b");
        node.assign(3, "a", List.of("a", "b"), List.of("a", "b", "c"), SlotAssignment.NOBODY);
        node.answer();
        assertThat(isInstalling(node, "c")).isTrue();
    }

    @Test
    void aReplicaThatMustBeginAnewDoesNotCountThoughItSpeaks() {
        TestReplica node = leading(2);
        node.mismatch("c", UNKNOWN);
        node.pass(Duration.ofSeconds(1));

        assertThat(node.served).isEmpty();
        assertThat(node.takeSentLsns("c")).isEmpty();
    }

    @Test
    void aReplicaOutsideTheSetBeginsAnewAtOnce() {
        TestReplica node = new TestReplica("a", log.meta());
        node.assign(3, "a", List.of("a"), List.of("a", "b"), SlotAssignment.NOBODY);
        node.mismatch("b", UNKNOWN);
        offer(node);

        assertThat(isInstalling(node, "b")).isTrue();
    }

    @Test
    void aReplicaWhoseLogCannotBeCutKeepsItAndSaysThatItMustBeginAnew() {
        TestReplica node = new TestReplica("b", new TestLog().add(1, 5).meta());
        node.assign(2, "a", "a", "b");
        node.receive("a", log.append(2, 3, 4, 0));
        node.answer();

        assertThat(node.wipes).isZero();
        assertThat(node.replica.meta().lastLsn()).isEqualTo(5);
        assertThat(node.takeSent("a"))
                .singleElement()
                .satisfies(message -> assertThat(log.meta().forkWith(((PeerMessage.Mismatch) message).meta()))
                        .isZero());
        assertThat(node.fatals).isEmpty();
    }

    /// The image that it has may show what an owner that is gone has never committed.
    @Test
    void aReplicaThatBeganAnewInAFormerLifeBeginsAnewUnlessItIsInSync() {
        TestReplica node = new TestReplica("b", log.meta(), true);
        node.assign(2, "a", List.of("a"), List.of("a", "b"), SlotAssignment.NOBODY);
        node.receive("a", log.append(2, 3, 4, 0));
        assertThat(node.takeSent("a"))
                .singleElement()
                .satisfies(message -> assertThat(log.meta().forkWith(((PeerMessage.Mismatch) message).meta()))
                        .isZero());
        assertThat(node.proven).isZero();

        node.assign(3, "a", "a", "b");
        assertThat(node.proven).isEqualTo(1);
        node.receive("a", log.append(3, 4, 4, 0));
        assertThat(node.takeSent("a")).hasOnlyElementsOfType(PeerMessage.Appended.class);
    }

    @Test
    void aReplicaThatLostEntriesForgetsTheRestUnlessNobodyHasMore() {
        TestReplica follower = new TestReplica("b", log.meta());
        follower.replica.distrust();
        follower.assign(3, "a", "a");
        follower.answer();
        assertThat(follower.wipes).isEqualTo(1);
        assertThat(follower.replica.meta()).isEqualTo(SlotMeta.empty(SLOT));
        follower.assign(3, "a", List.of("a"), List.of("a", "b"), SlotAssignment.NOBODY);
        follower.answer();
        assertThat(follower.wipes).isEqualTo(1);

        TestReplica alone = new TestReplica("b", log.meta());
        alone.replica.distrust();
        alone.assign(3, "b", "b");
        assertThat(alone.wipes).isZero();
        assertThat(alone.served).containsExactly(3);
        alone.assign(4, "a", "a", "b");
        assertThat(alone.wipes).isZero();
    }

    @Test
    void aNodeThatTheRegionDoesNotCountOnForgetsNothing() {
        TestReplica node = new TestReplica("b", log.meta());
        node.replica.distrust();
        node.replica.assigned(
                new SlotAssignment(SLOT, 1, 1, "a", List.of("a"), List.of("a"), List.of("a"), 1, SlotAssignment.NOBODY),
                1,
                false,
                node.now);

        assertThat(node.wipes).isZero();
    }
}
