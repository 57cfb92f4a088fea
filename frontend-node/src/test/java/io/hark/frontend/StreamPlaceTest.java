package io.hark.frontend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.AttachFrom;
import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.Origin;
import io.hark.protocol.ChannelSerials;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StreamPlaceTest {
    private static final long LSN = 7;

    private final EntryFrames frames = new EntryFrames(new ChannelSerials("secret".getBytes(UTF_8)));
    private final Entry entry = publish(LSN, "a", "b", "c");
    private final StreamPlace behind = StreamPlace.after(frames.channelSerial(entry));

    @Test
    void behindAnEntryWhatFollowsItComes() {
        assertThat(StreamPlace.parse(behind.text())).isEqualTo(behind);
        assertThat(lsn(behind)).isEqualTo(LSN);
        assertThat(behind.rest(entry, frames)).isSameAs(entry);
    }

    @Test
    void withOneMessageOfAnEntryTheOthersComeFirst() {
        StreamPlace withFirst = StreamPlace.parse(behind.with(message(entry, 0)).text());

        assertThat(lsn(withFirst)).isEqualTo(LSN - 1);
        assertThat(data(withFirst.rest(entry, frames))).containsExactly("b", "c");
    }

    @Test
    void messagesThatWereLeftOutDoNotCount() {
        StreamPlace withSecond = behind.with(message(entry, 1));
        Entry left = entry.keeping(index -> index != 0);

        assertThat(data(withSecond.rest(left, frames))).containsExactly("c");
        assertThat(behind.with(message(entry, 2)).rest(entry, frames).body()).isEqualTo(EntryBody.NONE);
    }

    @Test
    void anotherEntryComesWhole() {
        Entry next = publish(LSN + 1, "d", "e");

        assertThat(behind.with(message(entry, 0)).rest(next, frames)).isSameAs(next);
    }

    @Test
    void anEphemeralMessageLeavesTheClientWhereItWas() {
        Message ephemeral = message(entry, 0).withExtras(Map.of("ephemeral", true));

        assertThat(behind.with(ephemeral)).isEqualTo(behind);
    }

    @Test
    void whatNoStreamHasToldIsNoPlace() {
        for (String text : List.of("", ".", ".1", "none.1", "none", behind.text() + ".1000", behind.text() + ".x")) {
            assertThat(StreamPlace.parse(text).from(frames)).as(text).isInstanceOf(AttachFrom.Unreadable.class);
        }
    }

    private long lsn(StreamPlace place) {
        if (place.from(frames) instanceof AttachFrom.After(var position)) {
            return position.lsn();
        }
        throw new AssertionError("no position: " + place);
    }

    private static Message message(Entry entry, int index) {
        return EntryFrames.withSerials(entry, batch(entry).messages()).get(index);
    }

    private static MessageBatch batch(Entry entry) {
        if (entry.body() instanceof EntryBody.Messages(MessageBatch batch)) {
            return batch;
        }
        throw new AssertionError("no messages: " + entry);
    }

    private static List<String> data(Entry entry) {
        return batch(entry).messages().stream()
                .map(message -> message.data() instanceof Payload.Text(String text) ? text : "")
                .toList();
    }

    private static Entry publish(long lsn, String... texts) {
        List<Message> messages = Stream.of(texts)
                .map(text -> Message.of(Optional.empty(), Payload.text(text)))
                .toList();
        MessageBatch batch = new MessageBatch("conn:" + lsn, Optional.of("conn"), 1000 + lsn, messages);
        Origin origin = new Origin("eu", 1);
        return new Entry(
                lsn,
                1,
                origin,
                lsn,
                ChannelId.of("app", "room").key(),
                0,
                (1000 + lsn) << 16,
                new EntryBody.Messages(batch));
    }
}
