package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.hark.presence.Member;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceBatch;
import io.hark.protocol.PresenceMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What every [HistoryStore] owes its callers; run by the in-memory store and by the real one.
public interface HistoryStoreContract {
    /// The stores under test remember ids and channels for this long.
    Duration DEDUPE_WINDOW = Duration.ofMinutes(5);

    Duration CHANNEL_MEMORY = Duration.ofHours(1);

    ChannelPolicy SHORT = new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2));
    ChannelPolicy LONG = new ChannelPolicy(Durability.FSYNC, Duration.ofHours(24));

    ChannelId ORDERS = ChannelId.of("shop", "orders");
    /// Shares the slot of [#ORDERS].
    ChannelId NEIGHBOUR = neighbourOf(ORDERS);

    long NOON = 1_790_000_000_000L;
    Set<EntryKind> MESSAGES = Set.of(EntryKind.MESSAGE);

    /// A store and what its surroundings can do to it.
    interface Subject extends AutoCloseable {
        HistoryStore store();

        /// Closes the store and opens it again on the same data.
        void reopen();

        /// Lets the store drop what has expired at that time, and returns once it has.
        void expire(long nowMillis);

        @Override
        void close();
    }

    Subject subject() throws Exception;

    @Test
    default void entriesAreReadInTheOrderOfTheLog() throws Exception {
        try (Subject subject = subject()) {
            Script script = new Script();
            script.message(ORDERS, SHORT, NOON, "a").message(NEIGHBOUR, SHORT, NOON, "x");
            script.message(ORDERS, SHORT, NOON, "b").appendTo(subject);
            script.message(ORDERS, SHORT, NOON + 5, "c").appendTo(subject);

            HistoryPage page = all(subject, ORDERS, false);

            assertThat(texts(page)).containsExactly("a", "b", "c");
            assertThat(page.entries()).extracting(Entry::prevLsn).containsExactly(0L, 1L, 3L);
            assertThat(page.more()).isFalse();
            assertThat(texts(all(subject, ORDERS, true))).containsExactly("c", "b", "a");
            assertThat(texts(all(subject, NEIGHBOUR, false))).containsExactly("x");
        }
    }

    @Test
    default void anEntryIsReadAsItWasAppended() throws Exception {
        try (Subject subject = subject()) {
            Script script = new Script();
            script.message(ORDERS, LONG, NOON, "a");
            Entry appended = script.pending.getFirst().entry();
            script.appendTo(subject);

            assertThat(all(subject, ORDERS, false).entries()).containsExactly(appended);
        }
    }

    @Test
    default void pagesFollowEachOtherInBothDirections() throws Exception {
        try (Subject subject = subject()) {
            Script script = new Script();
            for (String text : List.of("a", "b", "c", "d", "e")) {
                script.message(ORDERS, SHORT, NOON, text);
            }
            script.appendTo(subject);

            HistoryPage first = page(subject, query(0, 5, false, 2, 1 << 20));
            HistoryPage second = page(subject, query(2, 5, false, 2, 1 << 20));
            HistoryPage third = page(subject, query(4, 5, false, 2, 1 << 20));
            assertThat(List.of(texts(first), texts(second), texts(third)))
                    .containsExactly(List.of("a", "b"), List.of("c", "d"), List.of("e"));
            assertThat(List.of(first.more(), second.more(), third.more())).containsExactly(true, true, false);

            HistoryPage newest = page(subject, query(0, 5, true, 3, 1 << 20));
            HistoryPage older = page(subject, query(0, 2, true, 3, 1 << 20));
            assertThat(texts(newest)).containsExactly("e", "d", "c");
            assertThat(newest.more()).isTrue();
            assertThat(texts(older)).containsExactly("b", "a");
            assertThat(older.more()).isFalse();
        }
    }

    @Test
    default void aPageThatIsJustFullHasNoMore() throws Exception {
        try (Subject subject = subject()) {
            new Script()
                    .message(ORDERS, SHORT, NOON, "a")
                    .message(ORDERS, SHORT, NOON, "b")
                    .appendTo(subject);

            assertThat(page(subject, query(0, 2, false, 2, 1 << 20)).more()).isFalse();
            assertThat(page(subject, query(0, 2, true, 2, 1 << 20)).more()).isFalse();
        }
    }

    @Test
    default void nothingPastTheUpperBoundIsRead() throws Exception {
        try (Subject subject = subject()) {
            new Script()
                    .message(ORDERS, SHORT, NOON, "a")
                    .message(ORDERS, SHORT, NOON, "b")
                    .message(ORDERS, SHORT, NOON, "c")
                    .appendTo(subject);

            assertThat(texts(page(subject, query(1, 2, false, 9, 1 << 20)))).containsExactly("b");
            assertThat(texts(page(subject, query(1, 2, true, 9, 1 << 20)))).containsExactly("b");
            assertThat(page(subject, query(1, 2, false, 9, 1 << 20)).more()).isFalse();
            assertThat(page(subject, query(3, 3, false, 9, 1 << 20)).entries()).isEmpty();
            assertThat(page(subject, query(0, 0, true, 9, 1 << 20)).entries()).isEmpty();
        }
    }

    @Test
    default void aPageEndsOnceItHoldsItsBytesButHoldsOneEntry() throws Exception {
        try (Subject subject = subject()) {
            new Script()
                    .message(ORDERS, SHORT, NOON, "a".repeat(1000))
                    .message(ORDERS, SHORT, NOON, "b".repeat(1000))
                    .message(ORDERS, SHORT, NOON, "c".repeat(1000))
                    .appendTo(subject);

            HistoryPage one = page(subject, query(0, 3, false, 9, 1));
            HistoryPage two = page(subject, query(0, 3, false, 9, 1500));
            assertThat(one.entries()).hasSize(1);
            assertThat(one.more()).isTrue();
            assertThat(two.entries()).hasSize(2);
            assertThat(two.more()).isTrue();
        }
    }

    @Test
    default void onlyTheKindsAskedForAreRead() throws Exception {
        try (Subject subject = subject()) {
            new Script()
                    .message(ORDERS, SHORT, NOON, "a")
                    .enter(ORDERS, SHORT, NOON, "ann")
                    .message(ORDERS, SHORT, NOON, "b")
                    .enter(ORDERS, SHORT, NOON, "bob")
                    .appendTo(subject);

            HistoryPage messages =
                    page(subject, new HistoryQuery(ORDERS.key(), 0, 4, 0, Long.MAX_VALUE, false, MESSAGES, 2, 1 << 20));
            HistoryPage presence = page(
                    subject,
                    new HistoryQuery(
                            ORDERS.key(), 0, 4, 0, Long.MAX_VALUE, true, Set.of(EntryKind.PRESENCE), 1, 1 << 20));
            assertThat(messages.entries()).extracting(Entry::lsn).containsExactly(1L, 3L);
            assertThat(messages.more()).isFalse();
            assertThat(presence.entries()).extracting(Entry::lsn).containsExactly(4L);
            assertThat(presence.more()).isTrue();
        }
    }

    @Test
    default void startAndEndTimeAreInclusive() throws Exception {
        try (Subject subject = subject()) {
            new Script()
                    .message(ORDERS, SHORT, NOON, "a")
                    .message(ORDERS, SHORT, NOON + 60_000, "b")
                    .message(ORDERS, SHORT, NOON + 90_000, "c")
                    .message(ORDERS, SHORT, NOON + 90_001, "d")
                    .appendTo(subject);

            for (boolean backwards : List.of(false, true)) {
                HistoryPage page = page(
                        subject,
                        new HistoryQuery(
                                ORDERS.key(), 0, 4, NOON + 60_000, NOON + 90_000, backwards, MESSAGES, 2, 1 << 20));
                assertThat(texts(page)).containsExactlyInAnyOrder("b", "c");
                assertThat(page.more()).isFalse();
            }
        }
    }

    @Test
    default void entriesOfDifferentRetentionAreReadInOneOrder() throws Exception {
        try (Subject subject = subject()) {
            new Script()
                    .message(ORDERS, LONG, NOON, "a")
                    .message(ORDERS, SHORT, NOON + 20_000, "b")
                    .message(ORDERS, LONG, NOON + 40_000, "c")
                    .message(ORDERS, SHORT, NOON + 60_000, "d")
                    .appendTo(subject);

            assertThat(texts(all(subject, ORDERS, false))).containsExactly("a", "b", "c", "d");
            assertThat(texts(all(subject, ORDERS, true))).containsExactly("d", "c", "b", "a");

            subject.expire(NOON + 600_000);

            assertThat(all(subject, ORDERS, false).entries())
                    .extracting(Entry::lsn, Entry::prevLsn)
                    .containsExactly(tuple(1L, 0L), tuple(3L, 2L));
        }
    }

    @Test
    default void callbacksComeInTheOrderOfAppends() throws Exception {
        try (Subject subject = subject()) {
            Script script = new Script();
            List<Integer> order = new ArrayList<>();
            CompletableFuture<Void> last = new CompletableFuture<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                script.message(ORDERS, i % 3 == 0 ? LONG : SHORT, NOON + i, "m" + i);
                subject.store().append(script.take(), failure -> {
                    order.add(number);
                    if (number == 99) {
                        last.complete(null);
                    }
                });
            }
            last.get(30, TimeUnit.SECONDS);

            assertThat(order).isSorted().hasSize(100);
        }
    }

    @Test
    default void anIdIsFoundOnItsChannelUntilTheWindowEnds() throws Exception {
        try (Subject subject = subject()) {
            IdHash id = new IdHash(7, 11);
            Script script = new Script().message(ORDERS, LONG, NOON, "a", Optional.of(id));
            Receipt receipt = script.pending.getFirst().entry().receipt();
            script.appendTo(subject);

            assertThat(get(subject.store().findId(ORDERS.key(), id))).contains(receipt);
            assertThat(get(subject.store().findId(ORDERS.key(), new IdHash(7, 12)))).isEmpty();
            assertThat(get(subject.store().findId(NEIGHBOUR.key(), id))).isEmpty();

            subject.reopen();
            subject.expire(NOON + DEDUPE_WINDOW.toMillis() - 1);
            assertThat(get(subject.store().findId(ORDERS.key(), id))).contains(receipt);

            subject.expire(NOON + 2 * DEDUPE_WINDOW.toMillis());
            assertThat(get(subject.store().findId(ORDERS.key(), id))).isEmpty();
        }
    }

    @Test
    default void aChannelThatNeverWasIsAtTheBeginning() throws Exception {
        try (Subject subject = subject()) {
            new Script().message(NEIGHBOUR, SHORT, NOON, "x").appendTo(subject);

            assertThat(get(subject.store().channel(ORDERS.key()))).isEqualTo(new ChannelImage(0, List.of()));
        }
    }

    @Test
    default void aChannelsPlaceIsExactWhileItIsRemembered() throws Exception {
        try (Subject subject = subject()) {
            new Script()
                    .message(ORDERS, SHORT, NOON, "a")
                    .message(ORDERS, SHORT, NOON, "b")
                    .message(NEIGHBOUR, SHORT, NOON + 300_000, "x")
                    .appendTo(subject);
            subject.expire(NOON + 600_000);
            subject.reopen();

            assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);
            assertThat(all(subject, ORDERS, false).entries()).isEmpty();
        }
    }

    @Test
    default void aForgottenChannelIsNotTakenForOlderThanItIs() throws Exception {
        try (Subject subject = subject()) {
            long later = NOON + 2 * CHANNEL_MEMORY.toMillis();
            Script script = new Script()
                    .message(NEIGHBOUR, SHORT, NOON, "x")
                    .message(ORDERS, SHORT, NOON, "a")
                    .message(NEIGHBOUR, SHORT, later, "y");
            script.appendTo(subject);
            subject.expire(later);

            assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);
            subject.reopen();
            assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);
            assertThat(get(subject.store().channel(NEIGHBOUR.key())).lastLsn()).isEqualTo(3);
        }
    }

    @Test
    default void aSlotThatFellSilentIsForgottenConservatively() throws Exception {
        try (Subject subject = subject()) {
            Script script = new Script().message(ORDERS, SHORT, NOON, "a").message(ORDERS, SHORT, NOON, "b");
            script.appendTo(subject);
            subject.reopen();
            subject.expire(NOON + 2 * CHANNEL_MEMORY.toMillis());
            subject.reopen();

            assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);
            assertThat(subject.store().recovered(ORDERS.key().slot()).lastLsn()).isEqualTo(2);
        }
    }

    @Test
    default void aShorterRetentionDoesNotTurnTheChannelBack() throws Exception {
        try (Subject subject = subject()) {
            new Script()
                    .message(ORDERS, LONG, NOON, "kept")
                    .message(ORDERS, SHORT, NOON + 1, "gone")
                    .appendTo(subject);
            subject.expire(NOON + 2 * CHANNEL_MEMORY.toMillis());

            assertThat(texts(all(subject, ORDERS, false))).containsExactly("kept");
            assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);
        }
    }

    @Test
    default void membersAreStoredWithTheEntryThatChangedThem() throws Exception {
        try (Subject subject = subject()) {
            Script script = new Script()
                    .enter(ORDERS, SHORT, NOON, "ann")
                    .enter(ORDERS, SHORT, NOON, "bob")
                    .enter(NEIGHBOUR, SHORT, NOON, "eve")
                    .leave(ORDERS, SHORT, NOON, "ann");
            script.appendTo(subject);

            assertThat(get(subject.store().channel(ORDERS.key())).members())
                    .extracting(Member::clientId)
                    .containsExactly("bob");

            subject.expire(NOON + 2 * CHANNEL_MEMORY.toMillis());
            subject.reopen();
            assertThat(subject.store().channelsWithMembers()).containsExactlyInAnyOrder(ORDERS, NEIGHBOUR);
            assertThat(get(subject.store().channel(ORDERS.key())).members())
                    .containsExactly(Script.member("bob", NOON));

            script.leave(NEIGHBOUR, SHORT, NOON, "eve").appendTo(subject);
            subject.reopen();
            assertThat(subject.store().channelsWithMembers()).containsExactly(ORDERS);
        }
    }

    @Test
    default void aReopenedStoreGoesOnWhereItStopped() throws Exception {
        try (Subject subject = subject()) {
            Script script = new Script()
                    .noop(ORDERS.key().slot(), SHORT, NOON)
                    .message(ORDERS, SHORT, NOON, "a");
            script.appendTo(subject);
            subject.reopen();

            SlotMeta recovered = subject.store().recovered(ORDERS.key().slot());
            assertThat(recovered).isEqualTo(script.meta(ORDERS.key().slot()));
            assertThat(recovered.lineage()).isEqualTo(1);

            script.message(ORDERS, SHORT, NOON + 1, "b").appendTo(subject);
            assertThat(texts(all(subject, ORDERS, false))).containsExactly("a", "b");
        }
    }

    @Test
    default void aClosedStoreRefusesAppends() throws Exception {
        Subject subject = subject();
        subject.close();

        CompletableFuture<Optional<Throwable>> done = new CompletableFuture<>();
        subject.store().append(new Script().message(ORDERS, SHORT, NOON, "a").take(), done::complete);

        assertThat(done.get(10, TimeUnit.SECONDS)).isPresent();
    }

    static HistoryQuery query(long afterLsn, long upToLsn, boolean backwards, int entriesMax, int bytesMax) {
        return new HistoryQuery(
                ORDERS.key(), afterLsn, upToLsn, 0, Long.MAX_VALUE, backwards, MESSAGES, entriesMax, bytesMax);
    }

    static HistoryPage all(Subject subject, ChannelId channel, boolean backwards) throws Exception {
        return page(
                subject,
                new HistoryQuery(
                        channel.key(),
                        0,
                        Long.MAX_VALUE,
                        0,
                        Long.MAX_VALUE,
                        backwards,
                        Set.of(EntryKind.values()),
                        1000,
                        1 << 20));
    }

    static HistoryPage page(Subject subject, HistoryQuery query) throws Exception {
        return get(subject.store().read(query));
    }

    static <T> T get(CompletionStage<T> answer) throws Exception {
        return answer.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    static List<String> texts(HistoryPage page) {
        return page.entries().stream().map(Script::text).toList();
    }

    private static ChannelId neighbourOf(ChannelId channel) {
        for (int i = 0; ; i++) {
            ChannelId candidate = ChannelId.of("shop", "neighbour-" + i);
            if (candidate.key().slot() == channel.key().slot()) {
                return candidate;
            }
        }
    }

    /// Confined: makes appends as an owner does, slot by slot and channel by channel.
    final class Script {
        private final Map<Integer, SlotMeta> metas = new HashMap<>();
        private final Map<ChannelKey, Long> lastLsns = new HashMap<>();
        private List<Append> pending = new ArrayList<>();

        public Script message(ChannelId channel, ChannelPolicy policy, long millis, String text) {
            return message(channel, policy, millis, text, Optional.empty());
        }

        public Script message(
                ChannelId channel, ChannelPolicy policy, long millis, String text, Optional<IdHash> id) {
            Message message = Message.of(Optional.of("event"), Payload.text(text));
            MessageBatch batch = new MessageBatch("c1:0", Optional.of("c1"), millis, List.of(message));
            return add(Optional.of(channel), channel.key(), policy, millis, new EntryBody.Messages(batch), id, List.of());
        }

        public Script enter(ChannelId channel, ChannelPolicy policy, long millis, String clientId) {
            Member member = member(clientId, millis);
            return presence(
                    channel, policy, millis, member.event().withAction(PresenceAction.ENTER), new MemberChange.Put(member));
        }

        public Script leave(ChannelId channel, ChannelPolicy policy, long millis, String clientId) {
            Member member = member(clientId, millis);
            return presence(
                    channel,
                    policy,
                    millis,
                    member.event().withAction(PresenceAction.LEAVE),
                    new MemberChange.Remove(member.key()));
        }

        public Script noop(int slot, ChannelPolicy policy, long millis) {
            return add(
                    Optional.empty(),
                    new ChannelKey(slot, 0, 0),
                    policy,
                    millis,
                    EntryBody.NONE,
                    Optional.empty(),
                    List.of());
        }

        private Script presence(
                ChannelId channel, ChannelPolicy policy, long millis, PresenceMessage event, MemberChange change) {
            PresenceBatch batch = new PresenceBatch("c1:0", Optional.of("c1"), millis, List.of(event));
            return add(
                    Optional.of(channel),
                    channel.key(),
                    policy,
                    millis,
                    new EntryBody.Presence(batch),
                    Optional.empty(),
                    List.of(change));
        }

        private Script add(
                Optional<ChannelId> channel,
                ChannelKey key,
                ChannelPolicy policy,
                long millis,
                EntryBody body,
                Optional<IdHash> id,
                List<MemberChange> members) {
            SlotMeta meta = meta(key.slot());
            Entry entry = new Entry(
                    meta.lastLsn() + 1,
                    1,
                    new Origin("eu", meta.lineage()),
                    meta.oseq() + 1,
                    key,
                    lastLsns.getOrDefault(key, 0L),
                    Hlc.next(meta.hlc(), millis),
                    body);
            SlotMeta after = meta.after(entry);
            metas.put(key.slot(), after);
            lastLsns.put(key, entry.lsn());
            pending.add(new Append(channel, entry, id, policy, members, after));
            return this;
        }

        /// Goes on with a channel where the store has recovered it.
        public Script goOn(HistoryStore store, ChannelId channel) throws Exception {
            int slot = channel.key().slot();
            metas.put(slot, store.recovered(slot));
            lastLsns.put(channel.key(), get(store.channel(channel.key())).lastLsn());
            return this;
        }

        public SlotMeta meta(int slot) {
            return metas.getOrDefault(slot, SlotMeta.empty(slot));
        }

        /// What was scripted since the last time.
        public List<Append> take() {
            List<Append> taken = pending;
            pending = new ArrayList<>();
            return taken;
        }

        /// Appends what was scripted as one batch and waits for it.
        public void appendTo(Subject subject) throws Exception {
            CompletableFuture<Optional<Throwable>> done = new CompletableFuture<>();
            subject.store().append(take(), done::complete);
            assertThat(done.get(30, TimeUnit.SECONDS)).isEmpty();
        }

        public static Member member(String clientId, long millis) {
            PresenceMessage event = new PresenceMessage(
                    PresenceAction.PRESENT,
                    Optional.of("c1:0:0"),
                    Optional.of(clientId),
                    Optional.of("c1"),
                    millis,
                    Payload.text("data of " + clientId),
                    Optional.empty(),
                    Map.of());
            return new Member(event, 3);
        }

        /// The payload of an entry's only message.
        public static String text(Entry entry) {
            if (entry.body() instanceof EntryBody.Messages(MessageBatch batch)
                    && batch.messages().getFirst().data() instanceof Payload.Text(String text)) {
                return text;
            }
            throw new AssertionError("not one text message: " + Arrays.toString(EntryCodec.encode(entry)));
        }
    }
}
