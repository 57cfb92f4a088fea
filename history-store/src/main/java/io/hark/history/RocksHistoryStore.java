package io.hark.history;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelKey;
import io.hark.channel.ControlLog;
import io.hark.channel.DamagedEntry;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.HistoryStore;
import io.hark.channel.IdHash;
import io.hark.channel.Receipt;
import io.hark.channel.SlotMeta;
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
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the durable log of a node on RocksDB. One thread writes, a few read; no caller ever waits for the disk.
///
/// The write queue is not bounded here, because callers are event loops and must not block: owners refuse publishes
/// while [#queuedBytes] is above their limit.
public final class RocksHistoryStore implements HistoryStore {
    private static final Logger log = LoggerFactory.getLogger(RocksHistoryStore.class);

    private final Database database;
    private final RunMark mark;
    private final HistoryConfig config;
    private final Recovery.Recovered recovered;
    private final LogWriter writer;
    private final HistoryReader reader;
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
        this.reader = new HistoryReader(database, retention);
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

    /// Bytes of entries that were taken and are not written yet.
    public long queuedBytes() {
        return writer.queuedBytes();
    }

    @Override
    public SlotMeta recovered(int slot) {
        return recovered.metas()[slot];
    }

    @Override
    public List<ChannelId> channelsWithMembers() {
        return recovered.channelsWithMembers();
    }

    @Override
    public void append(List<Append> batch, Consumer<Optional<Throwable>> done) {
        writer.append(batch, done);
    }

    @Override
    public CompletionStage<HistoryPage> read(HistoryQuery query) {
        return answer(() -> reader.page(query));
    }

    @Override
    public CompletionStage<Optional<Receipt>> findId(ChannelKey channel, IdHash id) {
        return answer(() -> reader.receipt(channel, id));
    }

    @Override
    public CompletionStage<ChannelImage> channel(ChannelKey channel) {
        return answer(() -> reader.channel(channel));
    }

    /// Drops what has expired at `nowMillis`; the store does so by itself once a second with the time of its clock.
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
