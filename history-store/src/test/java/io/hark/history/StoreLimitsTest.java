package io.hark.history;

import static io.hark.channel.HistoryStoreContract.NOON;
import static io.hark.channel.HistoryStoreContract.ORDERS;
import static io.hark.channel.HistoryStoreContract.SHORT;
import static io.hark.channel.HistoryStoreContract.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.channel.Append;
import io.hark.channel.HistoryPage;
import io.hark.channel.LogScript;
import io.hark.channel.SlotMeta;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLimitsTest {
    private static final int READS = 20_000;

    @TempDir
    Path dir;

    @Test
    void readsBeyondTheLimitAreRefusedAtOnce() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG.withReaders(1, 1))) {
            List<CompletableFuture<HistoryPage>> reads = new ArrayList<>();
            for (int i = 0; i < READS; i++) {
                reads.add(subject.store().read(query(0, 1, false, 1, 1)).toCompletableFuture());
            }
            List<Throwable> refusals = reads.stream()
                    .map(read -> read.handle((page, refusal) -> Optional.ofNullable(refusal))
                            .orTimeout(30, TimeUnit.SECONDS)
                            .join())
                    .flatMap(Optional::stream)
                    .toList();

            assertThat(refusals)
                    .isNotEmpty()
                    .allSatisfy(refusal -> assertThat(refusal)
                            .isInstanceOf(StoreOverloaded.class)
                            .hasMessageContaining("history.readsQueuedMax"));
        }
    }

    @Test
    void whatWaitsToBeWrittenIsCounted() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            LogScript script = new LogScript();
            List<Append> first = script.message(ORDERS, SHORT, NOON, "a").take();
            List<Append> second =
                    script.message(ORDERS, SHORT, NOON, "x".repeat(1000)).take();
            CompletableFuture<Long> queued = new CompletableFuture<>();
            CompletableFuture<Optional<Throwable>> done = new CompletableFuture<>();
            subject.store().append(first, failure -> {
                // The writer is in here, so the second has to wait.
                subject.store().append(second, done::complete);
                queued.complete(subject.rocks().queuedBytes());
            });

            assertThat(queued.get(30, TimeUnit.SECONDS)).isGreaterThan(1000);
            assertThat(done.get(30, TimeUnit.SECONDS)).isEmpty();
            assertThat(subject.rocks().queuedBytes()).isZero();
        }
    }

    @Test
    void afterAFailureNothingIsTakenAnyMoreAndTheShutdownIsNotClean() throws Exception {
        RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG);
        LogScript script = new LogScript().message(ORDERS, SHORT, NOON, "a");
        script.appendTo(subject);
        Append good = script.message(ORDERS, SHORT, NOON, "b").take().getFirst();
        Append impossible = new Append(good.record(), SlotMeta.empty(9999));

        assertThat(append(subject, impossible)).isPresent();
        assertThat(append(subject, good)).isPresent();
        assertThat(subject.failure.get()).isInstanceOf(IndexOutOfBoundsException.class);
        subject.reopen();

        assertThat(subject.rocks().mayHaveLost()).isTrue();
        assertThat(subject.store().recovered(ORDERS.key().slot()).lastLsn()).isEqualTo(1);
        subject.close();
    }

    private static Optional<Throwable> append(RocksSubject subject, Append append) throws Exception {
        CompletableFuture<Optional<Throwable>> done = new CompletableFuture<>();
        subject.store().append(List.of(append), done::complete);
        return done.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aSecondStoreInTheSameDirectoryIsRefused() throws Exception {
        try (RocksSubject subject = new RocksSubject(dir, RocksSubject.CONFIG)) {
            assertThatThrownBy(() -> new RocksSubject(dir, RocksSubject.CONFIG))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(dir.toString());
            new LogScript().message(ORDERS, SHORT, NOON, "a").appendTo(subject);
        }
    }

    @Test
    void aConfigOutOfRangeNamesTheKeyAndTheRange() {
        assertThatThrownBy(() -> RocksSubject.CONFIG.withReaders(0, 1))
                .hasMessage("history.readers must be 1 to 64, was 0");
        assertThatThrownBy(() -> RocksSubject.CONFIG.withDedupeWindow(Duration.ZERO))
                .hasMessageContaining("history.dedupeWindow");
    }
}
