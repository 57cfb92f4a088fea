package io.hark.frontend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.Delivery;
import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.Origin;
import io.hark.protocol.ChannelSerials;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import io.hark.stats.AppStats;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameRingTest {
    private static final FrameView ALL = new FrameView(true, true);
    private static final ChannelId ROOM = ChannelId.of("app", "room");

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final AppStats stats = new AppStats();
    private final FrameRing ring = new FrameRing(
            new EntryFrames(new ChannelSerials("secret".getBytes(UTF_8))),
            new DeltaCoder(() -> 0),
            new WireScratch(),
            allocator,
            stats.ofLoop());
    private int appended;

    @AfterEach
    void nothingLeaks() {
        ring.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Test
    void aRunIsTheFramesOfItsEntries() throws Exception {
        append(5);

        assertThat(read(Format.JSON, "room", 0, 5)).containsExactly("room:0", "room:1", "room:2", "room:3", "room:4");
        assertThat(read(Format.JSON, "room", 2, 4)).containsExactly("room:2", "room:3");
        assertThat(read(Format.JSON, "room", 4, 5)).containsExactly("room:4");
    }

    @Test
    void eachFormatAndSpellingHasItsOwnFrames() throws Exception {
        append(2);

        assertThat(read(Format.JSON, "room", 0, 2)).containsExactly("room:0", "room:1");
        assertThat(read(Format.MSGPACK, "room", 0, 2)).containsExactly("room:0", "room:1");
        assertThat(read(Format.JSON, "[?rewind=1]room", 1, 2)).containsExactly("[?rewind=1]room:1");
    }

    @Test
    void subscribersShareTheSameBytes() {
        append(3);

        List<ByteBuf> first = ring.frames(form(Format.JSON, "room", RingView.PLAIN), 0, 3);
        long used = allocator.metric().usedDirectMemory();
        List<ByteBuf> second = ring.frames(form(Format.JSON, "room", RingView.PLAIN), 1, 3);

        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(used);
        first.forEach(ByteBuf::release);
        second.forEach(ByteBuf::release);
    }

    @Test
    void aRunGoesOverWhatWasEncodedAtDifferentTimes() throws Exception {
        append(2);
        assertThat(read(Format.JSON, "room", 0, 2)).hasSize(2);
        append(3);
        assertThat(read(Format.JSON, "room", 2, 5)).hasSize(3);
        append(1);

        assertThat(read(Format.JSON, "room", 1, 6)).containsExactly("room:1", "room:2", "room:3", "room:4", "room:5");
    }

    @Test
    void aSubscriberBehindWhereAVariantBeganGetsItsPartToo() throws Exception {
        append(6);
        assertThat(read(Format.JSON, "room", 4, 6)).containsExactly("room:4", "room:5");

        assertThat(read(Format.JSON, "room", 1, 6)).containsExactly("room:1", "room:2", "room:3", "room:4", "room:5");
        assertThat(read(Format.JSON, "room", 0, 2)).containsExactly("room:0", "room:1");
    }

    @Test
    void aSubscriberThatComesBackLaterFindsWhatNobodyWanted() throws Exception {
        append(2);
        assertThat(read(Format.JSON, "room", 0, 2)).hasSize(2);
        append(4);

        assertThat(read(Format.JSON, "room", 5, 6)).containsExactly("room:5");
        assertThat(read(Format.JSON, "room", 2, 6)).containsExactly("room:2", "room:3", "room:4", "room:5");
    }

    @Test
    void entriesThatNobodySeesHaveNoBytes() throws Exception {
        append(1);
        ring.appended(entry(new EntryBody.None()));
        append(1);
        ring.appended(entry(new EntryBody.Refusal(ErrorCode.NOT_FOUND.info())));

        assertThat(read(Format.JSON, "room", 0, 4)).containsExactly("room:0", "room:2");
        assertThat(read(Format.JSON, "room", 1, 2)).isEmpty();
        assertThat(read(Format.JSON, "room", 3, 4)).isEmpty();
    }

    @Test
    void droppedEntriesAreGoneAndTheOthersStay() throws Exception {
        append(3);
        assertThat(read(Format.JSON, "room", 0, 3)).hasSize(3);
        append(3);
        assertThat(read(Format.JSON, "room", 3, 6)).hasSize(3);

        ring.dropped(4);

        assertThat(read(Format.JSON, "room", 4, 6)).containsExactly("room:4", "room:5");
        assertThat(read(Format.MSGPACK, "room", 5, 6)).containsExactly("room:5");
        append(70);
        assertThat(read(Format.JSON, "room", 74, 76)).containsExactly("room:74", "room:75");
    }

    @Test
    void whatWasHandedOutLivesOnWhenItsEntriesAreDropped() throws Exception {
        append(3);
        List<ByteBuf> held = ring.frames(form(Format.JSON, "room", RingView.PLAIN), 1, 3);

        ring.dropped(3);
        append(1);

        assertThat(texts(Format.JSON, held)).containsExactly("room:1", "room:2");
        assertThat(read(Format.JSON, "room", 3, 4)).containsExactly("room:3");
    }

    @Test
    void allBytesAreFreedWhenAllEntriesAreDropped() throws Exception {
        append(3);
        assertThat(read(Format.JSON, "room", 0, 3)).hasSize(3);
        assertThat(read(Format.MSGPACK, "room", 0, 3)).hasSize(3);

        ring.dropped(3);

        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void whatWasHeldIsOneFrameForAllWhoGetTheSame() throws Exception {
        append(5);

        ByteBuf first = held(0, 5);
        long used = allocator.metric().usedDirectMemory();
        ByteBuf second = held(0, 5);
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(used);
        assertThat(texts(Format.JSON, List.of(first))).containsExactly("room:0");
        assertThat(texts(Format.JSON, List.of(second))).containsExactly("room:0");
        assertThat(texts(Format.JSON, List.of(held(3, 5)))).containsExactly("room:3");
        ring.dropped(5);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void thoseWhoEachGetSomethingElseDoNotFillTheMemory() {
        append(64);
        for (int from = 0; from < 63; from++) {
            held(from, 64).release();
        }
        long used = allocator.metric().usedDirectMemory();
        for (int from = 0; from < 63; from++) {
            held(from, 64).release();
        }

        assertThat(allocator.metric().usedDirectMemory()).isLessThanOrEqualTo(used);
    }

    private ByteBuf held(long from, long to) {
        Delivery batched = new Delivery.Batched(Duration.ofMillis(20));
        return ring.held(form(Format.JSON, "room", RingView.PLAIN), "room", batched, from, to);
    }

    @Test
    void differencesAreMadeOnceForAllFormats() throws Exception {
        ring.deltaReaders(1);
        appendText("a text that is long enough for a difference to be worth its while, 1");
        appendText("a text that is long enough for a difference to be worth its while, 2");

        assertThat(ring.delta(1)).isSameAs(ring.delta(1));
        for (Format format : Format.values()) {
            List<ByteBuf> runs = ring.frames(form(format, "room", RingView.DELTA), 0, 2);
            long bytes = runs.stream().mapToLong(ByteBuf::readableBytes).sum();
            List<ByteBuf> whole = ring.frames(form(format, "room", RingView.PLAIN), 0, 2);
            assertThat(texts(format, runs)).containsExactly("room:0", "room:1");
            assertThat(whole.stream().mapToLong(ByteBuf::readableBytes).sum()).isNotEqualTo(bytes);
            whole.forEach(ByteBuf::release);
        }
    }

    @Test
    void longFramesHaveLongHeaders() throws Exception {
        appendText("x".repeat(200));
        appendText("x".repeat(70_000));

        assertThat(read(Format.JSON, "room", 0, 2)).containsExactly("room:0", "room:1");
    }

    private void append(int count) {
        LongStream.range(0, count).forEach(i -> appendText("text"));
    }

    private void appendText(String text) {
        Message message = Message.of(Optional.of(Integer.toString(appended)), Payload.text(text));
        ring.appended(entry(new EntryBody.Messages(
                new MessageBatch("id-" + appended, Optional.of("conn"), 1_700_000_000_000L, List.of(message)))));
    }

    private Entry entry(EntryBody body) {
        int lsn = ++appended;
        return new Entry(lsn, 1, new Origin("eu", 1), lsn, ROOM.key(), lsn - 1, 1_700_000_000_000_000L + lsn, body);
    }

    /// Each frame as `channel:name`.
    private List<String> read(Format format, String channel, long from, long to) throws Exception {
        return texts(format, ring.frames(form(format, channel, RingView.PLAIN), from, to));
    }

    private static FrameRing.Form form(Format format, String channel, RingView view) {
        return new FrameRing.Form(format, channel, view, ALL);
    }

    private static List<String> texts(Format format, List<ByteBuf> runs) throws Exception {
        List<String> texts = new ArrayList<>();
        for (ByteBuf run : runs) {
            while (run.isReadable()) {
                int header = WireScratch.headerLength(run, run.readerIndex());
                byte[] payload = new byte[WireScratch.payloadLength(run, run.readerIndex())];
                run.skipBytes(header).readBytes(payload);
                var frame = (ServerMessage.Messages) ProtocolCodec.of(format).decodeServer(payload, 0, payload.length);
                texts.add(frame.channel()
                        + ':'
                        + frame.messages().getFirst().name().orElseThrow());
            }
            run.release();
        }
        return texts;
    }
}
