package io.hark.history;

import java.time.Duration;

/// Value: how the store keeps data and how much memory and disk bandwidth it takes.
///
/// @param dedupeWindow             how long a publish id is remembered, by the time of its entry; at least 1 s
/// @param channelMemory            how long after its last entry a channel's position is known exactly,
///                                 whatever its retention; later its continuity is judged by what
///                                 expired from its slot; at least 1 s
/// @param readers                  threads that read, 1 to 64
/// @param readsQueuedMax           reads that wait for a thread; a further one fails with [StoreOverloaded]
/// @param blockCacheBytes          blocks, indexes and filters of all tables; at least 1 MiB
/// @param writeBufferBytes         unflushed rows of all tables; at least 1 MiB. Rows are inserted in half the
///                                 time while all of them fit into the processor's cache. Native memory
///                                 ends near `blockCacheBytes + writeBufferBytes`
/// @param compactionBytesPerSecond limit for flush and compaction, so that they do not starve the log of the
///                                 disk
/// @param powerSafeWal             for tests: log bytes stay in the process until they are synced, so
///                                 that `kill -9` loses what a power loss would, and counts as one
/// @param acceptLostTail           open although entries are missing that the slot's meta speaks of: such
///                                 slots are in
///                                 [RocksHistoryStore#dirtySlots]. Off, opening fails with [DamagedStore]
/// @param replicated               other nodes hold the slots too: open as if `acceptLostTail`, and
///                                 count a slot as dirty until it is wiped
public record HistoryConfig(
        Duration dedupeWindow,
        Duration channelMemory,
        int readers,
        int readsQueuedMax,
        long blockCacheBytes,
        long writeBufferBytes,
        long compactionBytesPerSecond,
        boolean powerSafeWal,
        boolean acceptLostTail,
        boolean replicated) {
    private static final long MIB = 1 << 20;

    public HistoryConfig {
        check(
                dedupeWindow.compareTo(Duration.ofSeconds(1)) >= 0,
                "history.dedupeWindow",
                dedupeWindow,
                "at least PT1S");
        check(
                channelMemory.compareTo(Duration.ofSeconds(1)) >= 0,
                "history.channelMemory",
                channelMemory,
                "at least PT1S");
        check(readers >= 1 && readers <= 64, "history.readers", readers, "1 to 64");
        check(readsQueuedMax >= 1, "history.readsQueuedMax", readsQueuedMax, "1 or more");
        check(blockCacheBytes >= MIB, "history.blockCacheBytes", blockCacheBytes, "at least 1 MiB");
        check(writeBufferBytes >= MIB, "history.writeBufferBytes", writeBufferBytes, "at least 1 MiB");
        check(
                compactionBytesPerSecond >= MIB,
                "history.compactionBytesPerSecond",
                compactionBytesPerSecond,
                "at least 1 MiB");
    }

    public static HistoryConfig defaults() {
        return new HistoryConfig(
                Duration.ofMinutes(5),
                Duration.ofHours(72),
                2,
                1024,
                64 * MIB,
                16 * MIB,
                128 * MIB,
                false,
                false,
                false);
    }

    public HistoryConfig withDedupeWindow(Duration value) {
        return new HistoryConfig(
                value,
                channelMemory,
                readers,
                readsQueuedMax,
                blockCacheBytes,
                writeBufferBytes,
                compactionBytesPerSecond,
                powerSafeWal,
                acceptLostTail,
                replicated);
    }

    public HistoryConfig withChannelMemory(Duration value) {
        return new HistoryConfig(
                dedupeWindow,
                value,
                readers,
                readsQueuedMax,
                blockCacheBytes,
                writeBufferBytes,
                compactionBytesPerSecond,
                powerSafeWal,
                acceptLostTail,
                replicated);
    }

    public HistoryConfig withMemory(long newBlockCacheBytes, long newWriteBufferBytes) {
        return new HistoryConfig(
                dedupeWindow,
                channelMemory,
                readers,
                readsQueuedMax,
                newBlockCacheBytes,
                newWriteBufferBytes,
                compactionBytesPerSecond,
                powerSafeWal,
                acceptLostTail,
                replicated);
    }

    public HistoryConfig withReaders(int newReaders, int newReadsQueuedMax) {
        return new HistoryConfig(
                dedupeWindow,
                channelMemory,
                newReaders,
                newReadsQueuedMax,
                blockCacheBytes,
                writeBufferBytes,
                compactionBytesPerSecond,
                powerSafeWal,
                acceptLostTail,
                replicated);
    }

    public HistoryConfig withPowerSafeWal(boolean value) {
        return new HistoryConfig(
                dedupeWindow,
                channelMemory,
                readers,
                readsQueuedMax,
                blockCacheBytes,
                writeBufferBytes,
                compactionBytesPerSecond,
                value,
                acceptLostTail,
                replicated);
    }

    public HistoryConfig withAcceptLostTail(boolean value) {
        return new HistoryConfig(
                dedupeWindow,
                channelMemory,
                readers,
                readsQueuedMax,
                blockCacheBytes,
                writeBufferBytes,
                compactionBytesPerSecond,
                powerSafeWal,
                value,
                replicated);
    }

    public HistoryConfig withReplicated(boolean value) {
        return new HistoryConfig(
                dedupeWindow,
                channelMemory,
                readers,
                readsQueuedMax,
                blockCacheBytes,
                writeBufferBytes,
                compactionBytesPerSecond,
                powerSafeWal,
                acceptLostTail,
                value);
    }

    private static void check(boolean valid, String key, Object value, String allowed) {
        if (!valid) {
            throw new IllegalArgumentException("%s must be %s, was %s".formatted(key, allowed, value));
        }
    }
}
