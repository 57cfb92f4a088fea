package io.hark.history;

import io.hark.channel.DamagedEntry;
import io.hark.control.ControlCodec;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the control log of a node that decides alone, in a table of the store's database: the row `state`
/// holds the state in the form of [ControlCodec]. Every decision is synced before it is told.
///
/// On a node of a region that decides together, the row `region` holds a copy of what was decided there, about a
/// second old: for the day on which the others' disks are gone.
final class RocksControlLog implements ControlLog {
    private static final Logger log = LoggerFactory.getLogger(RocksControlLog.class);
    private static final byte[] STATE_KEY = "state".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REGION_KEY = "region".getBytes(StandardCharsets.US_ASCII);
    private static final long COPY_AFTER_MILLIS = 1_000;

    private final Database database;
    private final RawBatch batch;
    private final AtomicReference<ControlState> region;
    private final AtomicBoolean copyWaits = new AtomicBoolean();
    private final List<Consumer<ControlState>> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("hark-own-control-log").factory());
    private volatile ControlState state;

    private RocksControlLog(Database database, ControlState state, ControlState region) {
        this.database = database;
        this.batch = database.newBatch();
        this.state = state;
        this.region = new AtomicReference<>(region);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    static RocksControlLog load(Database database) throws RocksDBException, DamagedEntry {
        return new RocksControlLog(database, read(database, STATE_KEY), read(database, REGION_KEY));
    }

    private static ControlState read(Database database, byte[] key) throws RocksDBException, DamagedEntry {
        var row = database.get(Table.CONTROL, key);
        return row.isPresent() ? ControlCodec.decodeState(row.get()) : ControlState.EMPTY;
    }

    /// What was last decided by the region, as far as it was copied here.
    ControlState regionCopy() {
        return region.get();
    }

    /// Writes it down within about a second, unsynced; of several that come meanwhile the last one.
    void copyRegion(ControlState decided) {
        region.set(decided);
        if (copyWaits.compareAndSet(false, true)) {
            try {
                thread.schedule(this::writeCopy, COPY_AFTER_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                log.debug("a decision comes while the store is being closed", e);
            }
        }
    }

    private void writeCopy() {
        copyWaits.set(false);
        try {
            write(REGION_KEY, region.get(), false);
        } catch (RocksDBException e) {
            log.warn("the copy of the region's state could not be written", e);
        }
    }

    /// Takes the place of all that was decided alone before. Synced before it completes.
    CompletionStage<Void> begin(ControlState from) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        write(STATE_KEY, from, true);
                        state = from;
                    } catch (RocksDBException e) {
                        throw new CompletionException(e);
                    }
                },
                thread);
    }

    private void write(byte[] key, ControlState written, boolean sync) throws RocksDBException {
        batch.clear();
        batch.put(Table.CONTROL, key, ControlCodec.encode(written));
        database.write(batch, sync);
    }

    @Override
    public ControlState state() {
        return state;
    }

    @Override
    public CompletionStage<ControlState> propose(ControlCommand command) {
        CompletableFuture<ControlState> decided = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    decided.complete(decide(command));
                } catch (RocksDBException | RuntimeException e) {
                    decided.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            decided.completeExceptionally(new IllegalStateException("the control log is closed", e));
        }
        return decided;
    }

    private ControlState decide(ControlCommand command) throws RocksDBException {
        ControlState before = state;
        ControlState after = before.apply(command);
        if (after == before) {
            return before;
        }
        write(STATE_KEY, after, true);
        state = after;
        for (Consumer<ControlState> listener : listeners) {
            try {
                listener.accept(after);
            } catch (RuntimeException e) {
                log.error("a listener of the control log failed at version {}", after.version(), e);
            }
        }
        return after;
    }

    @Override
    public void onChange(Consumer<ControlState> listener) {
        listeners.add(listener);
    }

    /// It decides alone, so it plans, too.
    @Override
    public boolean leads() {
        return true;
    }

    /// It is its own majority.
    @Override
    public long silentMillis() {
        return 0;
    }

    @Override
    public void close() {
        thread.close();
        if (copyWaits.get()) {
            writeCopy();
        }
    }
}
