package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Claim;
import io.hark.channel.Durability;
import io.hark.channel.IdHash;
import io.hark.channel.Publish;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageVersion;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AppendRollupTest {
    private static final ChannelId CHANNEL = ChannelId.of("app", "ch");
    private static final ChannelId OTHER = ChannelId.of("app", "other");
    private static final ChannelPolicy POLICY = new ChannelPolicy(Durability.FSYNC, Duration.ofHours(1));
    private static final int BYTES_MAX = 50;

    private final List<String> sent = new ArrayList<>();
    private final List<Publish> publishes = new ArrayList<>();
    private final ArrayDeque<Runnable> timers = new ArrayDeque<>();
    private final AppendRollup<Integer> appends = rollup(Duration.ofMillis(40));
    private int frames;

    @Test
    void theFirstAppendGoesOnAtOnceAndTheNextOnesTogether() {
        append("s", "a");
        assertThat(sent).containsExactly("a for [1]");

        append("s", "b");
        append("s", "c");
        assertThat(sent).hasSize(1);

        windowEnds();
        assertThat(sent).containsExactly("a for [1]", "bc for [2, 3]");
    }

    @Test
    void whatIsMadeOneIsFoundUnderEachId() {
        append("s", "a");
        append("s", "b");
        append("s", "c");
        windowEnds();

        assertThat(publishes.getLast().ids()).containsExactly(new IdHash(0, 2), new IdHash(0, 3));
        assertThat(publishes.getLast().mayRepeat()).isFalse();
    }

    @Test
    void aWindowFollowsTheOtherWhileAppendsCome() {
        append("s", "a");
        append("s", "b");
        windowEnds();
        append("s", "c");
        assertThat(sent).hasSize(2);

        windowEnds();
        assertThat(sent).containsExactly("a for [1]", "b for [2]", "c for [3]");

        windowEnds();
        assertThat(timers).isEmpty();
        append("s", "d");
        assertThat(sent).hasSize(4);
    }

    @Test
    void messagesHaveWindowsOfTheirOwn() {
        append("s", "a");
        append("s", "b");
        append("t", "x");
        append("t", "y");

        assertThat(sent).containsExactly("a for [1]", "x for [3]");
        windowEnds();
        windowEnds();
        assertThat(sent).containsExactly("a for [1]", "x for [3]", "b for [2]", "y for [4]");
    }

    @Test
    void anythingElseOnTheChannelGoesBehindWhatWaits() {
        append("s", "a");
        append("s", "b");
        add(publish(OTHER, "t", MessageAction.UPDATE, "elsewhere", false));
        assertThat(sent).containsExactly("a for [1]", "elsewhere for [3]");

        add(publish(CHANNEL, "t", MessageAction.UPDATE, "here", false));
        assertThat(sent).endsWith("b for [2]", "here for [4]");

        append("s", "c");
        appends.flush(OTHER);
        assertThat(sent).hasSize(4);
        appends.flush(CHANNEL);
        assertThat(sent).endsWith("c for [5]");
    }

    @Test
    void atTheEndNothingWaitsAnyMore() {
        append("s", "a");
        append("s", "b");

        appends.flush();

        assertThat(sent).containsExactly("a for [1]", "b for [2]");
        windowEnds();
        assertThat(timers).isEmpty();
    }

    @Test
    void whatMayHaveBeenSentBeforeIsNotMadeOneWithOthers() {
        add(publish(CHANNEL, "s", MessageAction.APPEND, "a", true));
        add(publish(CHANNEL, "s", MessageAction.APPEND, "b", true));

        assertThat(sent).containsExactly("a for [1]", "b for [2]");
    }

    @Test
    void aWindowOfNothingLeavesEachAppendByItself() {
        AppendRollup<Integer> off = rollup(Duration.ZERO);

        off.add(publish(CHANNEL, "s", MessageAction.APPEND, "a", false), 1);
        off.add(publish(CHANNEL, "s", MessageAction.APPEND, "b", false), 2);

        assertThat(sent).containsExactly("a for [1]", "b for [2]");
        assertThat(timers).isEmpty();
    }

    @Test
    void appendsOfDifferentKindsStayApart() {
        append("s", "a");
        append("s", "b");
        add(change(
                CHANNEL,
                message("s", MessageAction.APPEND, "").withData(Payload.binary(new byte[] {1, 2}), Optional.empty())));
        add(change(
                CHANNEL,
                message("s", MessageAction.APPEND, "").withData(Payload.binary(new byte[] {3}), Optional.empty())));
        add(change(
                CHANNEL,
                message("s", MessageAction.APPEND, "")
                        .withSerial(
                                "s",
                                Optional.of(new MessageVersion(
                                        Optional.empty(), 0, Optional.of("eve"), Optional.empty(), Map.of())))));
        windowEnds();

        assertThat(sent).containsExactly("a for [1]", "b for [2]", "Binary[3 bytes] for [3, 4]", " for [5]");
    }

    @Test
    void objectsStayApart() {
        append("s", "a");
        for (int i = 0; i < 2; i++) {
            Message object = message("s", MessageAction.APPEND, "").withData(Payload.text("{}"), Optional.of("json"));
            add(change(CHANNEL, object));
        }
        windowEnds();

        assertThat(sent).containsExactly("a for [1]", "{} for [2]", "{} for [3]");
    }

    @Test
    void whatIsMadeOneStaysWithinTheSizeLimit() {
        append("s", "a");
        append("s", "b".repeat(30));
        append("s", "c".repeat(20));
        append("s", "d");
        assertThat(sent).containsExactly("a for [1]", "b".repeat(30) + "c".repeat(20) + " for [2, 3]");

        add(bytes("s", 30));
        add(bytes("s", 20));
        add(bytes("s", 1));
        assertThat(sent.subList(2, sent.size())).containsExactly("d for [4]", "Binary[50 bytes] for [5, 6]");
        windowEnds();
        assertThat(sent).endsWith("Binary[1 bytes] for [7]");
    }

    private Publish bytes(String serial, int length) {
        return change(
                CHANNEL,
                message(serial, MessageAction.APPEND, "").withData(Payload.binary(new byte[length]), Optional.empty()));
    }

    @Test
    void soManyAndNoMoreAreMadeOne() {
        for (int i = 0; i <= Publish.IDS_MAX; i++) {
            append("empty", "");
        }
        append("empty", "");
        assertThat(publishes.getLast().ids()).hasSize(Publish.IDS_MAX);
    }

    @Test
    void onlySoManyMessagesHaveWindows() {
        for (int i = 0; i < AppendRollup.MESSAGES_MAX; i++) {
            append("s" + i, "a");
        }
        append("one more", "a");
        append("one more", "b");
        append("s0", "waits");

        assertThat(sent).hasSize(AppendRollup.MESSAGES_MAX + 2);
        assertThat(timers).hasSize(AppendRollup.MESSAGES_MAX);
    }

    private AppendRollup<Integer> rollup(Duration window) {
        return new AppendRollup<>(window, (delay, task) -> timers.add(task), (publish, pending) -> {
            publishes.add(publish);
            Payload data = ((Publish.Change) publish.content())
                    .batch()
                    .messages()
                    .getFirst()
                    .data();
            sent.add((data instanceof Payload.Text(String text) ? text : data) + " for " + pending);
        });
    }

    private void windowEnds() {
        timers.remove().run();
    }

    private void append(String serial, String text) {
        add(publish(CHANNEL, serial, MessageAction.APPEND, text, false));
    }

    private void add(Publish publish) {
        appends.add(publish, frames);
    }

    private Publish publish(ChannelId channel, String serial, MessageAction action, String text, boolean mayRepeat) {
        Publish publish = change(channel, message(serial, action, text));
        return mayRepeat ? publish.again() : publish;
    }

    private static Message message(String serial, MessageAction action, String text) {
        return Message.of(Optional.empty(), Payload.text(text))
                .withAction(action)
                .withSerial(serial, Optional.empty());
    }

    private Publish change(ChannelId channel, Message message) {
        frames++;
        MessageBatch batch = new MessageBatch("conn:" + frames, Optional.of("conn"), 0, List.of(message));
        return new Publish(
                channel,
                List.of(new IdHash(0, frames)),
                false,
                Optional.of(new Claim("conn", 0)),
                new Publish.Change(batch, Optional.empty(), BYTES_MAX),
                POLICY);
    }
}
