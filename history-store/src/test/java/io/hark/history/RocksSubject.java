package io.hark.history;

import io.hark.channel.HistoryStore;
import io.hark.channel.HistoryStoreContract;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// A store in a directory whose clock stands still, so that only the test lets rows expire.
final class RocksSubject implements HistoryStoreContract.Subject {
    static final HistoryConfig CONFIG = HistoryConfig.defaults()
            .withDedupeWindow(HistoryStoreContract.DEDUPE_WINDOW)
            .withChannelMemory(HistoryStoreContract.CHANNEL_MEMORY)
            .withMemory(4 << 20, 4 << 20);

    final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Path dir;
    private HistoryConfig config;
    private Optional<String> bootId;
    private RocksHistoryStore store;

    RocksSubject(Path dir, HistoryConfig config) {
        this(dir, config, Optional.of("boot-1"));
    }

    RocksSubject(Path dir, HistoryConfig config, Optional<String> bootId) {
        this.dir = dir;
        openWith(config, bootId);
    }

    void open() {
        store = RocksHistoryStore.open(
                dir, config, new StoreEnvironment(() -> 0, bootId, StoreObserver.NONE, failure::set));
    }

    void openWith(HistoryConfig newConfig, Optional<String> newBootId) {
        config = newConfig;
        bootId = newBootId;
        open();
    }

    void openAgainWith(HistoryConfig newConfig) {
        store.close();
        openWith(newConfig, bootId);
    }

    @Override
    public HistoryStore store() {
        return store;
    }

    RocksHistoryStore rocks() {
        return store;
    }

    @Override
    public void reopen() {
        store.close();
        open();
    }

    @Override
    public void expire(long nowMillis) {
        try {
            store.expire(nowMillis).toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("expiry failed", e);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
