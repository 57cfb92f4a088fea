package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.hark.presence.Member;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every [HistoryStore] owes its callers; run by the in-memory store and by the real one.
public interface HistoryStoreContract extends SlotCopyContract {
    /// The stores under test remember ids and channels for this long.
    Duration DEDUPE_WINDOW = Duration.ofMinutes(5);

    Duration CHANNEL_MEMORY = Duration.ofHours(1);

    ChannelPolicy SHORT = new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2));
    ChannelPolicy LONG = new ChannelPolicy(Durability.FSYNC, Duration.ofHours(24));

    ChannelPolicy LONGER = new ChannelPolicy(Durability.FSYNC, Duration.ofHours(48));

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

    @Override
    Subject subject() throws Exception;

    @Test
    default void entriesAreReadInTheOrderOfTheLog() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript();
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
            LogScript script = new LogScript();
            script.message(ORDERS, LONG, NOON, "a");
            Entry appended = script.pending.getFirst().record().entry();
            script.appendTo(subject);

            assertThat(all(subject, ORDERS, false).entries()).containsExactly(appended);
        }
    }

    @Test
    default void pagesFollowEachOtherInBothDirections() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript();
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
            new LogScript()
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
            new LogScript()
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
            new LogScript()
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
            new LogScript()
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
            new LogScript()
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
            new LogScript()
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
            LogScript script = new LogScript();
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
            IdHash second = new IdHash(11, 7);
            LogScript script = new LogScript().message(ORDERS, LONG, NOON, "a", List.of(id, second));
            Receipt receipt = script.pending.getFirst().record().receipt();
            script.appendTo(subject);

            assertThat(get(subject.store().findId(ORDERS.key(), id))).contains(receipt);
            assertThat(get(subject.store().findId(ORDERS.key(), second))).contains(receipt);
            assertThat(get(subject.store().findId(ORDERS.key(), new IdHash(7, 12))))
                    .isEmpty();
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
            new LogScript().message(NEIGHBOUR, SHORT, NOON, "x").appendTo(subject);

            assertThat(get(subject.store().channel(ORDERS.key()))).isEqualTo(new ChannelImage(0, List.of()));
        }
    }

    @Test
    default void aChannelsPlaceIsExactWhileItIsRemembered() throws Exception {
        try (Subject subject = subject()) {
            new LogScript()
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
            LogScript script = new LogScript()
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
            LogScript script = new LogScript().message(ORDERS, SHORT, NOON, "a").message(ORDERS, SHORT, NOON, "b");
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
            new LogScript()
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
            LogScript script = new LogScript()
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
            assertThat(withMembers(subject)).containsExactlyInAnyOrder(ORDERS, NEIGHBOUR);
            assertThat(get(subject.store().channel(ORDERS.key())).members())
                    .containsExactly(LogScript.member("bob", NOON));

            script.leave(NEIGHBOUR, SHORT, NOON, "eve").appendTo(subject);
            subject.reopen();
            assertThat(withMembers(subject)).containsExactly(ORDERS);
        }
    }

    @Test
    default void aReopenedStoreGoesOnWhereItStopped() throws Exception {
        try (Subject subject = subject()) {
            LogScript script =
                    new LogScript().noop(ORDERS.key().slot(), SHORT, NOON).message(ORDERS, SHORT, NOON, "a");
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
        subject.store().append(new LogScript().message(ORDERS, SHORT, NOON, "a").take(), done::complete);

        assertThat(done.get(10, TimeUnit.SECONDS)).isPresent();
    }

    @Test
    default void rowsOfStateAreFoundByTheirKeys() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript().version(NEIGHBOUR, LONG, NOON + 9, NOON, Optional.of("not of orders"));
            for (int i = 0; i < 6; i++) {
                // In several segments and two classes, not in the order of their keys.
                long of = NOON + (i * 5 % 6) * 3_000_000L;
                script.version(ORDERS, i % 2 == 0 ? LONG : LONGER, NOON + 20_000_000 + i, of, Optional.of("of " + of));
            }
            script.enter(ORDERS, LONG, NOON + 20_000_007, "ann").appendTo(subject);
            List<String> keys = IntStream.range(0, 6)
                    .mapToObj(i -> LogScript.versionKey(NOON + i * 3_000_000L))
                    .toList();

            assertThat(keys(subject, state("", "", 9))).isEqualTo(keys);
            assertThat(keys(subject, state(keys.get(2), keys.get(2), 9))).containsExactly(keys.get(2));
            assertThat(keys(subject, state(keys.get(1), keys.get(4), 9))).isEqualTo(keys.subList(1, 5));
            assertThat(keys(subject, state("", "", 9).after(keys.get(3)))).isEqualTo(keys.subList(4, 6));
            assertThat(keys(subject, state(keys.get(0) + "x", keys.get(0) + "x", 9)))
                    .isEmpty();
            StatePage full = get(subject.store().state(state("", "", 6)));
            StatePage part = get(subject.store().state(state("", "", 5)));
            assertThat(List.of(full.more(), part.more())).containsExactly(false, true);
            assertThat(part.rows()).extracting(StateRow::key).isEqualTo(keys.subList(0, 5));
            assertThat(get(subject.store().state(state(keys.get(3), keys.get(3), 1)))
                            .rows())
                    .extracting(StateRow::value)
                    .containsExactly(new StateValue(("of " + (NOON + 9_000_000)).getBytes(StandardCharsets.UTF_8)));
            assertThat(get(subject.store().state(StateQuery.startingWith(ORDERS.key(), StateKind.PRESENCE, "c1:a", 9)))
                            .rows())
                    .extracting(StateRow::key)
                    .containsExactly("c1:ann");
        }
    }

    @Test
    default void rowsOfStateGoWithWhatTheyAreAbout() throws Exception {
        try (Subject subject = subject()) {
            long late = NOON + SHORT.retention().toMillis() - 1;
            LogScript script = new LogScript()
                    .message(ORDERS, SHORT, NOON, "a")
                    .message(ORDERS, SHORT, late, "b")
                    .version(ORDERS, SHORT, late, NOON, Optional.of("a changed"))
                    .version(ORDERS, SHORT, late, late, Optional.of("b changed"))
                    .enter(ORDERS, SHORT, late, "ann");
            script.appendTo(subject);

            subject.expire(NOON + SHORT.retention().toMillis() * 5 / 4);

            assertThat(keys(subject, state("", "", 9))).containsExactly(LogScript.versionKey(late));
            subject.reopen();
            assertThat(keys(subject, state("", "", 9))).containsExactly(LogScript.versionKey(late));

            subject.expire(late + SHORT.retention().toMillis() * 5 / 4);

            assertThat(keys(subject, state("", "", 9))).isEmpty();
            assertThat(withMembers(subject)).containsExactly(ORDERS);
        }
    }

    @Test
    default void theLastPublishIsKeptLongerThanTheLog() throws Exception {
        try (Subject subject = subject()) {
            new LogScript()
                    .last(ORDERS, SHORT, NOON, "a")
                    .last(ORDERS, SHORT, NOON + 1, "b")
                    .message(NEIGHBOUR, SHORT, NOON + 2, "x")
                    .appendTo(subject);
            HistoryQuery any = query(0, 9, true, 9, 1 << 20);
            assertThat(texts(page(subject, orLast(any)))).containsExactly("b", "a");

            subject.expire(NOON + 2 * SHORT.retention().toMillis());

            assertThat(texts(page(subject, any))).isEmpty();
            assertThat(texts(page(subject, orLast(any)))).containsExactly("b");
            assertThat(texts(page(subject, orLast(query(0, 1, true, 9, 1 << 20)))))
                    .containsExactly("a");
            assertThat(texts(page(subject, orLast(query(2, 9, true, 9, 1 << 20)))))
                    .isEmpty();
            subject.reopen();
            assertThat(texts(page(subject, orLast(any)))).containsExactly("b");

            subject.expire(NOON + 2 * LastPublish.KEPT.toMillis());

            assertThat(texts(page(subject, orLast(any)))).isEmpty();
        }
    }

    private static HistoryQuery orLast(HistoryQuery query) {
        return new HistoryQuery(
                query.channel(),
                query.afterLsn(),
                query.upToLsn(),
                query.startMillis(),
                query.endMillis(),
                query.backwards(),
                query.kinds(),
                query.entriesMax(),
                query.bytesMax(),
                query.form(),
                true);
    }

    @Test
    default void whatIsDueIsKnownWithTheChannel() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript()
                    .row(ORDERS, LONG, NOON + 1, StateKind.SUMMARY_DUE, NOON, Optional.of(""))
                    .row(ORDERS, SHORT, NOON + 1, StateKind.SUMMARY_DUE, NOON + 1, Optional.of(""))
                    .row(ORDERS, LONG, NOON + 1, StateKind.SUMMARY_DUE, NOON + 2, Optional.of(""))
                    .row(ORDERS, LONG, NOON + 3, StateKind.SUMMARY_DUE, NOON + 2, Optional.empty())
                    .row(NEIGHBOUR, LONG, NOON + 1, StateKind.SUMMARY_DUE, NOON + 5, Optional.of(""));
            script.appendTo(subject);

            assertThat(get(subject.store().channel(ORDERS.key())).dueSummaries())
                    .containsExactly(LogScript.versionKey(NOON), LogScript.versionKey(NOON + 1));
        }
    }

    @Test
    default void oneEntryIsFoundByItsPlace() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript()
                    .message(ORDERS, LONG, NOON, "a")
                    .message(NEIGHBOUR, LONG, NOON + 1, "x")
                    .version(ORDERS, SHORT, NOON + 1_000_000, NOON, Optional.of("b"));
            List<LogRecord> records =
                    script.pending.stream().map(Append::record).toList();
            script.appendTo(subject);

            assertThat(texts(subject, ORDERS, 0, 1, 2, 3, 4)).containsExactly("a", "b");
            assertThat(texts(subject, NEIGHBOUR, 1, 2, 3)).containsExactly("x");
            assertThat(record(subject, 3).orElseThrow())
                    .usingRecursiveComparison()
                    .isEqualTo(records.getLast());
            assertThat(record(subject, 2)).isEmpty();
            subject.expire(NOON + 2_000_000);
            assertThat(texts(subject, ORDERS, 1, 3)).containsExactly("a");
            assertThat(record(subject, 3)).isEmpty();
        }
    }

    private static Optional<LogRecord> record(Subject subject, long lsn) throws Exception {
        return get(subject.store().consult(view -> view.record(ORDERS.key(), lsn)));
    }

    private static List<String> texts(Subject subject, ChannelId channel, long... lsns) throws Exception {
        List<String> texts = new ArrayList<>();
        for (long lsn : lsns) {
            get(subject.store().consult(view -> view.entry(channel.key(), lsn)))
                    .ifPresent(entry -> texts.add(LogScript.text(entry)));
        }
        return texts;
    }

    private static StateQuery state(String from, String through, int rowsMax) {
        return new StateQuery(ORDERS.key(), StateKind.MESSAGE, from, through, 0, Long.MAX_VALUE, rowsMax);
    }

    private static List<String> keys(Subject subject, StateQuery query) throws Exception {
        return get(subject.store().state(query)).rows().stream()
                .map(StateRow::key)
                .toList();
    }

    private static List<ChannelId> withMembers(Subject subject) throws Exception {
        return get(subject.store().channelsWith(StateKind.PRESENCE, ORDERS.key().slot()));
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
        return page.entries().stream().map(LogScript::text).toList();
    }

    private static ChannelId neighbourOf(ChannelId channel) {
        for (int i = 0; ; i++) {
            ChannelId candidate = ChannelId.of("shop", "neighbour-" + i);
            if (candidate.key().slot() == channel.key().slot()) {
                return candidate;
            }
        }
    }
}
