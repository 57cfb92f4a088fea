package io.hark.channel;

import static io.hark.channel.HistoryStoreContract.CHANNEL_MEMORY;
import static io.hark.channel.HistoryStoreContract.LONG;
import static io.hark.channel.HistoryStoreContract.NEIGHBOUR;
import static io.hark.channel.HistoryStoreContract.NOON;
import static io.hark.channel.HistoryStoreContract.ORDERS;
import static io.hark.channel.HistoryStoreContract.SHORT;
import static io.hark.channel.HistoryStoreContract.all;
import static io.hark.channel.HistoryStoreContract.get;
import static io.hark.channel.HistoryStoreContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.channel.HistoryStoreContract.Subject;
import io.hark.presence.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What every [HistoryStore] owes the replicas of a slot: its log in one order, taking back, and copies.
public interface SlotCopyContract {
    int SLOT = ORDERS.key().slot();
    ChannelId ELSEWHERE = elsewhere();
    long MINUTE = 60_000;

    Subject subject() throws Exception;

    /// A second store beside the first.
    Subject another() throws Exception;

    @Test
    default void theLogOfASlotHasAllItsRecordsInOneOrder() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript().noop(SLOT, SHORT, NOON);
            for (int i = 0; i < 12; i++) {
                script.message(i % 2 == 0 ? ORDERS : NEIGHBOUR, i % 3 == 0 ? LONG : SHORT, NOON + i * 20_000L, "m" + i)
                        .message(ELSEWHERE, LONG, NOON, "not of the slot")
                        .enter(ORDERS, i % 3 == 1 ? LONG : SHORT, NOON + i * 20_000L, "c" + i % 2);
            }
            script.message(ORDERS, LONG, NOON + 5 * MINUTE, "with id", Optional.of(new IdHash(1, 2)));
            List<LogRecord> appended = script.pending.stream()
                    .map(Append::record)
                    .filter(record -> record.head().channel().slot() == SLOT)
                    .toList();
            script.appendTo(subject);

            for (int after = 0; after <= appended.size(); after++) {
                LogPage page = log(subject, after);
                assertThat(page.records())
                        .usingRecursiveComparison()
                        .isEqualTo(appended.subList(after, appended.size()));
                assertThat(page.more()).isFalse();
                assertThat(page.isContiguousAfter(after)).isTrue();
            }
            assertThat(log(subject, appended.size() + 7).records()).isEmpty();
        }
    }

    @Test
    default void pagesOfTheLogEndWhenTheyAreFull() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript();
            for (String text : List.of("a", "b", "c")) {
                script.message(ORDERS, LONG, NOON, text.repeat(1000));
            }
            script.appendTo(subject);

            LogPage two = get(subject.store().log(SLOT, 0, 2, 1 << 20));
            LogPage last = get(subject.store().log(SLOT, 2, 2, 1 << 20));
            LogPage justFull = get(subject.store().log(SLOT, 0, 3, 1 << 20));
            LogPage one = get(subject.store().log(SLOT, 0, 9, 1));
            assertThat(List.of(lsns(two), lsns(last), lsns(justFull), lsns(one)))
                    .containsExactly(List.of(1L, 2L), List.of(3L), List.of(1L, 2L, 3L), List.of(1L));
            assertThat(List.of(two.more(), last.more(), justFull.more(), one.more()))
                    .containsExactly(true, false, false, true);
        }
    }

    @Test
    default void expiredRecordsLeaveHolesInTheLog() throws Exception {
        try (Subject subject = subject()) {
            new LogScript()
                    .message(ORDERS, LONG, NOON, "a")
                    .message(ORDERS, SHORT, NOON, "b")
                    .message(NEIGHBOUR, LONG, NOON + MINUTE, "c")
                    .appendTo(subject);
            assertThat(log(subject, 0).isContiguousAfter(0)).isTrue();

            subject.expire(NOON + 10 * MINUTE);

            assertThat(lsns(log(subject, 0))).containsExactly(1L, 3L);
            assertThat(log(subject, 0).isContiguousAfter(0)).isFalse();
            assertThat(log(subject, 2).isContiguousAfter(2)).isTrue();
        }
    }

    @Test
    default void anImageIsUnprovenUntilSomebodySaysOtherwise() throws Exception {
        try (Subject subject = subject()) {
            SlotMeta meta = new LogScript().noop(SLOT, SHORT, NOON).meta(SLOT);
            SlotImage nothing = new SlotImage(List.of(), 0, SlotImage.START);
            get(subject.store().install(meta, nothing));
            subject.reopen();
            assertThat(subject.store().isUnproven(SLOT)).isTrue();
            assertThat(subject.store().isUnproven(SLOT + 1)).isFalse();

            subject.store().proven(SLOT);
            subject.reopen();
            assertThat(subject.store().isUnproven(SLOT)).isFalse();

            get(subject.store().install(meta, nothing));
            get(subject.store().wipe(SLOT));
            subject.reopen();
            assertThat(subject.store().isUnproven(SLOT)).isFalse();
        }
    }

    @Test
    default void whatIsTruncatedWasNever() throws Exception {
        try (Subject subject = subject()) {
            IdHash kept = new IdHash(1, 1);
            IdHash gone = new IdHash(2, 2);
            LogScript script = new LogScript()
                    .noop(SLOT, SHORT, NOON)
                    .message(ORDERS, SHORT, NOON, "a", Optional.of(kept))
                    .enter(ORDERS, LONG, NOON + 1, "ann")
                    .enter(ORDERS, SHORT, NOON + 2, "bob")
                    .version(ORDERS, LONG, NOON + 3, NOON, Optional.of("changed"))
                    .version(ORDERS, LONG, NOON + 4, NOON + 1, Optional.of("other"));
            SlotMeta before = script.meta(SLOT);
            script.appendTo(subject);
            List<Object> answers = answers(subject, kept, gone);
            // The tail reaches into later segments, in which rows of the channels stand already.
            script.epoch(2)
                    .message(ORDERS, LONG, NOON + 20 * MINUTE, "b", List.of(new IdHash(3, 3), gone))
                    .enter(ORDERS, SHORT, NOON + 20 * MINUTE, "ann")
                    .leave(ORDERS, SHORT, NOON + 20 * MINUTE, "ann")
                    .enter(ORDERS, LONG, NOON + 21 * MINUTE, "eve")
                    .enter(NEIGHBOUR, SHORT, NOON + 21 * MINUTE, "joe")
                    .message(ELSEWHERE, LONG, NOON, "stays")
                    .version(ORDERS, LONG, NOON + 30 * MINUTE, NOON, Optional.of("changed again"))
                    .version(ORDERS, LONG, NOON + 30 * MINUTE, NOON, Optional.of("and again"))
                    .version(ORDERS, LONG, NOON + 31 * MINUTE, NOON + 1, Optional.empty())
                    .version(NEIGHBOUR, SHORT, NOON + 31 * MINUTE, NOON + 20 * MINUTE, Optional.of("new"))
                    .leave(ORDERS, SHORT, NOON + 40 * MINUTE, "bob")
                    .message(NEIGHBOUR, SHORT, NOON + 40 * MINUTE, "x");
            script.appendTo(subject);
            assertThat(answers(subject, kept, gone)).isNotEqualTo(answers);

            assertThat(get(subject.store().truncate(SLOT, 6))).contains(before);

            assertThat(answers(subject, kept, gone)).isEqualTo(answers);
            subject.reopen();
            assertThat(subject.store().recovered(SLOT)).isEqualTo(before);
            assertThat(answers(subject, kept, gone)).isEqualTo(answers);
            assertThat(texts(all(subject, ELSEWHERE, false))).containsExactly("stays");
        }
    }

    @Test
    default void whatIsAmongTheRowsAlreadyIsNotChangedAgainByItsRecord() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript().enter(ORDERS, LONG, NOON, "ann");
            Append append = script.take().getFirst();
            CompletableFuture<Optional<Throwable>> done = new CompletableFuture<>();
            subject.store().append(List.of(new Append(append.record(), append.after(), true)), done::complete);
            assertThat(done.get(30, TimeUnit.SECONDS)).isEmpty();

            assertThat(get(subject.store().channel(ORDERS.key())).members()).isEmpty();
            assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(1);
            assertThat(log(subject, 0).records().getFirst().changes())
                    .isEqualTo(append.record().changes());
        }
    }

    @Test
    default void theLogGoesOnWhereItWasTruncated() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript()
                    .message(ORDERS, LONG, NOON, "a")
                    .enter(ORDERS, LONG, NOON, "ann")
                    .message(ORDERS, LONG, NOON + 30 * MINUTE, "wrong")
                    .message(NEIGHBOUR, LONG, NOON + 31 * MINUTE, "wrong")
                    .leave(ORDERS, LONG, NOON + 32 * MINUTE, "ann");
            script.appendTo(subject);
            SlotMeta cut = get(subject.store().truncate(SLOT, 2)).orElseThrow();
            script.goOn(cut, subject.store(), NEIGHBOUR)
                    .goOn(cut, subject.store(), ORDERS)
                    .epoch(3)
                    .message(ORDERS, LONG, NOON + MINUTE, "b")
                    .message(NEIGHBOUR, LONG, NOON + MINUTE, "x");
            SlotMeta end = script.meta(SLOT);
            script.appendTo(subject);

            assertThat(end.epochs()).containsExactly(new SlotMeta.EpochStart(1, 1), new SlotMeta.EpochStart(3, 3));
            assertThat(lsns(log(subject, 0))).containsExactly(1L, 2L, 3L, 4L);
            assertThat(all(subject, ORDERS, false).entries())
                    .extracting(Entry::prevLsn)
                    .containsExactly(0L, 1L, 2L);
            assertThat(place(subject, ORDERS)).isEqualTo(3);
            assertThat(place(subject, NEIGHBOUR)).isEqualTo(4);
            assertThat(members(subject, ORDERS)).containsExactly("ann");
            subject.reopen();
            assertThat(subject.store().recovered(SLOT)).isEqualTo(end);
            subject.expire(NOON + 2 * CHANNEL_MEMORY.toMillis());
            assertThat(place(subject, ORDERS)).isBetween(3L, 4L);
            assertThat(place(subject, NEIGHBOUR)).isEqualTo(4);
        }
    }

    @Test
    default void truncatingComesInTurnWithAppends() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript().message(ORDERS, LONG, NOON, "a");
            SlotMeta cut = script.meta(SLOT);
            script.message(ORDERS, SHORT, NOON, "b").message(ORDERS, LONG, NOON, "c");
            List<Append> before = script.take();
            LogScript other = new LogScript().message(ORDERS, LONG, NOON, "a");
            other.take();
            List<Append> after =
                    other.epoch(2).message(ORDERS, SHORT, NOON, "instead of b").take();
            List<String> order = new ArrayList<>();
            CompletableFuture<Optional<Throwable>> done = new CompletableFuture<>();

            subject.store().append(before, failure -> order.add("before"));
            CompletionStage<Void> truncated = subject.store().truncate(SLOT, 1).thenAccept(meta -> {
                assertThat(meta).contains(cut);
                order.add("truncated");
            });
            subject.store().append(after, failure -> {
                order.add("after");
                done.complete(failure);
            });

            assertThat(done.get(30, TimeUnit.SECONDS)).isEmpty();
            get(truncated);
            assertThat(order).contains("before", "truncated", "after");
            assertThat(order.indexOf("before")).isLessThan(order.indexOf("after"));
            assertThat(texts(all(subject, ORDERS, false))).containsExactly("a", "instead of b");
        }
    }

    @Test
    default void nothingIsTruncatedThatIsNotKept() throws Exception {
        try (Subject subject = subject()) {
            LogScript script = new LogScript()
                    .message(ORDERS, SHORT, NOON, "a")
                    .message(ORDERS, LONG, NOON, "b")
                    .message(ORDERS, SHORT, NOON, "c")
                    .message(ORDERS, LONG, NOON + 10 * MINUTE, "d")
                    .message(ORDERS, LONG, NOON + 10 * MINUTE, "e");
            script.appendTo(subject);
            subject.expire(NOON + 10 * MINUTE);

            for (long lsn : new long[] {0, 1, 2, 6}) {
                // What "c" changed is not known any more, so nothing before it is either.
                assertThat(get(subject.store().truncate(SLOT, lsn)))
                        .as("to %d", lsn)
                        .isEmpty();
            }
            assertThat(lsns(log(subject, 0))).containsExactly(2L, 4L, 5L);
            assertThat(get(subject.store().truncate(SLOT, 5))).contains(script.meta(SLOT));
            assertThat(get(subject.store().truncate(SLOT, 4)).orElseThrow().lastLsn())
                    .isEqualTo(4);
            assertThat(place(subject, ORDERS)).isEqualTo(4);

            SlotMeta expired = get(subject.store().truncate(SLOT, 3)).orElseThrow();
            assertThat(expired.lastLsn()).isEqualTo(3);
            assertThat(expired.oseq()).isEqualTo(3);
            assertThat(expired.hlc()).isBetween(Hlc.next(0, NOON), Hlc.next(0, NOON + 10 * MINUTE));
            assertThat(place(subject, ORDERS)).isEqualTo(3);
            subject.reopen();
            assertThat(subject.store().recovered(SLOT)).isEqualTo(expired);
        }
    }

    @Test
    default void aSlotCanBeTruncatedToItsBeginning() throws Exception {
        try (Subject subject = subject()) {
            new LogScript()
                    .enter(ORDERS, LONG, NOON, "ann")
                    .version(ORDERS, LONG, NOON, NOON, Optional.of("changed"))
                    .message(NEIGHBOUR, SHORT, NOON, "x", Optional.of(new IdHash(1, 1)))
                    .appendTo(subject);

            assertThat(get(subject.store().truncate(SLOT, 0))).contains(SlotMeta.empty(SLOT));

            assertHasNothing(subject);
            subject.reopen();
            assertHasNothing(subject);
        }
    }

    @Test
    default void aWipedSlotIsAsIfItHadNeverBeen() throws Exception {
        try (Subject subject = subject()) {
            new LogScript()
                    .enter(ORDERS, LONG, NOON, "ann")
                    .version(ORDERS, LONG, NOON, NOON, Optional.of("changed"))
                    .message(NEIGHBOUR, SHORT, NOON, "x", Optional.of(new IdHash(1, 1)))
                    .message(ELSEWHERE, LONG, NOON, "stays")
                    .message(ORDERS, LONG, NOON + 3 * CHANNEL_MEMORY.toMillis(), "later")
                    .appendTo(subject);
            subject.expire(NOON + 2 * CHANNEL_MEMORY.toMillis());
            assertThat(place(subject, NEIGHBOUR)).isPositive();

            get(subject.store().wipe(SLOT));

            assertHasNothing(subject);
            subject.reopen();
            assertHasNothing(subject);
            assertThat(texts(all(subject, ELSEWHERE, false))).containsExactly("stays");
            new LogScript().message(ORDERS, SHORT, NOON, "anew").appendTo(subject);
            assertThat(texts(all(subject, ORDERS, false))).containsExactly("anew");
        }
    }

    @Test
    default void anInstalledImageGivesTheSameAnswers() throws Exception {
        try (Subject from = subject();
                Subject to = another()) {
            IdHash first = new IdHash(1, 1);
            IdHash second = new IdHash(-2, 2);
            long start = NOON - 2 * CHANNEL_MEMORY.toMillis();
            LogScript script = new LogScript()
                    .message(ChannelId.of("shop", "forgotten"), LONG, NOON, "not of the slot")
                    .message(ORDERS, SHORT, start, "forgotten")
                    .noop(SLOT, SHORT, NOON)
                    .message(NEIGHBOUR, LONG, NOON, "x", Optional.of(first))
                    .enter(NEIGHBOUR, LONG, NOON + MINUTE, "ann")
                    .enter(NEIGHBOUR, LONG, NOON + 10 * MINUTE, "bob")
                    .version(NEIGHBOUR, LONG, NOON + 10 * MINUTE, NOON, Optional.of("changed"))
                    .version(ORDERS, SHORT, NOON + 10 * MINUTE, NOON + 10 * MINUTE, Optional.of("of another class"))
                    .message(NEIGHBOUR, SHORT, NOON + 11 * MINUTE, "y", Optional.of(second));
            script.appendTo(from);
            from.expire(NOON);
            new LogScript().enter(ORDERS, LONG, NOON, "old").appendTo(to);
            List<Object> answers = answers(from, first, second);

            get(to.store().wipe(SLOT));
            byte[] next = SlotImage.START;
            int pages = 0;
            SlotImage page;
            do {
                page = get(from.store().image(SLOT, next, 1));
                assertThat(page.rows()).hasSizeLessThanOrEqualTo(1);
                get(to.store().install(page.isLast() ? script.meta(SLOT) : SlotMeta.empty(SLOT), page));
                next = page.next();
                pages++;
            } while (!page.isLast());

            assertThat(pages).isGreaterThanOrEqualTo(7);
            assertThat(answers(to, first, second).subList(1, answers.size()))
                    .isEqualTo(answers.subList(1, answers.size()));
            to.reopen();
            assertThat(to.store().recovered(SLOT)).isEqualTo(script.meta(SLOT));
            assertThat(answers(to, first, second).subList(1, answers.size()))
                    .isEqualTo(answers.subList(1, answers.size()));
            // Places that came with an image are forgotten as carefully as others.
            to.expire(NOON + 2 * CHANNEL_MEMORY.toMillis());
            assertThat(place(to, NEIGHBOUR)).isEqualTo(place(from, NEIGHBOUR));
            assertThat(get(to.store().truncate(SLOT, 3))).isEmpty();
        }
    }

    @Test
    default void anImageThatIsAheadOfTheLogIsCaughtUpWith() throws Exception {
        try (Subject from = subject();
                Subject to = another()) {
            LogScript script = new LogScript().message(ORDERS, LONG, NOON, "a").enter(ORDERS, LONG, NOON, "ann");
            SlotMeta base = script.meta(SLOT);
            script.leave(ORDERS, LONG, NOON + MINUTE, "ann")
                    .version(ORDERS, LONG, NOON + MINUTE, NOON, Optional.of("changed"))
                    .message(NEIGHBOUR, SHORT, NOON + 20 * MINUTE, "x", Optional.of(new IdHash(1, 1)))
                    .enter(NEIGHBOUR, SHORT, NOON + 20 * MINUTE, "bob")
                    .message(ORDERS, LONG, NOON + 21 * MINUTE, "b");
            List<Append> appends = script.take();
            LogScript again = new LogScript();
            again.pending.addAll(appends);
            again.appendTo(from);

            get(to.store().install(base, get(from.store().image(SLOT, SlotImage.START, 100))));
            again.pending.addAll(appends.subList(2, appends.size()));
            again.appendTo(to);

            List<Object> expected = answers(from, new IdHash(1, 1), new IdHash(2, 2));
            List<Object> actual = answers(to, new IdHash(1, 1), new IdHash(2, 2));
            assertThat(actual.subList(1, actual.size())).isEqualTo(expected.subList(1, expected.size()));
            assertThat(lsns(log(to, 2))).containsExactly(3L, 4L, 5L, 6L, 7L);
            to.reopen();
            assertThat(to.store().recovered(SLOT)).isEqualTo(script.meta(SLOT));
            assertThat(get(to.store().truncate(SLOT, 5)).orElseThrow().lastLsn())
                    .isEqualTo(5);
            assertThat(members(to, NEIGHBOUR)).isEmpty();
            assertThat(place(to, NEIGHBOUR)).isEqualTo(5);
        }
    }

    @Test
    default void aClosedStoreChangesNoSlots() throws Exception {
        Subject subject = subject();
        subject.close();

        for (CompletionStage<?> refused : List.of(
                subject.store().truncate(SLOT, 0),
                subject.store().wipe(SLOT),
                subject.store().install(SlotMeta.empty(SLOT), new SlotImage(List.of(), 0, SlotImage.START)))) {
            assertThatThrownBy(() -> get(refused)).hasCauseInstanceOf(IllegalStateException.class);
        }
    }

    private static void assertHasNothing(Subject subject) throws Exception {
        assertThat(log(subject, 0).records()).isEmpty();
        assertThat(all(subject, ORDERS, false).entries()).isEmpty();
        assertThat(get(subject.store().channel(ORDERS.key()))).isEqualTo(new ChannelImage(0, List.of()));
        assertThat(get(subject.store().channel(NEIGHBOUR.key()))).isEqualTo(new ChannelImage(0, List.of()));
        assertThat(get(subject.store().findId(NEIGHBOUR.key(), new IdHash(1, 1))))
                .isEmpty();
        assertThat(get(subject.store().channelsWith(StateKind.PRESENCE, SLOT))).isEmpty();
        assertThat(LogScript.rows(subject.store(), ORDERS)).isEmpty();
        SlotImage image = get(subject.store().image(SLOT, SlotImage.START, 9));
        assertThat(image.rows()).isEmpty();
        assertThat(image.trimmedLsn()).isZero();
    }

    /// Everything that a store says of the slot; first its log.
    private static List<Object> answers(Subject subject, IdHash first, IdHash second) throws Exception {
        List<Object> answers = new ArrayList<>();
        answers.add(lsns(log(subject, 0)));
        for (ChannelId channel : List.of(ORDERS, NEIGHBOUR)) {
            answers.add(get(subject.store().channel(channel.key())));
            LogScript.rows(subject.store(), channel).forEach(row -> answers.add(row.key() + '=' + row.value()));
            answers.add(get(subject.store().findId(channel.key(), first)));
            answers.add(get(subject.store().findId(channel.key(), second)));
        }
        answers.add(get(subject.store().channelsWith(StateKind.PRESENCE, SLOT)));
        return answers;
    }

    private static LogPage log(Subject subject, long afterLsn) throws Exception {
        return get(subject.store().log(SLOT, afterLsn, 1000, 1 << 20));
    }

    private static List<Long> lsns(LogPage page) {
        return page.records().stream().map(LogRecord::lsn).toList();
    }

    private static long place(Subject subject, ChannelId channel) throws Exception {
        return get(subject.store().channel(channel.key())).lastLsn();
    }

    private static List<String> members(Subject subject, ChannelId channel) throws Exception {
        return get(subject.store().channel(channel.key())).members().stream()
                .map(Member::clientId)
                .toList();
    }

    private static ChannelId elsewhere() {
        for (int i = 0; ; i++) {
            ChannelId candidate = ChannelId.of("shop", "elsewhere-" + i);
            if (candidate.key().slot() == (ORDERS.key().slot() + 1) % Slots.COUNT) {
                return candidate;
            }
        }
    }
}
