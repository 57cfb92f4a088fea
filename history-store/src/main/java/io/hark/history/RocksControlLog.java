package io.hark.history;

import io.hark.channel.ControlLog;
import io.hark.channel.DamagedEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the control log of a node that decides alone, in a table of the store's database: row `state` holds version,
/// epoch and incarnation, row `app/` with an app's id its document. Every decision is synced before it is told.
final class RocksControlLog implements ControlLog {
    private static final Logger log = LoggerFactory.getLogger(RocksControlLog.class);
    private static final byte[] STATE_KEY = "state".getBytes(StandardCharsets.US_ASCII);
    private static final String APP_PREFIX = "app/";

    private final Database database;
    private final RawBatch batch;
    private final List<Consumer<State>> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hark-control-log").factory());
    private volatile State state;

    private RocksControlLog(Database database, State state) {
        this.database = database;
        this.batch = database.newBatch();
        this.state = state;
    }

    static RocksControlLog load(Database database) throws RocksDBException, DamagedEntry {
        Map<String, byte[]> apps = new TreeMap<>();
        byte[] prefix = APP_PREFIX.getBytes(StandardCharsets.US_ASCII);
        try (RocksIterator rows = database.fullScan(Table.CONTROL)) {
            rows.seek(prefix);
            while (rows.isValid() && Arrays.mismatch(prefix, rows.key()) == prefix.length) {
                apps.put(new String(rows.key(), StandardCharsets.UTF_8).substring(APP_PREFIX.length()), rows.value());
                rows.next();
            }
            rows.status();
        }
        var row = database.get(Table.CONTROL, STATE_KEY);
        State state = row.isEmpty()
                ? new State(0, 0, "", Map.copyOf(apps))
                : Rows.decode(
                        row.get(),
                        in -> new State(Rows.varint(in), (int) Rows.varint(in), Rows.text(in), Map.copyOf(apps)));
        return new RocksControlLog(database, state);
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public CompletionStage<State> propose(Command command) {
        CompletableFuture<State> decided = new CompletableFuture<>();
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

    @Override
    public void onChange(Consumer<State> listener) {
        listeners.add(listener);
    }

    private State decide(Command command) throws RocksDBException {
        batch.clear();
        State before = state;
        State after = apply(before, command);
        if (after == before) {
            return before;
        }
        Bytes row = new Bytes(64)
                .putVarint(after.version())
                .putVarint(after.epoch())
                .putText(after.incarnation());
        batch.put(Table.CONTROL, STATE_KEY, row.copy());
        database.write(batch, true);
        state = after;
        for (Consumer<State> listener : listeners) {
            try {
                listener.accept(after);
            } catch (RuntimeException e) {
                log.error("a listener of the control log failed at version {}", after.version(), e);
            }
        }
        return after;
    }

    /// The state after the command, whose rows are put into the batch; the same state when the command changes
    /// nothing.
    private State apply(State before, Command command) {
        long version = before.version() + 1;
        return switch (command) {
            case Command.Register(var node, var incarnation) ->
                before.incarnation().equals(incarnation)
                        ? before
                        : new State(version, before.epoch() + 1, incarnation, before.apps());
            case Command.PutApp(var appId, var document) -> {
                if (Arrays.equals(before.apps().get(appId), document)) {
                    yield before;
                }
                batch.put(Table.CONTROL, appKey(appId), document);
                Map<String, byte[]> apps = new TreeMap<>(before.apps());
                apps.put(appId, document.clone());
                yield new State(version, before.epoch(), before.incarnation(), Map.copyOf(apps));
            }
            case Command.DeleteApp(var appId) -> {
                if (!before.apps().containsKey(appId)) {
                    yield before;
                }
                batch.delete(Table.CONTROL, appKey(appId));
                Map<String, byte[]> apps = new TreeMap<>(before.apps());
                apps.remove(appId);
                yield new State(version, before.epoch(), before.incarnation(), Map.copyOf(apps));
            }
        };
    }

    private static byte[] appKey(String appId) {
        return (APP_PREFIX + appId).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        thread.close();
    }
}
