package io.hark.history;

import static io.hark.channel.HistoryStoreContract.NEIGHBOUR;
import static io.hark.channel.HistoryStoreContract.NOON;
import static io.hark.channel.HistoryStoreContract.ORDERS;
import static io.hark.channel.HistoryStoreContract.SHORT;
import static io.hark.channel.HistoryStoreContract.all;
import static io.hark.channel.HistoryStoreContract.get;
import static io.hark.channel.HistoryStoreContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.channel.LogScript;
import io.hark.channel.SlotMeta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
    private static final int SLOT = ORDERS.key().slot();

    @TempDir
    Path dir;

    private Path original;
    private Path copy;

    @BeforeEach
    void directories() {
        original = dir.resolve("original");
        copy = dir.resolve("copy");
    }

    /// What a process that was killed now would leave.
    private void copyOfRunningStore() throws IOException {
        try (var files = Files.walk(original)) {
            for (Path file : files.toList()) {
                Path target = copy.resolve(original.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private SlotMeta reopenedUnder(Optional<String> bootId) throws Exception {
        try (RocksSubject running = new RocksSubject(original, RocksSubject.CONFIG)) {
            new LogScript()
                    .message(ORDERS, SHORT, NOON, "a")
                    .message(ORDERS, SHORT, NOON, "b")
                    .appendTo(running);
            copyOfRunningStore();
        }
        try (RocksSubject opened = new RocksSubject(copy, RocksSubject.CONFIG, bootId)) {
            assertThat(texts(all(opened, ORDERS, false))).containsExactly("a", "b");
            return opened.store().recovered(SLOT);
        }
    }

    @Test
    void aProcessThatDiedGoesOnInItsLineage() throws Exception {
        SlotMeta recovered = reopenedUnder(Optional.of("boot-1"));
        assertThat(recovered.lineage()).isEqualTo(1);
        assertThat(recovered.lastLsn()).isEqualTo(2);
    }

    @Test
    void aMachineThatMayHaveDiedOpensANewLineageAfterWhatIsLeft() throws Exception {
        SlotMeta recovered = reopenedUnder(Optional.of("boot-2"));
        assertThat(recovered.lineage()).isEqualTo(2);
        assertThat(recovered.ended()).containsExactly(new SlotMeta.LineageEnd(1, 2));
        assertThat(recovered.lastLsn()).isEqualTo(2);
        assertThat(recovered.oseq()).isZero();
    }

    @Test
    void anUnknownBootCountsAsAnother() throws Exception {
        assertThat(reopenedUnder(Optional.empty()).lineage()).isEqualTo(2);
    }

    @Test
    void aNewLineageIsOnTheDiskBeforeItIsUsed() throws Exception {
        reopenedUnder(Optional.of("boot-2"));
        try (RocksSubject opened = new RocksSubject(copy, RocksSubject.CONFIG, Optional.of("boot-2"))) {
            assertThat(opened.store().recovered(SLOT).lineage()).isEqualTo(2);
            assertThat(opened.store().recovered(SLOT + 1 & 1023).lineage()).isEqualTo(1);
        }
    }

    @Test
    void aCleanShutdownKeepsTheLineageWhateverBootFollows() throws Exception {
        try (RocksSubject subject = new RocksSubject(original, RocksSubject.CONFIG)) {
            new LogScript().message(ORDERS, SHORT, NOON, "a").appendTo(subject);
        }
        try (RocksSubject subject = new RocksSubject(original, RocksSubject.CONFIG, Optional.of("boot-2"))) {
            assertThat(subject.store().recovered(SLOT).lineage()).isEqualTo(1);
        }
    }

    @Test
    void aLogThatEndsBeforeItsMetaIsRefusedUnlessTheLossIsAccepted() throws Exception {
        RocksSubject subject = new RocksSubject(original, RocksSubject.CONFIG);
        new LogScript()
                .message(ORDERS, SHORT, NOON, "a")
                .message(NEIGHBOUR, SHORT, NOON, "x")
                .message(ORDERS, SHORT, NOON, "lost")
                .appendTo(subject);
        Database database = subject.rocks().database();
        long segment = subject.rocks().liveHistorySegments()[0];
        database.rocks().delete(database.handle(Table.LOG), Rows.logKey(segment, SLOT, 3));
        database.rocks().delete(database.handle(Table.HIST), Rows.historyKey(segment, ORDERS.key(), 3));
        subject.close();

        assertThatThrownBy(subject::open)
                .isInstanceOf(DamagedStore.class)
                .hasMessageContaining("slot " + SLOT)
                .hasMessageContaining("history.acceptLostTail");

        subject.openWith(RocksSubject.CONFIG.withAcceptLostTail(true), Optional.of("boot-1"));
        SlotMeta recovered = subject.store().recovered(SLOT);
        assertThat(recovered.lineage()).isEqualTo(2);
        assertThat(recovered.ended()).containsExactly(new SlotMeta.LineageEnd(1, 2));
        assertThat(recovered.lastLsn()).isEqualTo(2);
        assertThat(texts(all(subject, ORDERS, false))).containsExactly("a");
        assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);

        subject.openAgainWith(RocksSubject.CONFIG);
        assertThat(subject.store().recovered(SLOT)).isEqualTo(recovered);
        subject.close();
    }

    @Test
    void aLogFileThatWasChangedIsRefusedAfterACleanShutdown() throws Exception {
        RocksSubject subject = new RocksSubject(original, RocksSubject.CONFIG);
        new LogScript()
                .message(ORDERS, SHORT, NOON, "a")
                .message(ORDERS, SHORT, NOON, "b")
                .appendTo(subject);
        subject.close();
        List<Path> logs;
        try (var files = Files.list(original.resolve("db"))) {
            logs = files.filter(file -> file.toString().endsWith(".log")).toList();
        }
        Path last = logs.stream().max(Path::compareTo).orElseThrow();
        byte[] bytes = Files.readAllBytes(last);
        bytes[bytes.length / 2] ^= 1;
        Files.write(last, bytes);

        assertThatThrownBy(subject::open).isInstanceOf(DamagedStore.class);
    }
}
