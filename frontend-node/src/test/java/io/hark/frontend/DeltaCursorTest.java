package io.hark.frontend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.Origin;
import io.hark.protocol.ChannelSerials;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceBatch;
import io.hark.stats.AppStats;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Which message is told as a difference to which.
class DeltaCursorTest {
    private static final ChannelId ROOM = ChannelId.of("app", "room");
    private static final String TEXT = "a text that is long enough for a difference to be worth its while, ";

    private final AtomicLong clock = new AtomicLong();
    private final DeltaCoder coder = new DeltaCoder(clock::get);
    private final FrameRing ring = new FrameRing(
            new EntryFrames(new ChannelSerials("secret".getBytes(UTF_8))),
            coder,
            new WireScratch(),
            new UnpooledByteBufAllocator(true),
            new AppStats().ofLoop());
    private final DeltaCursor cursor = new DeltaCursor(coder);
    private long lsn;

    DeltaCursorTest() {
        ring.deltaReaders(1);
    }

    @Test
    void theFirstMessageAfterAnAttachIsWholeAndTheOthersAreDifferences() {
        append(text(1), text(2), text(3));

        assertThat(cursor.live(ring, 0, 3)).isEqualTo(1);
        assertThat(from(ring.delta(1))).isEqualTo("id-1:0");
        assertThat(from(ring.delta(2))).isEqualTo("id-2:0");
    }

    @Test
    void whatIsNoMessageStandsBetweenNothing() {
        append(text(1));
        assertThat(cursor.live(ring, 0, 1)).isEqualTo(1);
        append(new EntryBody.Presence(new PresenceBatch("p", Optional.empty(), 1, List.of())));
        assertThat(cursor.live(ring, 1, 2)).isEqualTo(2);
        append(text(3));

        assertThat(cursor.live(ring, 2, 3)).isEqualTo(2);
        assertThat(from(ring.delta(2))).isEqualTo("id-1:0");
    }

    @Test
    void aRingThatEverybodyHasReadKeepsItsLastMessage() {
        append(text(1));
        cursor.live(ring, 0, 1);
        ring.dropped(1);
        append(text(2));

        assertThat(cursor.live(ring, 1, 2)).isEqualTo(1);
        assertThat(from(ring.delta(1))).isEqualTo("id-1:0");
    }

    @Test
    void nothingIsKeptOnceNobodyTakesDifferences() {
        append(text(1));
        cursor.live(ring, 0, 1);
        ring.dropped(1);
        ring.deltaReaders(-1);
        append(text(2));

        assertThat(ring.beforeMessages(1)).isZero();
    }

    @Test
    void whoDidNotGetTheMessageBeforeGetsTheNextOneWhole() {
        append(text(1), text(2), text(3));
        cursor.live(ring, 0, 1);

        assertThat(cursor.live(ring, 2, 3)).isEqualTo(3);
    }

    @Test
    void whatTheLogHeldIsToldAsDifferencesToo() {
        assertThat(from(cursor.backlog(entry(text(1))))).isEmpty();
        assertThat(from(cursor.backlog(entry(text(2))))).isEqualTo("id-1:0");
        cursor.caughtUp(ring);
        append(text(3));

        assertThat(cursor.live(ring, 0, 1)).isZero();
        assertThat(from(ring.delta(0))).isEqualTo("id-2:0");
    }

    @Test
    void aMessageOfTheServersOwnEndsTheChain() {
        append(text(1), text(2));
        cursor.live(ring, 0, 1);
        cursor.interrupted();

        assertThat(cursor.live(ring, 1, 2)).isEqualTo(2);
    }

    @Test
    void aMessageWithoutDataEndsTheChain() {
        append(text(1), Payload.NONE, text(3), text(4));
        cursor.live(ring, 0, 4);

        assertThat(from(ring.delta(1))).isEmpty();
        assertThat(from(ring.delta(2))).isEmpty();
        assertThat(from(ring.delta(3))).isEqualTo("id-3:0");
    }

    @Test
    void messagesOfABatchAreDifferencesToEachOther() {
        Entry batch = entry(new EntryBody.Messages(new MessageBatch(
                "batch",
                Optional.empty(),
                1,
                List.of(Message.of(Optional.empty(), text(1)), Message.of(Optional.empty(), text(2))))));
        Entry told = coder.difference(Optional.empty(), batch);

        List<Message> messages = ((EntryBody.Messages) told.body()).batch().messages();
        assertThat(messages.getFirst().data()).isEqualTo(text(1));
        assertThat(messages.getLast().encoding()).contains("utf-8/vcdiff");
        assertThat(messages.getLast().extras())
                .containsExactly(Map.entry("delta", Map.of("from", "batch:0", "format", "vcdiff")));
    }

    @Test
    void whenTheLoopHasNoTimeLeftMessagesComeWhole() {
        Entry first = entry(large(1));
        Entry second = entry(large(2));
        for (int i = 0; i < 100; i++) {
            coder.difference(Optional.of(first), second);
        }
        assertThat(coder.difference(Optional.of(first), second)).isSameAs(second);

        clock.addAndGet(1_000);
        assertThat(from(coder.difference(Optional.of(first), second))).isNotEmpty();
    }

    private static Payload text(int number) {
        return Payload.text(TEXT + number);
    }

    /// Two of these have their ends in common and nothing between.
    private static Payload large(int number) {
        String between = Integer.toString(number).repeat(200_000);
        return Payload.text("begin" + between + "the end is the same for all of these, and long");
    }

    private void append(Payload... payloads) {
        for (Payload payload : payloads) {
            ring.appended(entry(payload));
        }
    }

    private void append(EntryBody body) {
        ring.appended(entry(body));
    }

    private Entry entry(Payload data) {
        Message message = Message.of(Optional.of("event"), data);
        return entry(new EntryBody.Messages(
                new MessageBatch("id-" + (lsn + 1), Optional.of("conn"), 1_700_000_000_000L, List.of(message))));
    }

    private Entry entry(EntryBody body) {
        lsn++;
        return new Entry(lsn, 1, new Origin("eu", 1), lsn, ROOM.key(), lsn - 1, 1_700_000_000_000_000L + lsn, body);
    }

    /// The message that the entry's only message is a difference to; empty when it is whole.
    private static String from(Entry told) {
        Message message = ((EntryBody.Messages) told.body()).batch().messages().getFirst();
        return message.extras().get("delta") instanceof Map<?, ?> delta ? (String) delta.get("from") : "";
    }
}
