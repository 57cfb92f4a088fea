package io.hark.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.hark.channel.ChannelId;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Entry;
import io.hark.channel.EntryCodec;
import io.hark.channel.LogRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeFeedTest {
    private static final int CREDIT = 1_000;
    private static final ChannelId OTHER = ChannelId.of("app", "another slot's");

    private final List<PeerMessage> sent = new ArrayList<>();
    private int woken;
    private final NodeFeed feed = new NodeFeed(CREDIT, sent::add, () -> woken++);

    private static Entry entry(long lsn, int epoch) {
        LogRecord record = TestLog.record(lsn, epoch, "x".repeat(200));
        try {
            return record.entry();
        } catch (DamagedEntry e) {
            throw new AssertionError(e);
        }
    }

    private static final int SIZE = EntryCodec.encode(entry(1, 1)).length;

    private void deliver(ChannelId channel, long lsn, int epoch, boolean logged) {
        Entry entry = entry(lsn, epoch);
        feed.deliver(channel, entry, EntryCodec.encode(entry), logged);
    }

    private void deliver(long lsn) {
        deliver(TestLog.CHANNEL, lsn, 1, true);
    }

    /// Delivers until the node has no credit left.
    private long exhaust() {
        long lsn = 1;
        for (; (lsn - 1) * SIZE <= CREDIT; lsn++) {
            deliver(lsn);
        }
        feed.emit();
        sent.clear();
        return lsn;
    }

    private static PeerMessage.Tip tip(long lsn) {
        return new PeerMessage.Tip(
                TestLog.SLOT,
                1,
                TestLog.CHANNEL.key().high(),
                TestLog.CHANNEL.key().low(),
                lsn);
    }

    @Test
    void whatIsDeliveredHasItselfSentInThisTurn() {
        deliver(1);
        deliver(2);

        assertThat(woken).isEqualTo(2);
        assertThat(sent).isEmpty();
    }

    @Test
    void whatIsDeliveredInOneTurnGoesTogetherAndInOrder() {
        deliver(1);
        deliver(TestLog.CHANNEL, 2, 1, false);
        assertThat(sent).isEmpty();
        feed.emit();
        feed.emit();

        assertThat(sent).hasSize(1);
        PeerMessage.Deliver message = (PeerMessage.Deliver) sent.getFirst();
        assertThat(message.slot()).isEqualTo(TestLog.SLOT);
        assertThat(message.epoch()).isEqualTo(1);
        assertThat(message.entries()).extracting(PeerMessage.Delivered::logged).containsExactly(true, false);
        assertThat(message.entries().getFirst().encoded()).isEqualTo(EntryCodec.encode(entry(1, 1)));
    }

    @Test
    void everySlotAndEpochGetsAMessageOfItsOwn() {
        deliver(1);
        deliver(OTHER, 1, 1, true);
        deliver(OTHER, 2, 2, true);
        feed.emit();

        assertThat(OTHER.key().slot()).isNotEqualTo(TestLog.SLOT);
        assertThat(sent)
                .map(PeerMessage.Deliver.class::cast)
                .extracting(PeerMessage.Deliver::slot, PeerMessage.Deliver::epoch)
                .containsExactly(
                        tuple(TestLog.SLOT, 1),
                        tuple(OTHER.key().slot(), 1),
                        tuple(OTHER.key().slot(), 2));
    }

    @Test
    void aNodeThatTakesTooLongIsToldOnlyHowFarItMayReadAndOnlyOnceItHasRoom() {
        long lsn = exhaust();
        deliver(lsn);
        deliver(lsn + 1);
        deliver(TestLog.CHANNEL, lsn + 1, 1, false); // nobody can read it
        feed.emit();
        assertThat(sent).isEmpty();

        feed.credit(SIZE);
        assertThat(sent).isEmpty();
        feed.credit(CREDIT / 2);
        assertThat(sent).containsExactly(tip(lsn + 1));
    }

    @Test
    void whileSomethingWasLeftOutNothingThatFollowsIsDelivered() {
        long lsn = exhaust();
        deliver(lsn);
        feed.credit(SIZE);
        deliver(lsn + 1);
        feed.emit();
        assertThat(sent).isEmpty();

        feed.credit(CREDIT);
        assertThat(sent).containsExactly(tip(lsn + 1));
        deliver(lsn + 2);
        feed.emit();
        assertThat(sent).hasSize(2).last().isInstanceOf(PeerMessage.Deliver.class);
    }

    @Test
    void aNodeThatKeepsUpGetsEverything() {
        for (long lsn = 1; lsn <= 50; lsn++) {
            deliver(lsn);
            feed.emit();
            feed.credit(SIZE);
        }

        assertThat(sent).hasSize(50).allMatch(PeerMessage.Deliver.class::isInstance);
    }
}
