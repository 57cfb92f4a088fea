package io.hark.history;

import static io.hark.channel.HistoryStoreContract.LONG;
import static io.hark.channel.HistoryStoreContract.NOON;
import static io.hark.channel.HistoryStoreContract.ORDERS;
import static io.hark.channel.HistoryStoreContract.SHORT;
import static io.hark.channel.HistoryStoreContract.all;
import static io.hark.channel.HistoryStoreContract.get;
import static io.hark.channel.HistoryStoreContract.texts;
import static io.hark.channel.SlotCopyContract.ELSEWHERE;
import static io.hark.channel.SlotCopyContract.SLOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.channel.DamagedEntry;
import io.hark.channel.Lifetime;
import io.hark.channel.LogPage;
import io.hark.channel.LogScript;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotRow;
import io.hark.channel.StateKind;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

class SlotLogTest {
    /// More than are taken back in one batch.
    private static final int MANY = 10_000;

    @TempDir
    Path dir;

    private static LogScript manyEntries(RocksSubject subject) throws Exception {
        LogScript script = new LogScript();
        for (int i = 1; i <= MANY; i++) {
            if (i % 10 == 0) {
                script.enter(ORDERS, LONG, NOON + i * 1000L, "client-" + i % 7);
            } else {
                script.message(ORDERS, i % 3 == 0 ? SHORT : LONG, NOON + i * 1000L, "m" + i);
            }
        }
        script.appendTo(subject);
        return script;
    }

    @Test
    void aLongTailIsTruncatedAndTheRestStays() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            manyEntries(subject);

            SlotMeta cut = get(subject.store().truncate(SLOT, 17)).orElseThrow();

            assertThat(cut.lastLsn()).isEqualTo(17);
            assertThat(get(subject.store().log(SLOT, 0, MANY, 1 << 30)).records())
                    .hasSize(17);
            assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(17);
            assertThat(get(subject.store().channel(ORDERS.key())).members())
                    .containsExactly(LogScript.member("client-3", NOON + 10_000));
            subject.reopen();
            assertThat(subject.store().recovered(SLOT)).isEqualTo(cut);
            assertThat(subject.rocks().dirtySlots()).isEmpty();
        }
    }

    @Test
    void pagesOfALongLogJoin() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            manyEntries(subject);
            long last = 0;
            LogPage page;
            do {
                page = get(subject.store().log(SLOT, last, 700, 1 << 30));
                assertThat(page.isContiguousAfter(last)).isTrue();
                last = page.records().getLast().lsn();
            } while (page.more());

            assertThat(last).isEqualTo(MANY);
        }
    }

    @Test
    void aRecordWhoseEntryIsGoneIsNotPassedOver() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            LogScript script = new LogScript()
                    .message(ORDERS, LONG, NOON, "a")
                    .message(ORDERS, LONG, NOON, "b")
                    .message(ORDERS, LONG, NOON, "c");
            script.appendTo(subject);
            Database database = subject.rocks().database();
            long segment = subject.rocks().liveHistorySegments()[0];
            database.rocks().delete(database.handle(Table.HIST), Rows.historyKey(segment, ORDERS.key(), 2));

            assertThatThrownBy(() -> get(subject.store().log(SLOT, 0, 9, 9999))).hasCauseInstanceOf(DamagedEntry.class);
            // Without what it changed, it cannot be taken back; the store lives on.
            assertThatThrownBy(() -> get(subject.store().truncate(SLOT, 1))).hasCauseInstanceOf(DamagedEntry.class);
            assertThat(subject.failure.get()).isNull();
            script.message(ORDERS, LONG, NOON, "d").appendTo(subject);
            assertThat(texts(all(subject, ORDERS, false))).containsExactly("a", "c", "d");
            get(subject.store().wipe(SLOT));
            assertThat(all(subject, ORDERS, false).entries()).isEmpty();
        }
    }

    @Test
    void anEntryInAnothersPlaceIsNotHandedOn() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            new LogScript()
                    .message(ORDERS, LONG, NOON, "a")
                    .message(ORDERS, LONG, NOON, "b")
                    .appendTo(subject);
            Database database = subject.rocks().database();
            long segment = subject.rocks().liveHistorySegments()[0];
            byte[] first = database.get(Table.HIST, Rows.historyKey(segment, ORDERS.key(), 1))
                    .orElseThrow();
            database.rocks().put(database.handle(Table.HIST), Rows.historyKey(segment, ORDERS.key(), 2), first);

            assertThatThrownBy(() -> get(subject.store().log(SLOT, 0, 9, 9999))).hasCauseInstanceOf(DamagedEntry.class);
        }
    }

    @Test
    void aPlaceOfAFormerChannelMemoryIsHandedOnAsABound() throws Exception {
        HistoryConfig shorter = RocksSubject.CONFIG.withChannelMemory(Duration.ofMinutes(10));
        try (RocksSubject subject = new RocksSubject(dir.resolve("one"), RocksSubject.CONFIG);
                RocksSubject other = new RocksSubject(dir.resolve("other"), shorter)) {
            LogScript script = new LogScript().message(ORDERS, LONG, NOON, "a");
            script.appendTo(subject);
            subject.openAgainWith(shorter);
            script.message(ORDERS, LONG, NOON + 1, "b").appendTo(subject);
            subject.expire(NOON + Duration.ofMinutes(20).toMillis());

            SlotImage image = get(subject.store().image(SLOT, SlotImage.START, 9));
            get(other.store().install(script.meta(SLOT), image));

            // The row left says 1, the channel's last entry is 2.
            assertThat(get(other.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);
        }
    }

    @Test
    void aWipeDeletesRangesOnlyWhereThereAreRows() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            new LogScript().message(ELSEWHERE, LONG, NOON, "a").appendTo(subject);
            for (int slot = 0; slot < 300; slot++) {
                if (slot != ELSEWHERE.key().slot()) {
                    get(subject.store().wipe(slot));
                }
            }

            assertThat(rangeDeletions(subject)).isZero();
            assertThat(texts(all(subject, ELSEWHERE, false))).containsExactly("a");
        }
    }

    private static long rangeDeletions(RocksSubject subject) throws RocksDBException {
        Database database = subject.rocks().database();
        return database.rocks().getLongProperty(database.handle(Table.HIST), "rocksdb.num-deletes-active-mem-table");
    }

    @Test
    void anImageOfAnotherSlotIsRefused() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            StateRow row =
                    new StateRow(StateKind.PRESENCE, "conn:ann", Lifetime.LASTING, new StateValue(new byte[] {1}));
            SlotImage image = new SlotImage(List.of(new SlotRow.State(ELSEWHERE, row)), 0, SlotImage.START);

            assertThatThrownBy(() -> get(subject.store().install(SlotMeta.empty(SLOT), image)))
                    .hasCauseInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> get(subject.store().image(SLOT, new byte[] {9}, 9)))
                    .hasCauseInstanceOf(IllegalArgumentException.class);
            assertThat(subject.failure.get()).isNull();
        }
    }
}
