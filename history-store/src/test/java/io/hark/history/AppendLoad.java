package io.hark.history;

import com.sun.management.OperatingSystemMXBean;
import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.channel.IdHash;
import io.hark.channel.LogScript;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.rocksdb.RocksDBException;

/// Prints how many 128-byte messages a second the store takes with as much waiting as owners allow, and what
/// that
/// costs: `AppendLoad <directory> <seconds> <REPLICATED|FSYNC> [entries/s [retention seconds]]`.
final class AppendLoad {
    private static final int CHANNELS = 10_000;
    private static final int PER_APPEND = 4;
    private static final int IN_FLIGHT = 4096;

    private final LongAdder entries = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder writeNanos = new LongAdder();
    private volatile long slowestNanos;

    private final StoreObserver observer = new StoreObserver() {
        @Override
        public void written(int batchEntries, long batchBytes, long nanos, boolean synced, long queuedBytes) {
            entries.add(batchEntries);
            batches.increment();
            bytes.add(batchBytes);
            writeNanos.add(nanos);
            slowestNanos = Math.max(slowestNanos, nanos);
        }
    };

    public static void main(String[] args) throws Exception {
        long rate = args.length > 3 ? Long.parseLong(args[3]) : Long.MAX_VALUE;
        Duration retention = Duration.ofSeconds(args.length > 4 ? Long.parseLong(args[4]) : 120);
        ChannelPolicy policy = new ChannelPolicy(Durability.valueOf(args[2]), retention);
        new AppendLoad().run(Path.of(args[0]), Integer.parseInt(args[1]), policy, rate);
    }

    private static long fileBytes(RocksHistoryStore store) throws RocksDBException {
        long bytes = 0;
        for (Table table : Table.values()) {
            Database database = store.database();
            bytes += database.rocks().getLongProperty(database.handle(table), "rocksdb.total-sst-files-size");
        }
        return bytes;
    }

    private void run(Path parent, int seconds, ChannelPolicy policy, long rate) throws Exception {
        Path dir = Files.createTempDirectory(parent, "append-load");
        StoreEnvironment environment = StoreEnvironment.system(observer, Throwable::printStackTrace);
        try (RocksHistoryStore store = RocksHistoryStore.open(
                dir, HistoryConfig.defaults().withDedupeWindow(policy.retention()), environment)) {
            List<ChannelId> channels = new ArrayList<>();
            for (int i = 0; i < CHANNELS; i++) {
                channels.add(ChannelId.of("app", "channel-" + i));
            }
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            LogScript script = new LogScript();
            Semaphore inFlight = new Semaphore(IN_FLIGHT);
            String text = "x".repeat(128);
            long start = System.nanoTime();
            long second = start;
            long cpu = system.getProcessCpuTime();
            long taken = 0;
            while (System.nanoTime() - start < Duration.ofSeconds(seconds).toNanos()) {
                long now = System.currentTimeMillis();
                for (int i = 0; i < PER_APPEND; i++) {
                    taken++;
                    // Multiplying by an odd number visits channels and ids in no order.
                    long mixed = taken * 0x9E3779B97F4A7C15L;
                    script.message(
                            channels.get((int) (mixed >>> 40) % CHANNELS),
                            policy,
                            now,
                            text,
                            Optional.of(new IdHash(mixed, taken)));
                }
                List<Append> appends = script.take();
                inFlight.acquire(appends.size());
                store.append(appends, failure -> inFlight.release(appends.size()));
                while (taken * 1e9 / (System.nanoTime() - start) > rate) {
                    LockSupport.parkNanos(100_000);
                }
                if (System.nanoTime() - second >= 1_000_000_000L) {
                    long cpuNow = system.getProcessCpuTime();
                    double elapsed = (System.nanoTime() - second) / 1e9;
                    System.out.printf(
                            "%,9.0f entries/s, %.2f cores, %,6.0f entries/batch, slowest write %.0f ms, %,d MiB in"
                                    + " files%n",
                            entries.sum() / elapsed,
                            (cpuNow - cpu) / 1e9 / elapsed,
                            (double) entries.sumThenReset() / batches.sumThenReset(),
                            slowestNanos / 1e6,
                            fileBytes(store) >> 20);
                    slowestNanos = 0;
                    cpu = cpuNow;
                    second = System.nanoTime();
                }
            }
            System.out.printf("%,d entries appended, writer busy %.0f%%%n", taken, writeNanos.sum() / 1e7 / seconds);
        }
    }
}
