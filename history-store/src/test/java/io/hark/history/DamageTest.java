package io.hark.history;

import static io.hark.channel.HistoryStoreContract.LONG;
import static io.hark.channel.HistoryStoreContract.NOON;
import static io.hark.channel.HistoryStoreContract.ORDERS;
import static io.hark.channel.HistoryStoreContract.all;
import static io.hark.channel.HistoryStoreContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.channel.DamagedEntry;
import io.hark.channel.LogScript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;

class DamageTest {
    private static final int STEPS = 40;

    @TempDir
    Path dir;

    @Test
    void aChangedFileNeverGivesOtherEntries() throws Exception {
        List<String> written = new ArrayList<>();
        RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG);
        LogScript script = new LogScript();
        for (int i = 0; i < 200; i++) {
            written.add("message " + i);
            script.message(ORDERS, LONG, NOON + i, "message " + i);
        }
        script.appendTo(subject);
        Database database = subject.rocks().database();
        try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
            database.rocks().flush(options, database.handle(Table.HIST));
        }
        Path file = database.rocks().getLiveFilesMetaData().stream()
                .filter(each -> new String(each.columnFamilyName()).equals("hist"))
                .map(each -> dir.resolve("db" + each.fileName()))
                .findFirst()
                .orElseThrow();
        subject.close();
        byte[] intact = Files.readAllBytes(file);

        int noticed = 0;
        for (int step = 0; step < STEPS; step++) {
            byte[] damaged = intact.clone();
            damaged[intact.length * step / STEPS] ^= 0x10;
            Files.write(file, damaged);
            try {
                subject.open();
                try {
                    assertThat(texts(all(subject, ORDERS, false))).isEqualTo(written);
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOfAny(RocksDBException.class, DamagedEntry.class);
                    noticed++;
                } finally {
                    subject.close();
                }
            } catch (DamagedStore e) {
                noticed++;
            }
        }
        assertThat(noticed).isGreaterThan(STEPS / 2);
    }

    @Test
    void anEntryInAnothersPlaceIsNotServed() throws Exception {
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

            assertThatThrownBy(() -> all(subject, ORDERS, false)).hasCauseInstanceOf(DamagedEntry.class);
        }
    }
}
