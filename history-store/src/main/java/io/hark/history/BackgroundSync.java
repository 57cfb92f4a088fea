package io.hark.history;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;

/// Handle: syncs the log some time after something was written unsynced, on a thread of its own so that
/// the writer does not wait for the disk.
final class BackgroundSync implements AutoCloseable {
    /// How long acknowledged entries of `REPLICATED` durability may be unsynced.
    private static final long DELAY_MILLIS = 50;

    private final Database database;
    private final StoreObserver observer;
    private final Consumer<Throwable> onFailure;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("hark-log-sync").factory());

    BackgroundSync(Database database, StoreObserver observer, Consumer<Throwable> onFailure) {
        this.database = database;
        this.observer = observer;
        this.onFailure = onFailure;
    }

    /// Something was written that no sync covers yet.
    void wanted() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            thread.schedule(this::sync, DELAY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void sync() {
        // Before the sync, so that what is written during it asks for another.
        scheduled.set(false);
        long start = System.nanoTime();
        try {
            database.sync();
            observer.synced(System.nanoTime() - start);
        } catch (RocksDBException | RuntimeException e) {
            onFailure.accept(e);
        }
    }

    /// Returns once a sync under way has ended; one that was scheduled does not happen any more.
    @Override
    public void close() {
        thread.shutdownNow();
        thread.close();
    }
}
