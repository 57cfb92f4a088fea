package io.hark.history;

import io.hark.channel.DamagedEntry;
import io.hark.control.ControlCodec;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the control log of a node that decides alone, in a table of the store's database: the row `state`
/// holds the state in the form of [ControlCodec]. Every decision is synced before it is told.
final class RocksControlLog implements ControlLog {
    private static final Logger log = LoggerFactory.getLogger(RocksControlLog.class);
    private static final byte[] STATE_KEY = "state".getBytes(StandardCharsets.US_ASCII);

    private final Database database;
    private final RawBatch batch;
    private final List<Consumer<ControlState>> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hark-control-log").factory());
    private volatile ControlState state;

    private RocksControlLog(Database database, ControlState state) {
        this.database = database;
        this.batch = database.newBatch();
        this.state = state;
    }

    static RocksControlLog load(Database database) throws RocksDBException, DamagedEntry {
        var row = database.get(Table.CONTROL, STATE_KEY);
        return new RocksControlLog(
                database, row.isPresent() ? ControlCodec.decodeState(row.get()) : ControlState.EMPTY);
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
        batch.clear();
        batch.put(Table.CONTROL, STATE_KEY, ControlCodec.encode(after));
        database.write(batch, true);
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
    }
}
