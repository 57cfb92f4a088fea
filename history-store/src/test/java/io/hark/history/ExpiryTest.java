package io.hark.history;

import static io.hark.channel.HistoryStoreContract.LONG;
import static io.hark.channel.HistoryStoreContract.NOON;
import static io.hark.channel.HistoryStoreContract.ORDERS;
import static io.hark.channel.HistoryStoreContract.SHORT;
import static io.hark.channel.HistoryStoreContract.all;
import static io.hark.channel.HistoryStoreContract.get;
import static io.hark.channel.HistoryStoreContract.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.channel.IdHash;
import io.hark.channel.LogScript;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.TableProperties;

class ExpiryTest {
    private static final HistoryConfig SMALL_FILES = RocksSubject.CONFIG.withMemory(4 << 20, 1 << 20);

    @TempDir
    Path dir;

    @Test
    void expiredRowsGoByWholeFilesAndNotOneByOne() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, SMALL_FILES)) {
            Random random = new Random(1);
            LogScript script = new LogScript();
            for (int minute = 0; minute < 4; minute++) {
                for (int i = 0; i < 4000; i++) {
                    byte[] noise = new byte[300];
                    random.nextBytes(noise);
                    ChannelId channel = ChannelId.of("shop", "channel-" + i % 100);
                    script.message(
                            channel,
                            i % 10 == 0 ? LONG : SHORT,
                            NOON + minute * 60_000 + i,
                            new String(noise, StandardCharsets.ISO_8859_1),
                            Optional.of(new IdHash(minute, i)));
                }
                script.appendTo(subject);
            }
            Database database = subject.rocks().database();
            flush(database);
            // As the background does in time: files that hold few segments each, below the level that
            // flushes write to.
            for (Table table : Table.values()) {
                database.rocks().compactRange(database.handle(table));
            }
            long before = liveFileBytes(database);

            subject.expire(NOON + Duration.ofHours(1).toMillis());
            flush(database);

            assertThat(liveFileBytes(database)).isLessThan(before / 2);
            for (Table table : new Table[] {Table.HIST, Table.LOG, Table.DEDUPE, Table.CHAN}) {
                for (TableProperties file : database.rocks()
                        .getPropertiesOfAllTables(database.handle(table))
                        .values()) {
                    assertThat(file.getNumDeletions() - file.getNumRangeDeletions())
                            .isZero();
                }
            }
            assertThat(all(subject, ChannelId.of("shop", "channel-0"), false).entries())
                    .hasSize(160);
            assertThat(all(subject, ChannelId.of("shop", "channel-1"), false).entries())
                    .isEmpty();
        }
    }

    private static void flush(Database database) throws RocksDBException {
        try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
            for (Table table : Table.values()) {
                database.rocks().flush(options, database.handle(table));
            }
        }
    }

    private static long liveFileBytes(Database database) throws RocksDBException {
        long bytes = 0;
        for (Table table : Table.values()) {
            bytes += database.rocks().getLongProperty(database.handle(table), "rocksdb.live-sst-files-size");
        }
        return bytes;
    }

    @Test
    void rowsAreKeptForTheirRetentionAndAnEighthMoreAtMost() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            long retention = SHORT.retention().toMillis();
            new LogScript().message(ORDERS, SHORT, NOON, "a").appendTo(subject);

            subject.expire(NOON + retention - 1);
            assertThat(texts(all(subject, ORDERS, false))).containsExactly("a");

            subject.expire(NOON + retention + retention / 8);
            assertThat(all(subject, ORDERS, false).entries()).isEmpty();
        }
    }

    @Test
    void retentionsKeepTheirMeaningAcrossRestarts() throws Exception {
        ChannelPolicy other = new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(30));
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            LogScript script = new LogScript().message(ORDERS, LONG, NOON, "a").message(ORDERS, SHORT, NOON, "b");
            script.appendTo(subject);
            subject.reopen();
            script.message(ORDERS, other, NOON, "c")
                    .message(ORDERS, LONG, NOON, "d")
                    .appendTo(subject);
            subject.reopen();

            assertThat(texts(all(subject, ORDERS, false))).containsExactly("a", "b", "c", "d");
            subject.expire(NOON + Duration.ofMinutes(10).toMillis());
            assertThat(texts(all(subject, ORDERS, false))).containsExactly("a", "c", "d");
            subject.expire(NOON + Duration.ofMinutes(40).toMillis());
            assertThat(texts(all(subject, ORDERS, true))).containsExactly("d", "a");
        }
    }

    @Test
    void aChannelMemoryThatWasChangedIsConservativeAboutWhatItMayHaveForgotten() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            LogScript script = new LogScript().message(ORDERS, SHORT, NOON, "a");
            script.appendTo(subject);
            subject.openAgainWith(RocksSubject.CONFIG.withChannelMemory(Duration.ofMinutes(10)));
            script.message(ORDERS, SHORT, NOON + 1, "b").appendTo(subject);

            // The row of "b" goes, that of "a" from the longer memory before is still there.
            subject.expire(NOON + Duration.ofMinutes(20).toMillis());

            assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);
        }
    }

    @Test
    void aChannelMemoryThatIsChangedBackIsConservativeToo() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            LogScript script = new LogScript().message(ORDERS, SHORT, NOON, "a");
            script.appendTo(subject);
            subject.openAgainWith(RocksSubject.CONFIG.withChannelMemory(Duration.ofMinutes(10)));
            script.message(ORDERS, SHORT, NOON + 1, "b").appendTo(subject);
            subject.expire(NOON + Duration.ofMinutes(20).toMillis());
            subject.openAgainWith(RocksSubject.CONFIG);

            // The row of "a" is of the memory that counts now, that of "b" is gone.
            assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);
        }
    }

    @Test
    void aSlotsLastEntryMayHaveExpiredWhenTheStoreIsOpened() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            new LogScript().message(ORDERS, SHORT, NOON, "a").appendTo(subject);
            subject.expire(NOON + Duration.ofHours(10).toMillis());
            subject.reopen();

            assertThat(subject.store().recovered(ORDERS.key().slot()).lastLsn()).isEqualTo(1);
        }
    }
}
