package io.hark.channel;

import static io.hark.channel.StoredSlot.CHANNEL;
import static io.hark.channel.StoredSlot.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.presence.Member;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.Payload;
import io.hark.protocol.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What attachments are handed of messages that are appended to.
class AppendDeliveryTest {
    private final StoredSlot slot = new StoredSlot();
    private final Frontend frontend = new Frontend();

    private String append(String serial, String text) {
        slot.change(serial, MessageAction.APPEND, Payload.text(text));
        slot.commit();
        frontend.channels.pump();
        return text;
    }

    private Reader attach(AttachFrom from) {
        return frontend.attach(from, false);
    }

    @Test
    void whoHasTheMessageGetsWhatIsAdded() {
        Reader reader = attach(new AttachFrom.Now());
        String serial = slot.publish("a");
        append(serial, "b");
        append(serial, "c");

        assertThat(reader.told).containsExactly("CREATE a", "APPEND b", "APPEND c");
        assertThat(frontend.reads).isZero();
    }

    @Test
    void whoHasItNotGetsAllOfItFirst() {
        String serial = slot.publish("a");
        append(serial, "b");
        Reader first = attach(new AttachFrom.Now());
        Reader second = attach(new AttachFrom.Now());
        append(serial, "c");
        append(serial, "d");
        Reader third = attach(new AttachFrom.Now());
        append(serial, "e");

        assertThat(first.told).containsExactly("UPDATE abc", "APPEND d", "APPEND e");
        assertThat(second.told).isEqualTo(first.told);
        assertThat(third.told).containsExactly("UPDATE abcde");
        assertThat(frontend.reads).isEqualTo(2);
    }

    @Test
    void itIsReadOnceForAllAndTheOthersDoNotWait() {
        String serial = slot.publish("a");
        Reader first = attach(new AttachFrom.Now());
        String other = slot.publish("x");
        frontend.channels.pump();
        frontend.readsByHand = true;
        Reader second = attach(new AttachFrom.Now());
        append(serial, "b");
        append(other, "y");
        append(serial, "c");
        assertThat(frontend.reads).isEqualTo(1);
        assertThat(first.told).containsExactly("CREATE x");
        assertThat(second.told).isEmpty();
        frontend.answer();

        assertThat(first.told).containsExactly("CREATE x", "UPDATE ab", "APPEND y", "APPEND c");
        assertThat(second.told).containsExactly("UPDATE ab");
        frontend.answer();
        assertThat(second.told).containsExactly("UPDATE ab", "UPDATE xy", "APPEND c");
    }

    @Test
    void aRewindGivesTheLatestVersionAndThenWhatIsAdded() {
        String serial = slot.publish("a");
        append(serial, "b");
        String other = slot.publish("x");
        slot.change(other, MessageAction.UPDATE, Payload.text("X"));
        slot.commit();
        Reader one = attach(new AttachFrom.LastMessages(1));
        Reader two = attach(new AttachFrom.LastMessages(2));
        append(serial, "c");
        append(other, "y");

        assertThat(one.told).containsExactly("UPDATE X", "UPDATE abc", "APPEND y");
        assertThat(two.told).containsExactly("UPDATE ab", "UPDATE X", "APPEND c", "APPEND y");
    }

    @Test
    void aRewindShowsNothingThatComesLiveAgain() {
        String serial = slot.publish("a");
        append(serial, "b");
        frontend.readsByHand = true;
        Reader reader = attach(new AttachFrom.LastMessages(1));
        append(serial, "c");
        frontend.answer();

        assertThat(reader.told).containsExactly("UPDATE ab", "APPEND c");
    }

    @Test
    void whoComesBackGetsAllOfItOnceMore() {
        Reader before = attach(new AttachFrom.Now());
        String serial = slot.publish("a");
        append(serial, "b");
        long position = before.lastLsn;
        append(serial, "c");
        append(serial, "d");
        Reader again = attach(new AttachFrom.After(new Position("eu", 1, position, List.of())));
        append(serial, "e");

        assertThat(again.told).containsExactly("UPDATE abc", "APPEND d", "APPEND e");
    }

    @Test
    void whoWantsWholeMessagesGetsThem() {
        String serial = slot.publish("a");
        Reader reader = frontend.attach(new AttachFrom.Now(), true);
        append(serial, "b");
        append(serial, "c");
        slot.change(serial, MessageAction.DELETE, Payload.NONE);
        slot.commit();
        frontend.channels.pump();
        append(serial, "d");

        assertThat(reader.told).containsExactly("UPDATE ab", "UPDATE abc", "DELETE abc", "UPDATE abcd");
        assertThat(frontend.reads).isEqualTo(2);
    }

    @Test
    void whatCannotBeReadEndsTheAttachment() {
        String serial = slot.publish("a");
        Reader reader = attach(new AttachFrom.Now());
        frontend.readsFail = true;
        append(serial, "b");

        assertThat(reader.failures).hasSize(1);
    }

    /// Whatever is sent when: who joins what it is handed has what the message is.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everyReaderEndsWithTheSameMessages(long seed) {
        Random random = new Random(seed);
        frontend.readsByHand = true;
        List<String> serials = new ArrayList<>();
        List<Reader> readers = new ArrayList<>();
        serials.add(slot.publish("0"));
        for (int i = 1; i < 300; i++) {
            int kind = random.nextInt(20);
            String serial = serials.get(random.nextInt(serials.size()));
            if (kind < 2) {
                serials.add(slot.publish("<" + i));
            } else if (kind < 11) {
                slot.change(serial, MessageAction.APPEND, Payload.text("," + i));
            } else if (kind < 12) {
                slot.change(serial, MessageAction.UPDATE, Payload.text("=" + i));
            } else if (kind < 13 && readers.size() < 20) {
                AttachFrom from = random.nextBoolean()
                        ? new AttachFrom.Now()
                        : new AttachFrom.LastMessages(1 + random.nextInt(3));
                readers.add(frontend.attach(from, random.nextInt(4) == 0));
            } else if (kind < 14 && !readers.isEmpty()) {
                readers.get(random.nextInt(readers.size())).flip();
            } else if (kind < 17) {
                frontend.answer();
            } else {
                slot.commit();
                frontend.channels.pump();
            }
        }
        slot.commit();
        frontend.channels.pump();
        readers.forEach(Reader::readOn);
        while (frontend.answer()) {
            frontend.channels.pump();
        }
        for (Reader reader : readers) {
            assertThat(reader.failures).isEmpty();
            reader.messages.forEach((serial, text) ->
                    assertThat(text).as("seed %d, %s", seed, serial).isEqualTo(text(slot.latest(serial))));
        }
    }

    /// One loop of a frontend that is fed by the slot's owner.
    private final class Frontend implements FrontendEffects, Feed {
        final FrontendChannels channels =
                new FrontendChannels("eu", new FrontendLimits(2_000, 1 << 20, 1_000, 5, 10, 100), this);
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        private final List<Entry> ring = new ArrayList<>();
        private long firstSeq;
        boolean readsByHand;
        boolean readsFail;
        int reads;

        Reader attach(AttachFrom from, boolean wholes) {
            Reader reader = new Reader(this);
            reader.attachment = channels.join(CHANNEL, id -> new Ring())
                    .attach(reader, from, Optional.empty(), new FrontendChannel.Wants(false, wholes), slot.now);
            return reader;
        }

        @Override
        public void deliver(ChannelId channel, Entry entry, byte[] encoded, boolean logged) {
            channels.entered(channel, entry, logged);
        }

        @Override
        public void subscribe(
                ChannelId channel,
                List<Claim> claims,
                MembersWanted members,
                boolean sure,
                BiConsumer<Subscribed, ErrorInfo> answer) {
            slot.owner.subscribe(channel, this, claims, members, slot.now, answer);
        }

        @Override
        public void unsubscribe(ChannelId channel) {}

        @Override
        public void later(long millis, Runnable step) {
            throw new AssertionError("nothing is held here");
        }

        @Override
        public void objects(ObjectsQuery query, BiConsumer<ObjectsPage, ErrorInfo> answer) {
            throw new AssertionError("nobody asks for objects here");
        }

        @Override
        public void read(HistoryQuery query, BiConsumer<HistoryPage, Throwable> answer) {
            reads++;
            HistoryPage page = StoredSlot.answer(slot.store.read(query.upTo(slot.owner.committedLsn())));
            Runnable step = () -> answer.accept(
                    readsFail ? null : page, readsFail ? new DamagedEntry("a bit is not what it was") : null);
            if (readsByHand) {
                waiting.add(step);
            } else {
                step.run();
            }
        }

        boolean answer() {
            boolean any = !waiting.isEmpty();
            if (any) {
                waiting.poll().run();
            }
            return any;
        }

        @Override
        public void alarm(String what) {
            throw new AssertionError(what);
        }

        private final class Ring implements RingListener {
            @Override
            public void appended(Entry entry) {
                ring.add(entry);
            }

            @Override
            public void dropped(long newFirstSeq) {
                ring.subList(0, (int) (newFirstSeq - firstSeq)).clear();
                firstSeq = newFirstSeq;
            }
        }

        List<Entry> ring(long from, long to) {
            return List.copyOf(ring.subList((int) (from - firstSeq), (int) (to - firstSeq)));
        }
    }

    /// Joins what it is handed, as a client does.
    private static final class Reader implements Subscriber {
        private final Frontend frontend;
        final List<String> told = new ArrayList<>();
        final List<ErrorInfo> failures = new ArrayList<>();
        final Map<String, String> messages = new HashMap<>();
        Attachment attachment;
        long lastLsn;
        private boolean writable = true;

        Reader(Frontend frontend) {
            this.frontend = frontend;
        }

        void flip() {
            writable = !writable;
            attachment.pump();
        }

        void readOn() {
            writable = true;
            attachment.pump();
        }

        @Override
        public boolean writable() {
            return writable;
        }

        @Override
        public void attached(AttachOutcome outcome) {}

        @Override
        public void sync(List<Member> page, boolean last) {}

        @Override
        public void backlog(List<Entry> entries) {
            entries.forEach(this::take);
        }

        @Override
        public void live(long from, long to) {
            frontend.ring(from, to).forEach(this::take);
        }

        private void take(Entry entry) {
            lastLsn = entry.lsn();
            EntryMessages.of(entry).forEach(this::take);
            if (entry.body() instanceof EntryBody.Version version) {
                take(version.message());
            }
        }

        private void take(Message message) {
            String serial = message.serial().orElseThrow();
            told.add(message.action() + " " + text(message));
            if (message.action() == MessageAction.APPEND) {
                assertThat(messages).containsKey(serial);
                messages.merge(serial, text(message), String::concat);
            } else {
                messages.put(serial, text(message));
            }
        }

        @Override
        public void failed(ErrorInfo reason) {
            failures.add(reason);
        }
    }
}
