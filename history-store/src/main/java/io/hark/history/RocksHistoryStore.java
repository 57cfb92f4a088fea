package io.hark.history;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.HistoryStore;
import io.hark.channel.IdHash;
import io.hark.channel.LogPage;
import io.hark.channel.Receipt;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotRow;
import io.hark.channel.StateKind;
import io.hark.channel.StatePage;
import io.hark.channel.StateQuery;
import io.hark.channel.StoreView;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the durable log of a node on RocksDB. One thread writes, a few read; no caller ever waits for the
/// disk.
///
/// The write queue is not bounded here, because callers are event loops and must not block: owners
/// refuse publishes while [#queuedBytes] is above their limit.
public final class RocksHistoryStore implements HistoryStore {
    private static final Logger log = LoggerFactory.getLogger(RocksHistoryStore.class);

    private final Database database;
    private final RunMark mark;
    private final HistoryConfig config;
    private final Recovery.Recovered recovered;
    private final LogWriter writer;
    private final SlotChanges changes;
    private final HistoryReader reader;
    private final SlotReader slotReader;
    private final StateReader stateReader;
    private final ImageReader imageReader;
    private final Consultation consultation;
    private final ThreadPoolExecutor readers;
    private final RocksControlLog controlLog;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RocksHistoryStore(
            Database database, RunMark mark, RunMark.Left left, HistoryConfig config, StoreEnvironment environment)
            throws RocksDBException, DamagedEntry, IOException {
        this.database = database;
        this.mark = mark;
        this.config = config;
        this.recovered = new Recovery(database, config, left).run();
        this.controlLog = RocksControlLog.load(database);
        // Only now: a crash before this line finds the mark as it was and recovers once more.
        mark.running(environment.bootId());
        Retention retention = recovered.retention();
        ChannelBoundaries boundaries = new ChannelBoundaries(retention, recovered.metas());
        this.writer = new LogWriter(
                database,
                environment.observer(),
                environment.clockMillis(),
                failure -> failed(failure, environment.onFailure()),
                new WriteSet(retention, boundaries, database.newBatch()),
                new Expiry(database, retention, boundaries));
        this.changes = new SlotChanges(database, retention, boundaries);
        this.stateReader = new StateReader(database, retention);
        this.reader = new HistoryReader(database, retention, stateReader);
        this.slotReader = new SlotReader(database, retention);
        this.imageReader = new ImageReader(database, retention, reader);
        this.consultation = new Consultation(reader, stateReader);
        this.readers = new ThreadPoolExecutor(
                config.readers(),
                config.readers(),
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(config.readsQueuedMax()),
                Thread.ofPlatform().name("hark-log-reader-", 1).factory());
        writer.start();
    }

    /// Opens the store in `dir`, which is made if it does not exist. Blocks until it is recovered.
    ///
    /// @throws DamagedStore when it cannot be served from as it is
    public static RocksHistoryStore open(Path dir, HistoryConfig config) {
        return open(dir, config, StoreEnvironment.system(StoreObserver.NONE, failure -> {}));
    }

    /// Opens the store in `dir`, which is made if it does not exist. Blocks until it is recovered.
    ///
    /// @throws DamagedStore when it cannot be served from as it is
    public static RocksHistoryStore open(Path dir, HistoryConfig config, StoreEnvironment environment) {
        RunMark mark = new RunMark(dir.resolve("run-mark"));
        try {
            RunMark.Left left = mark.left(environment.bootId(), config.powerSafeWal());
            Database database = Database.open(dir.resolve("db"), config, left.recovery());
            try {
                return new RocksHistoryStore(database, mark, left, config, environment);
            } catch (RocksDBException | DamagedEntry | IOException | RuntimeException e) {
                database.close();
                throw e;
            }
        } catch (RocksDBException e) {
            boolean damaged = e.getStatus() != null && e.getStatus().getCode() == Status.Code.Corruption;
            throw damaged ? damaged(dir, e) : new UncheckedIOException(cannotOpen(dir, e), new IOException(e));
        } catch (DamagedEntry e) {
            throw damaged(dir, e);
        } catch (IOException e) {
            throw new UncheckedIOException(cannotOpen(dir, e), e);
        }
    }

    private static DamagedStore damaged(Path dir, Exception cause) {
        return new DamagedStore(
                cannotOpen(dir, cause) + ". Restore the directory from a copy, or move it away to start empty", cause);
    }

    private static String cannotOpen(Path dir, Exception cause) {
        return "the store in %s cannot be opened: %s".formatted(dir, cause.getMessage());
    }

    /// The node's control log, kept in the same database; closed with the store.
    public ControlLog controlLog() {
        return controlLog;
    }

    /// What was last decided by the region that the node is in, as far as it was copied here.
    public ControlState regionCopy() {
        return controlLog.regionCopy();
    }

    /// Writes it down within about a second, not synced; of several that come meanwhile the last one.
    public void copyRegion(ControlState decided) {
        controlLog.copyRegion(decided);
    }

    /// Has [#controlLog] begin with this state, whatever it had decided. Synced before it completes.
    public CompletionStage<Void> decideAlone(ControlState state) {
        return controlLog.begin(state);
    }

    /// Whether entries may be lost that were acknowledged, because the machine may have gone down before they
    /// were synced. True at every start until [#lossIsKnown].
    public boolean mayHaveLost() {
        return recovered.mayHaveLost();
    }

    /// Slots that lack entries of which their meta spoke, and were cut back to where their log ends. In this
    /// list at every start until the slot is wiped or, on a node that is not replicated, until
    /// [#lossIsKnown].
    public List<Integer> dirtySlots() {
        return recovered.dirty();
    }

    /// Tells the store that [#mayHaveLost] and [#dirtySlots] are on record where lineages are decided, so
    /// that the next start need not say it again. Synced before it completes.
    public CompletionStage<Void> lossIsKnown() {
        List<Integer> cutBack = config.replicated() ? List.of() : recovered.dirty();
        return inTurn(() -> {
            changes.lossIsKnown(cutBack);
            return null;
        });
    }

    /// Bytes of entries that were taken and are not written yet.
    public long queuedBytes() {
        return writer.queuedBytes();
    }

    @Override
    public SlotMeta recovered(int slot) {
        return recovered.metas()[slot];
    }

    @Override
    public boolean isUnproven(int slot) {
        return recovered.unproven().get(slot);
    }

    @Override
    public void proven(int slot) {
        inTurn(() -> {
            changes.proven(slot);
            return null;
        });
    }

    @Override
    public void append(List<Append> batch, Consumer<Optional<Throwable>> done) {
        writer.append(batch, done);
    }

    @Override
    public <T> CompletionStage<T> consult(StoreView.Reading<T> reading) {
        return answer(() -> consultation.answer(reading));
    }

    @Override
    public CompletionStage<Optional<Receipt>> findId(ChannelKey channel, IdHash id) {
        return answer(() -> reader.receipt(channel, id));
    }

    @Override
    public CompletionStage<ChannelImage> channel(ChannelKey channel) {
        return answer(() -> reader.channel(channel));
    }

    @Override
    public CompletionStage<StatePage> state(StateQuery query) {
        return answer(() -> stateReader.page(query));
    }

    @Override
    public CompletionStage<List<ChannelId>> channelsWith(StateKind kind, int slot) {
        return answer(() -> stateReader.channelsWith(kind, slot));
    }

    @Override
    public CompletionStage<LogPage> log(int slot, long afterLsn, int recordsMax, int bytesMax) {
        return answer(() -> slotReader.log(slot, afterLsn, recordsMax, bytesMax));
    }

    @Override
    public CompletionStage<SlotImage> image(int slot, byte[] from, int rowsMax) {
        return answer(() -> imageReader.page(slot, from, rowsMax));
    }

    @Override
    public CompletionStage<Optional<SlotMeta>> truncate(int slot, long lsn) {
        return inTurn(() -> changes.truncate(slot, lsn));
    }

    @Override
    public CompletionStage<Void> wipe(int slot) {
        return inTurn(() -> {
            changes.wipe(slot);
            return null;
        });
    }

    @Override
    public CompletionStage<Void> install(SlotMeta meta, SlotImage page) {
        for (SlotRow row : page.rows()) {
            ChannelKey channel = switch (row) {
                case SlotRow.Published published -> published.channel();
                case SlotRow.Place place -> place.channel().key();
                case SlotRow.State state -> state.channel().key();
            };
            if (channel.slot() != meta.slot()) {
                return CompletableFuture.failedStage(new IllegalArgumentException(
                        "an image of slot %d has a row of slot %d".formatted(meta.slot(), channel.slot())));
            }
        }
        return inTurn(() -> {
            changes.install(meta, page);
            return null;
        });
    }

    private interface Change<T> {
        T make() throws RocksDBException, DamagedEntry;
    }

    private <T> CompletionStage<T> inTurn(Change<T> change) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        AtomicReference<T> made = new AtomicReference<>();
        writer.inTurn(
                () -> made.set(change.make()),
                failure -> failure.ifPresentOrElse(answer::completeExceptionally, () -> answer.complete(made.get())));
        return answer;
    }

    /// Drops what has expired at `nowMillis`; the store does so by itself once a second with the time of its
    /// clock.
    CompletionStage<Void> expire(long nowMillis) {
        CompletableFuture<Void> expired = new CompletableFuture<>();
        writer.expire(
                nowMillis,
                failure -> failure.ifPresentOrElse(expired::completeExceptionally, () -> expired.complete(null)));
        return expired;
    }

    Database database() {
        return database;
    }

    long[] liveHistorySegments() {
        return recovered.retention().history.all();
    }

    private void failed(Throwable failure, Consumer<Throwable> onFailure) {
        log.error("the store cannot write and takes no more appends", failure);
        try {
            // After a failed sync the system may have dropped what it held, as if the power had failed.
            mark.running(Optional.empty());
        } catch (IOException e) {
            log.error("the failure could not be marked on the disk", e);
        }
        onFailure.accept(failure);
    }

    private <T> CompletionStage<T> answer(Callable<T> read) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            readers.execute(() -> {
                try {
                    answer.complete(read.call());
                } catch (Exception e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    closed.get()
                            ? new IllegalStateException("the store is closed")
                            : new StoreOverloaded(config.readsQueuedMax()));
        }
        return answer;
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        readers.close();
        controlLog.close();
        try {
            boolean allOnDisk = writer.stop();
            database.close();
            if (allOnDisk) {
                mark.clean();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while the store was being closed", e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the store is closed, but not marked as such; it will recover when opened", e);
        }
    }
}
