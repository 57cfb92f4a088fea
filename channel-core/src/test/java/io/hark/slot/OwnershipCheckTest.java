package io.hark.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.SlotMeta;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Node `a` leads in epoch 2, with `b` and `c` in sync.
class OwnershipCheckTest {
    private final TestReplica node =
            new TestReplica("a", new TestLog().add(1, 5).meta());
    private final List<Boolean> answers = new ArrayList<>();

    private void lead(int minIsr, String... isr) {
        node.minIsr = minIsr;
        node.assign(2, "a", isr);
        node.sent.clear();
    }

    private void ask() {
        node.leader().whenSure(node.now, answers::add);
        node.confirm("nobody", 0); // the end of the turn
    }

    private void follows(String from, long round) {
        node.receive(from, new PeerMessage.Follows(TestLog.SLOT, 2, round));
    }

    private static PeerMessage asked(long round) {
        return new PeerMessage.AskFollows(TestLog.SLOT, 2, round);
    }

    @Test
    void anOwnerIsSureOnceAllInSyncHaveSaidThatTheyFollow() {
        lead(2, "a", "b", "c");
        ask();
        assertThat(node.takeSent("b")).containsExactly(asked(1));
        assertThat(node.takeSent("c")).containsExactly(asked(1));

        follows("b", 1);
        assertThat(answers).isEmpty();
        follows("c", 1);
        assertThat(answers).containsExactly(true);
    }

    @Test
    void whatWasSaidBeforeItWasAskedCountsForNothing() {
        lead(2, "a", "b");
        ask();
        follows("b", 1);
        ask();
        follows("b", 1);
        assertThat(answers).containsExactly(true);

        follows("b", 2);
        assertThat(answers).containsExactly(true, true);
    }

    @Test
    void whoAsksInOneTurnSharesARound() {
        lead(2, "a", "b");
        node.leader().whenSure(node.now, answers::add);
        node.leader().whenSure(node.now, answers::add);
        node.confirm("nobody", 0);
        assertThat(node.takeSent("b")).containsExactly(asked(1));

        follows("b", 1);
        assertThat(answers).containsExactly(true, true);
    }

    @Test
    void aNodeThatIsAloneIsSureAtOnceUnlessThatIsTooFew() {
        lead(1, "a");
        ask();
        assertThat(answers).containsExactly(true);

        TestReplica lonely = new TestReplica("a", SlotMeta.empty(TestLog.SLOT));
        lonely.minIsr = 2;
        lonely.assign(2, "a", "a");
        lonely.leader().whenSure(lonely.now, answers::add);
        lonely.confirm("nobody", 0);
        assertThat(answers).containsExactly(true);
    }

    @Test
    void whatIsLostOnTheWayIsAskedAgainUntilItTakesTooLong() {
        lead(2, "a", "b");
        ask();
        node.sent.clear();
        node.pass(Duration.ofMillis(200));
        assertThat(node.takeSent("b")).contains(asked(2));

        node.pass(Duration.ofSeconds(2));
        assertThat(answers).containsExactly(false);
        node.sent.clear();
        node.pass(Duration.ofMillis(200));
        assertThat(node.takeSent("b")).doesNotContain(asked(3), asked(4));
    }

    @Test
    void anOwnerThatIsReplacedAnswersNothing() {
        lead(2, "a", "b");
        ask();
        node.receive("b", new PeerMessage.Rejected(TestLog.SLOT, 3));
        node.pass(Duration.ofSeconds(3));
        assertThat(answers).isEmpty();
    }

    @Test
    void whoWasToJoinIsAskedToo() {
        node.minIsr = 1;
        node.assign(2, "a", List.of("a"), List.of("a", "b"), "");
        node.durable();
        node.confirm("b", 6);
        assertThat(node.isrProposals).hasSize(1);
        ask();
        assertThat(answers).isEmpty();

        follows("b", 1);
        assertThat(answers).containsExactly(true);
    }

    @Test
    void aReplicaFollowsUnlessItHasAnsweredALaterEpoch() {
        TestReplica replica = new TestReplica("b", SlotMeta.empty(TestLog.SLOT));
        replica.assign(2, "a", "a", "b");
        replica.receive("a", asked(7));
        assertThat(replica.takeSent("a")).containsExactly(new PeerMessage.Follows(TestLog.SLOT, 2, 7));

        replica.assign(3, "c", "b", "c");
        replica.receive("a", asked(8));
        assertThat(replica.takeSent("a")).containsExactly(new PeerMessage.Rejected(TestLog.SLOT, 3));
    }

    @Test
    void thoseWhoAreTooManyToWaitAreRefused() {
        lead(2, "a", "b");
        for (int i = 0; i < 1_001; i++) {
            node.leader().whenSure(node.now, answers::add);
        }
        assertThat(answers).containsExactly(false);
    }
}
