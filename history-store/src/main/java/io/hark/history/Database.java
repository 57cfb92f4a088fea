package io.hark.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RateLimiter;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/// Blocking: the RocksDB instance with its tables. Any thread; closed once nobody uses it any more.
final class Database implements AutoCloseable {
    private static final long KIB = 1 << 10;
    private static final long MIB = 1 << 20;
    private static final double BLOOM_BITS = 10;
    private static final int RANGE_DELETIONS_UNFLUSHED = 100;
    private static final int LEVEL0_FILES = 16;

    // Native objects in the order they were made; what is made later refers to what was made earlier.
    private final Deque<AbstractNativeReference> natives = new ArrayDeque<>();
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final boolean manualFlush;
    private final WriteOptions written;
    private final WriteOptions synced;
    private final ReadOptions points;
    private final ReadOptions prefixScans;
    private final ReadOptions fullScans;
    private final RocksDB rocks;

    private Database(Path dir, HistoryConfig config, WALRecoveryMode recovery) throws RocksDBException {
        manualFlush = config.powerSafeWal();
        // Charged to the cache: what memtables take, blocks give back.
        Cache cache = keep(new LRUCache(config.blockCacheBytes() + config.writeBufferBytes()));
        BloomFilter bloom = keep(new BloomFilter(BLOOM_BITS));
        DBOptions options = keep(new DBOptions());
        options.setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setWalRecoveryMode(recovery)
                .setManualWalFlush(manualFlush)
                // Else tables of few rows would be flushed with each of the full ones.
                .setMaxTotalWalSize(8 * config.writeBufferBytes())
                .setWriteBufferManager(keep(new WriteBufferManager(config.writeBufferBytes(), cache)))
                .setRateLimiter(keep(new RateLimiter(config.compactionBytesPerSecond())))
                // One thread writes: what serves many only costs.
                .setAllowConcurrentMemtableWrite(false)
                .setEnableWriteThreadAdaptiveYield(false)
                // A failed write ends the store; RocksDB must not repair itself behind its back.
                .setMaxBgErrorResumeCount(0)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(4096)
                .setBytesPerSync(MIB)
                .setStatsDumpPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(8 * MIB)
                .setKeepLogFileNum(4);
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, keep(new ColumnFamilyOptions())));
        for (Table table : Table.values()) {
            byte[] name = name(table).getBytes(StandardCharsets.US_ASCII);
            families.add(new ColumnFamilyDescriptor(name, tableOptions(table, config, cache, bloom)));
        }
        written = keep(new WriteOptions());
        synced = keep(new WriteOptions()).setSync(!manualFlush);
        points = keep(new ReadOptions());
        prefixScans = keep(new ReadOptions()).setPrefixSameAsStart(true);
        fullScans = keep(new ReadOptions()).setTotalOrderSeek(true);
        try {
            verifyTables(dir);
            rocks = RocksDB.open(options, dir.toString(), families, handles);
        } catch (RocksDBException | DamagedStore e) {
            natives.forEach(AbstractNativeReference::close);
            throw e;
        }
    }

    /// RocksDB opens all tables that there are, or none.
    private static void verifyTables(Path dir) throws RocksDBException {
        if (!Files.exists(dir.resolve("CURRENT"))) {
            return;
        }
        Set<String> known = Arrays.stream(Table.values()).map(Database::name).collect(Collectors.toSet());
        known.add(new String(RocksDB.DEFAULT_COLUMN_FAMILY, StandardCharsets.US_ASCII));
        try (Options options = new Options()) {
            for (byte[] name : RocksDB.listColumnFamilies(options, dir.toString())) {
                String table = new String(name, StandardCharsets.UTF_8);
                if (!known.contains(table)) {
                    throw new DamagedStore(
                            "the store was written by another version of the software: its table %s is not known; "
                                            .formatted(table)
                                    + "move the directory away to start empty");
                }
            }
        }
    }

    private static String name(Table table) {
        return table.name().toLowerCase(Locale.ROOT);
    }

    /// @param recovery what to make of a log file that does not end well
    static Database open(Path dir, HistoryConfig config, WALRecoveryMode recovery) throws RocksDBException {
        try {
            Files.createDirectories(dir);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the store's directory " + dir, e);
        }
        NativeLibrary.load(dir.resolveSibling("native"));
        return new Database(dir, config, recovery);
    }

    private ColumnFamilyOptions tableOptions(Table table, HistoryConfig config, Cache cache, BloomFilter bloom) {
        BlockBasedTableConfig blocks = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setWholeKeyFiltering(table.pointLookups);
        if (table.pointLookups || table.prefixBytes > 0) {
            blocks.setFilterPolicy(bloom);
        }
        ColumnFamilyOptions options = keep(new ColumnFamilyOptions())
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                // Several tables fill at once; the write buffer manager bounds the sum.
                .setWriteBufferSize(Math.max(64 * KIB, config.writeBufferBytes() / 4))
                .setMaxWriteBufferNumber(4)
                // Much of what is flushed expires before it is worth merging.
                .setLevel0FileNumCompactionTrigger(LEVEL0_FILES)
                .setLevel0SlowdownWritesTrigger(2 * LEVEL0_FILES)
                .setLevel0StopWritesTrigger(3 * LEVEL0_FILES)
                // Expired rows go by whole files: the smaller these are, the sooner.
                .setTargetFileSizeBase(Math.clamp(config.writeBufferBytes(), 64 * KIB, 16 * MIB))
                .setTargetFileSizeMultiplier(2)
                // Every read looks at the range deletions of unflushed rows; flushing gets rid of them.
                .setMemtableMaxRangeDeletions(RANGE_DELETIONS_UNFLUSHED);
        options.setTableFormatConfig(blocks);
        if (table.prefixBytes > 0) {
            options.useFixedLengthPrefixExtractor(table.prefixBytes);
        }
        return options;
    }

    private <T extends AbstractNativeReference> T keep(T reference) {
        natives.push(reference);
        return reference;
    }

    RawBatch newBatch() {
        int[] ids = new int[Table.values().length];
        for (Table table : Table.values()) {
            ids[table.ordinal()] = handle(table).getID();
        }
        return new RawBatch(ids);
    }

    /// Returns once the batch is in the log file, and on the disk if `sync`.
    void write(RawBatch batch, boolean sync) throws RocksDBException {
        try (WriteBatch nativeBatch = new WriteBatch(batch.serialized())) {
            rocks.write(sync ? synced : written, nativeBatch);
        }
        if (sync && manualFlush) {
            rocks.flushWal(true);
        }
    }

    /// Syncs what was written unsynced so far; does not hold up writes.
    void sync() throws RocksDBException {
        rocks.flushWal(true);
    }

    Optional<byte[]> get(Table table, byte[] key) throws RocksDBException {
        return Optional.ofNullable(rocks.get(handle(table), points, key));
    }

    /// Scans that stay within the table's prefix; ends with it.
    RocksIterator prefixScan(Table table) {
        return rocks.newIterator(handle(table), prefixScans);
    }

    RocksIterator fullScan(Table table) {
        return rocks.newIterator(handle(table), fullScans);
    }

    /// The tables as they are now, for several reads that belong together. To be closed after its scans.
    View view() {
        return new View();
    }

    /// Confined: the tables as they were at one moment, but for files that were dropped since.
    final class View implements AutoCloseable {
        private final Snapshot moment = rocks.getSnapshot();
        private final ReadOptions momentPoints = new ReadOptions().setSnapshot(moment);
        private final ReadOptions momentScans =
                new ReadOptions().setSnapshot(moment).setPrefixSameAsStart(true);

        private View() {}

        Optional<byte[]> get(Table table, byte[] key) throws RocksDBException {
            return Optional.ofNullable(rocks.get(handle(table), momentPoints, key));
        }

        /// Scans that stay within the table's prefix; ends with it.
        RocksIterator prefixScan(Table table) {
            return rocks.newIterator(handle(table), momentScans);
        }

        @Override
        public void close() {
            momentScans.close();
            momentPoints.close();
            rocks.releaseSnapshot(moment);
            moment.close();
        }
    }

    /// Gives the disk space of whole files in the range back at once; the rows must have been deleted before.
    void dropFiles(Table table, byte[] begin, byte[] end) throws RocksDBException {
        rocks.deleteFilesInRanges(handle(table), List.of(begin, end), false);
    }

    RocksDB rocks() {
        return rocks;
    }

    ColumnFamilyHandle handle(Table table) {
        return handles.get(table.ordinal() + 1);
    }

    @Override
    public void close() {
        handles.forEach(ColumnFamilyHandle::close);
        rocks.close();
        natives.forEach(AbstractNativeReference::close);
    }
}
