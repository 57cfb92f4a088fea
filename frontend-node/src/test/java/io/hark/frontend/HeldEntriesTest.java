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
import io.hark.protocol.Interpolation;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceBatch;
import io.hark.protocol.ServerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeldEntriesTest {
    private static final ChannelId ROOM = ChannelId.of("app", "room");
    private static final Delivery BATCHED = new Delivery.Batched(Duration.ofMillis(20));

    private static final FrameView ALL = new FrameView(true, true);

    private final EntryFrames frames = new EntryFrames(new ChannelSerials("secret".getBytes(UTF_8)));
    private final HeldEntries held = new HeldEntries(frames, "room", ALL);
    private long lsn;

    private static Delivery conflated(String key) throws MalformedFrame {
        return new Delivery.Conflated(Duration.ofMillis(20), Interpolation.parse(key));
    }

    @Test
    void neighbouringPublishesComeInOneFrameAndKeepWhatTheyAre() {
        List<Entry> entries = List.of(publish("a"), publish("b", "c"), publish("d"));
        List<ServerMessage> told = held.frames(entries);

        assertThat(told).hasSize(1);
        ServerMessage.Messages frame = (ServerMessage.Messages) told.getFirst();
        assertThat(frame.messages())
                .extracting(message -> message.id().orElseThrow())
                .containsExactly("conn:1:0", "conn:2:0", "conn:2:1", "conn:3:0");
        assertThat(frame.messages())
                .extracting(message -> message.connectionId().orElseThrow())
                .containsOnly("conn");
        assertThat(frame.messages()).extracting(Message::timestamp).containsExactly(1001L, 1002L, 1002L, 1003L);
        assertThat(frame.messages())
                .extracting(message -> message.serial().orElseThrow())
                .isSorted();
        assertThat(frame.channelSerial()).isEqualTo(frames.channelSerial(entries.getLast()));
    }

    @Test
    void presenceKeepsItsPlaceBetweenMessages() {
        List<Entry> entries = List.of(publish("a"), publish("b"), presence(), publish("c"));

        assertThat(held.frames(entries))
                .extracting(ServerMessage::getClass)
                .containsExactly(
                        ServerMessage.Messages.class, ServerMessage.Presence.class, ServerMessage.Messages.class);
    }

    @Test
    void aFrameHasNoMoreThanItMay() {
        List<Entry> many =
                IntStream.range(0, 450).mapToObj(i -> publish("m" + i)).toList();
        assertThat(held.frames(many))
                .extracting(frame -> ((ServerMessage.Messages) frame).messages().size())
                .containsExactly(200, 200, 50);

        List<Entry> large =
                IntStream.range(0, 4).mapToObj(i -> publish("x".repeat(30_000))).toList();
        assertThat(held.frames(large)).hasSize(2);
        assertThat(held.frames(List.of(publish("y".repeat(100_000)), publish("z"))))
                .hasSize(2);
    }

    @Test
    void aPublishOfItsOwnIsAsIfItHadNotBeenHeld() {
        Entry alone = publish("a");

        List<ServerMessage> asPublished = new ArrayList<>();
        frames.frames("room", alone, ALL, asPublished::add);
        assertThat(held.frames(List.of(alone))).isEqualTo(asPublished).hasSize(1);
        assertThat(held.frames(List.of(alone.with(EntryBody.NONE)))).isEmpty();
    }

    @Test
    void aRefusalBetweenTwoPublishesIsNotSeen() {
        Entry refusal = publish("refused").with(new EntryBody.Refusal(ErrorCode.NOT_FOUND.info()));
        assertThat(held.frames(List.of(publish("a"), refusal, publish("b")))).hasSize(1);
    }

    @Test
    void ofConflatedMessagesTheLastOfEachKeySurvives() throws MalformedFrame {
        List<Entry> entries = List.of(named("x", "1"), named("y", "2"), presence(), named("x", "3"), named("z", "4"));

        assertThat(data(HeldEntries.survivors(conflated("#{message.name}"), "room", entries)))
                .containsExactly("2", "presence", "3", "4");
        assertThat(data(HeldEntries.survivors(conflated("one key"), "room", entries)))
                .containsExactly("presence", "4");
        assertThat(HeldEntries.survivors(BATCHED, "room", entries)).isSameAs(entries);
    }

    @Test
    void aBatchOfWhichSomeSurviveKeepsTheirIds() throws MalformedFrame {
        List<Entry> told = HeldEntries.survivors(conflated("#{message.name}"), "room", List.of(publish("a", "b", "a")));

        assertThat(((EntryBody.Messages) told.getFirst().body()).batch().messages())
                .extracting(message -> message.id().orElseThrow())
                .containsExactly("conn:1:2");
    }

    /// Payloads, and `presence` where that is.
    private static List<String> data(List<Entry> entries) {
        List<String> data = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.body() instanceof EntryBody.Messages(MessageBatch batch)) {
                batch.messages().forEach(message -> data.add(((Payload.Text) message.data()).value()));
            } else {
                data.add("presence");
            }
        }
        return data;
    }

    private Entry publish(String... texts) {
        List<Message> messages = new ArrayList<>();
        for (String text : texts) {
            messages.add(Message.of(Optional.of("event"), Payload.text(text)));
        }
        return entry(messages);
    }

    private Entry named(String name, String text) {
        return entry(List.of(Message.of(Optional.of(name), Payload.text(text))));
    }

    private Entry entry(List<Message> messages) {
        long number = lsn + 1;
        return entry(new EntryBody.Messages(
                new MessageBatch("conn:" + number, Optional.of("conn"), 1_000 + number, messages)));
    }

    private Entry presence() {
        return entry(new EntryBody.Presence(new PresenceBatch("p", Optional.empty(), 1, List.of())));
    }

    private Entry entry(EntryBody body) {
        lsn++;
        return new Entry(lsn, 1, new Origin("eu", 1), lsn, ROOM.key(), lsn - 1, 1_700_000_000_000_000L + lsn, body);
    }
}
