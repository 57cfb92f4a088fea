package io.hark.history;

import io.hark.channel.HistoryStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksHistoryStoreTest implements HistoryStoreContract {
    @TempDir
    Path dir;

    @Override
    public Subject subject() {
        return new RocksSubject(dir.resolve("one"), RocksSubject.CONFIG);
    }

    @Override
    public Subject another() {
        return new RocksSubject(dir.resolve("other"), RocksSubject.CONFIG);
    }
}
