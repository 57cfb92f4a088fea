package io.hark.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;

class RawBatchTest {
    @TempDir
    Path dir;

    @Test
    void isByteForByteWhatRocksDbWrites() throws Exception {
        try (Database database = Database.open(dir, RocksSubject.CONFIG, WALRecoveryMode.AbsoluteConsistency);
                WriteBatch expected = new WriteBatch()) {
            byte[] key = {1, 2, 3};
            byte[] end = {1, 3};
            byte[] value = new byte[300];
            expected.put(database.handle(Table.HIST), key, value);
            expected.delete(database.handle(Table.STATE), key);
            expected.deleteRange(database.handle(Table.CHAN), key, end);
            expected.put(database.handle(Table.META), key, new byte[0]);

            RawBatch batch = database.newBatch();
            batch.put(Table.HIST, key, value);
            batch.delete(Table.STATE, key);
            batch.deleteRange(Table.CHAN, key, end);
            batch.put(Table.META, key.length).put(key);
            batch.value(new Bytes(1));

            assertThat(batch.serialized()).isEqualTo(expected.data());
        }
    }
}
