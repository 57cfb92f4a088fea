package io.hark.history;

import io.hark.channel.Append;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Durability;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the one thread that writes. It takes everything that waits, of all slots, as one batch and
/// one write, so the busier it is the less each entry costs. Blocking work happens on its thread only.
final class LogWriter {
    private static final Logger log = LoggerFactory.getLogger(LogWriter.class);
    private static final long EXPIRE_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

    private final Database database;
    private final StoreObserver observer;
    private final LongSupplier clockMillis;
    private final Consumer<Throwable> onFailure;
    private final WriteSet writeSet;
    private final Expiry expiry;
    private final BackgroundSync backgroundSync;
    private final Thread thread = Thread.ofPlatform().name("hark-log-writer").unstarted(this::run);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private List<Job> waiting = new ArrayList<>();
    private boolean stopping;

    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /// What waits for the writer.
    private sealed interface Job {
        /// Gets empty, or why it failed.
        Consumer<Optional<Throwable>> done();
    }

    private record Write(List<Append> appends, boolean sync, long bytes, Consumer<Optional<Throwable>> done)
            implements Job {}

    /// Something that is done alone, after all that was appended before it and before all that was appended
    /// after.
    private record Turn(Work work, Consumer<Optional<Throwable>> done) implements Job {}

    /// What is done in a turn.
    interface Work {
        /// @throws RocksDBException ends the store
        /// @throws DamagedEntry     ends only this
        void run() throws RocksDBException, DamagedEntry;
    }

    /// @param clockMillis decides what has expired
    /// @param onFailure   gets the first failure, after which nothing is written any more
    LogWriter(
            Database database,
            StoreObserver observer,
            LongSupplier clockMillis,
            Consumer<Throwable> onFailure,
            WriteSet writeSet,
            Expiry expiry) {
        this.database = database;
        this.observer = observer;
        this.clockMillis = clockMillis;
        this.onFailure = onFailure;
        this.writeSet = writeSet;
        this.expiry = expiry;
        this.backgroundSync = new BackgroundSync(database, observer, this::fail);
    }

    void start() {
        thread.start();
    }

    void append(List<Append> appends, Consumer<Optional<Throwable>> done) {
        long bytes = 0;
        boolean sync = false;
        for (Append append : appends) {
            bytes += append.record().companion().length + append.record().encoded().length;
            sync |= append.record().policy().durability() == Durability.FSYNC;
        }
        queuedBytes.addAndGet(bytes);
        submit(new Write(List.copyOf(appends), sync, bytes, done));
    }

    /// Drops what has expired at `nowMillis`, after all that was appended before.
    void expire(long nowMillis, Consumer<Optional<Throwable>> done) {
        inTurn(() -> expire(nowMillis), done);
    }

    /// Does `work` on the writer's thread, after all that was appended before and before all that is appended
    /// after.
    void inTurn(Work work, Consumer<Optional<Throwable>> done) {
        submit(new Turn(work, done));
    }

    /// Bytes of entries that are not written yet.
    long queuedBytes() {
        return queuedBytes.get();
    }

    private void submit(Job job) {
        boolean taken;
        lock.lock();
        try {
            taken = !stopping;
            if (taken) {
                waiting.add(job);
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
        if (!taken) {
            job.done().accept(Optional.of(new IllegalStateException("the store is closed")));
        }
    }

    /// Finishes what was taken and syncs it; true if all of it is on the disk.
    boolean stop() throws InterruptedException {
        lock.lock();
        try {
            stopping = true;
            filled.signal();
        } finally {
            lock.unlock();
        }
        thread.join();
        backgroundSync.close();
        if (failure.get() == null) {
            try {
                database.sync();
            } catch (RocksDBException e) {
                fail(e);
            }
        }
        return failure.get() == null;
    }

    private void run() {
        long expiryDue = System.nanoTime() + EXPIRE_EVERY_NANOS;
        while (true) {
            List<Job> taken = take(expiryDue - System.nanoTime());
            if (taken.isEmpty() && stopped()) {
                return;
            }
            work(taken);
            if (System.nanoTime() - expiryDue >= 0) {
                attempt(() -> expire(clockMillis.getAsLong()));
                expiryDue = System.nanoTime() + EXPIRE_EVERY_NANOS;
            }
        }
    }

    /// Everything that waits; empty when nothing came within the time or the store stops.
    private List<Job> take(long nanosMax) {
        lock.lock();
        try {
            long nanosLeft = nanosMax;
            while (waiting.isEmpty() && !stopping && nanosLeft > 0) {
                nanosLeft = filled.awaitNanos(nanosLeft);
            }
            List<Job> taken = waiting;
            waiting = new ArrayList<>();
            return taken;
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the writer", e);
        } finally {
            lock.unlock();
        }
    }

    private boolean stopped() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    private void work(List<Job> jobs) {
        List<Write> together = new ArrayList<>(jobs.size());
        for (Job job : jobs) {
            switch (job) {
                case Write write -> together.add(write);
                case Turn turn -> {
                    write(together);
                    together.clear();
                    Optional<Throwable> failed = attempt(turn.work());
                    done(turn, failed);
                }
            }
        }
        write(together);
    }

    private void write(List<Write> writes) {
        Optional<Throwable> failed = attempt(() -> writeRows(writes));
        for (Write write : writes) {
            queuedBytes.addAndGet(-write.bytes());
            done(write, failed);
        }
    }

    private static void done(Job job, Optional<Throwable> failed) {
        try {
            job.done().accept(failed);
        } catch (RuntimeException e) {
            log.error("a callback of the store failed", e);
        }
    }

    private void writeRows(List<Write> writes) throws RocksDBException {
        long start = System.nanoTime();
        int entries = 0;
        boolean sync = false;
        for (Write write : writes) {
            write.appends().forEach(writeSet::add);
            entries += write.appends().size();
            sync |= write.sync();
        }
        if (entries > 0) {
            RawBatch batch = writeSet.finish();
            database.write(batch, sync);
            if (!sync) {
                backgroundSync.wanted();
            }
            observer.written(entries, batch.sizeBytes(), System.nanoTime() - start, sync, queuedBytes.get());
            writeSet.clear();
        }
    }

    private void expire(long nowMillis) throws RocksDBException {
        int dropped = expiry.expire(nowMillis);
        if (dropped > 0) {
            observer.expired(dropped);
        }
    }

    /// After a failure nothing is written any more: what is on the disk is unknown until the store is opened
    /// again.
    private Optional<Throwable> attempt(Work work) {
        if (failure.get() == null) {
            try {
                work.run();
            } catch (DamagedEntry e) {
                return Optional.of(e);
            } catch (RocksDBException | RuntimeException e) {
                fail(e);
            }
        }
        return Optional.ofNullable(failure.get());
    }

    private void fail(Throwable cause) {
        if (failure.compareAndSet(null, cause)) {
            onFailure.accept(cause);
        }
    }
}
