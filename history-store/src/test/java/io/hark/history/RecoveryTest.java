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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;

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

    private boolean mayHaveLostUnder(Optional<String> bootId) throws Exception {
        try (RocksSubject running = new RocksSubject(original, RocksSubject.CONFIG)) {
            new LogScript()
                    .message(ORDERS, SHORT, NOON, "a")
                    .message(ORDERS, SHORT, NOON, "b")
                    .appendTo(running);
            copyOfRunningStore();
        }
        try (RocksSubject opened = new RocksSubject(copy, RocksSubject.CONFIG, bootId)) {
            assertThat(texts(all(opened, ORDERS, false))).containsExactly("a", "b");
            assertThat(opened.store().recovered(SLOT).lastLsn()).isEqualTo(2);
            assertThat(opened.rocks().dirtySlots()).isEmpty();
            return opened.rocks().mayHaveLost();
        }
    }

    @Test
    void aProcessThatDiedHasLostNothing() throws Exception {
        assertThat(mayHaveLostUnder(Optional.of("boot-1"))).isFalse();
    }

    @Test
    void aMachineThatMayHaveDiedMayHaveLostTheEnd() throws Exception {
        assertThat(mayHaveLostUnder(Optional.of("boot-2"))).isTrue();
    }

    @Test
    void anUnknownBootCountsAsAnother() throws Exception {
        assertThat(mayHaveLostUnder(Optional.empty())).isTrue();
    }

    @Test
    void aLossIsToldAtEveryStartUntilItIsKnown() throws Exception {
        mayHaveLostUnder(Optional.of("boot-2"));
        try (RocksSubject opened = new RocksSubject(copy, RocksSubject.CONFIG, Optional.of("boot-2"))) {
            assertThat(opened.rocks().mayHaveLost()).isTrue();
            get(opened.rocks().lossIsKnown());
            opened.reopen();
            assertThat(opened.rocks().mayHaveLost()).isFalse();
        }
    }

    @Test
    void anEmptyStoreHasNothingToLose() {
        new RocksSubject(original, RocksSubject.CONFIG).close();
        original.resolve("run-mark").toFile().delete();
        try (RocksSubject opened = new RocksSubject(original, RocksSubject.CONFIG)) {
            assertThat(opened.rocks().mayHaveLost()).isFalse();
        }
    }

    @Test
    void aCleanShutdownLosesNothingWhateverBootFollows() throws Exception {
        try (RocksSubject subject = new RocksSubject(original, RocksSubject.CONFIG)) {
            new LogScript().message(ORDERS, SHORT, NOON, "a").appendTo(subject);
        }
        try (RocksSubject subject = new RocksSubject(original, RocksSubject.CONFIG, Optional.of("boot-2"))) {
            assertThat(subject.rocks().mayHaveLost()).isFalse();
        }
    }

    /// A store whose log lacks the entry that the slot's meta ends with.
    private RocksSubject disagreeing() throws Exception {
        RocksSubject subject = new RocksSubject(original, RocksSubject.CONFIG);
        new LogScript()
                .message(ORDERS, SHORT, NOON, "a")
                .message(NEIGHBOUR, SHORT, NOON, "x")
                .epoch(2)
                .message(ORDERS, SHORT, NOON, "lost")
                .appendTo(subject);
        Database database = subject.rocks().database();
        long segment = subject.rocks().liveHistorySegments()[0];
        database.rocks().delete(database.handle(Table.LOG), Rows.logKey(segment, SLOT, 3));
        database.rocks().delete(database.handle(Table.HIST), Rows.historyKey(segment, ORDERS.key(), 3));
        subject.close();
        return subject;
    }

    @Test
    void aLogThatEndsBeforeItsMetaIsRefusedUnlessTheLossIsAccepted() throws Exception {
        RocksSubject subject = disagreeing();

        assertThatThrownBy(subject::open)
                .isInstanceOf(DamagedStore.class)
                .hasMessageContaining("slot " + SLOT)
                .hasMessageContaining("history.acceptLostTail");

        subject.openWith(RocksSubject.CONFIG.withAcceptLostTail(true), Optional.of("boot-1"));
        SlotMeta recovered = subject.store().recovered(SLOT);
        assertThat(subject.rocks().dirtySlots()).containsExactly(SLOT);
        assertThat(recovered.lastLsn()).isEqualTo(2);
        assertThat(recovered.epochs()).containsExactly(new SlotMeta.EpochStart(1, 1));
        assertThat(texts(all(subject, ORDERS, false))).containsExactly("a");
        assertThat(get(subject.store().channel(ORDERS.key())).lastLsn()).isEqualTo(2);

        subject.openAgainWith(RocksSubject.CONFIG);
        assertThat(subject.store().recovered(SLOT)).isEqualTo(recovered);
        assertThat(subject.rocks().dirtySlots()).containsExactly(SLOT);
        get(subject.rocks().lossIsKnown());
        subject.reopen();
        assertThat(subject.rocks().dirtySlots()).isEmpty();
        subject.close();
    }

    @Test
    void onAReplicatedNodeALogThatEndsBeforeItsMetaIsDirtyUntilItIsWiped() throws Exception {
        RocksSubject subject = disagreeing();

        subject.openWith(RocksSubject.CONFIG.withReplicated(true), Optional.of("boot-1"));
        assertThat(subject.rocks().dirtySlots()).containsExactly(SLOT);
        assertThat(subject.rocks().mayHaveLost()).isFalse();
        get(subject.rocks().lossIsKnown());
        subject.reopen();
        assertThat(subject.rocks().dirtySlots()).containsExactly(SLOT);

        get(subject.store().wipe(SLOT));
        subject.reopen();
        assertThat(subject.rocks().dirtySlots()).isEmpty();
        assertThat(subject.store().recovered(SLOT)).isEqualTo(SlotMeta.empty(SLOT));
        subject.close();
    }

    @Test
    void rowsOfAnotherFormatAreNotReadAsOnesOfThis() throws Exception {
        RocksSubject subject = new RocksSubject(original, RocksSubject.CONFIG);
        Database database = subject.rocks().database();
        database.rocks().delete(database.handle(Table.META), MetaRows.formatKey());
        subject.close();

        assertThatThrownBy(subject::open).isInstanceOf(DamagedStore.class).hasMessageContaining("format 1, known is 3");
    }

    @Test
    void aTableOfAnotherVersionIsNamed() throws Exception {
        RocksSubject subject = new RocksSubject(original, RocksSubject.CONFIG);
        byte[] name = "pres".getBytes(StandardCharsets.US_ASCII);
        try (ColumnFamilyOptions options = new ColumnFamilyOptions()) {
            ColumnFamilyDescriptor former = new ColumnFamilyDescriptor(name, options);
            subject.rocks().database().rocks().createColumnFamily(former).close();
        }
        subject.close();

        assertThatThrownBy(subject::open).isInstanceOf(DamagedStore.class).hasMessageContaining("table pres");
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
