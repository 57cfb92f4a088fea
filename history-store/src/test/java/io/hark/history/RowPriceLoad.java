package io.hark.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.channel.IdHash;
import io.hark.channel.LogScript;
import io.hark.channel.SlotMeta;
import io.hark.channel.Slots;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.WALRecoveryMode;

/// Prints what the rows of each table cost that an entry of 128 bytes with an id writes: in the thread that writes
/// them, and in those that flush and compact meanwhile. The rows are those that the store would write; each table's
/// are written alone, then all of them as they are. It asserts nothing about speed.
class RowPriceLoad {
    private static final long ENTRIES = Long.getLong("hark.price.entries", 1_000_000);
    private static final int PER_BATCH = Integer.getInteger("hark.price.perBatch", 32);
    private static final int CHANNELS = 10_000;
    private static final int CHUNK = 50_000;
    private static final ChannelPolicy POLICY = new ChannelPolicy(Durability.REPLICATED, Duration.ofMinutes(2));
    private static final Set<Table> ALL = EnumSet.of(Table.HIST, Table.LOG, Table.DEDUPE, Table.CHAN, Table.META);

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final List<ChannelId> channels = IntStream.range(0, CHANNELS)
            .mapToObj(i -> ChannelId.of("app", "channel-" + i))
            .toList();

    @TempDir
    private Path parent;

    @Test
    @Tag("long")
    void whatRowsCost() throws Exception {
        write(EnumSet.noneOf(Table.class), ENTRIES / 4); // For the JIT compiler.
        write(ALL, ENTRIES / 4);
        for (Table table : ALL) {
            System.out.printf("%-6s %s%n", table, write(EnumSet.of(table), ENTRIES));
        }
        Price all = write(ALL, ENTRIES);
        System.out.printf("%-6s %s%n", "all", all);
        assertThat(all.bytes()).isPositive();
    }

    /// Value: for one entry.
    private record Price(double writerMicros, double othersMicros, double bytes) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%5.2f us in the writer, %5.2f us in other threads, %4.0f bytes an entry",
                    writerMicros,
                    othersMicros,
                    bytes);
        }
    }

    private Price write(Set<Table> tables, long entries) throws Exception {
        Path dir = Files.createTempDirectory(parent, "row-price");
        try (Database database = Database.open(dir, HistoryConfig.defaults(), WALRecoveryMode.PointInTimeRecovery)) {
            int[] families = families(database);
            Retention retention = Retention.load(database, HistoryConfig.defaults(), database.newBatch());
            SlotMeta[] metas =
                    IntStream.range(0, Slots.COUNT).mapToObj(SlotMeta::empty).toArray(SlotMeta[]::new);
            WriteSet rows = new WriteSet(retention, new ChannelBoundaries(retention, metas), database.newBatch());
            LogScript script = new LogScript();
            long made = 0;
            long bytes = 0;
            long writing = 0;
            long makingCpu = 0;
            long cpu = system.getProcessCpuTime();
            while (made < entries) {
                long before = threadCpu();
                List<RawBatch> batches = new ArrayList<>();
                for (int i = 0; i < CHUNK; i += PER_BATCH) {
                    batches.add(batch(script, rows, made + i, tables, families, database));
                }
                made += CHUNK;
                makingCpu += threadCpu() - before;
                long started = threadCpu();
                for (RawBatch batch : batches) {
                    bytes += batch.sizeBytes();
                    database.write(batch, false);
                }
                writing += threadCpu() - started;
            }
            long others = system.getProcessCpuTime() - cpu - makingCpu - writing;
            return new Price(writing / 1e3 / made, others / 1e3 / made, (double) bytes / made);
        }
    }

    private static long threadCpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private RawBatch batch(
            LogScript script, WriteSet rows, long first, Set<Table> tables, int[] families, Database database) {
        for (long number = first; number < first + PER_BATCH; number++) {
            // Multiplying by an odd number visits channels and ids in no order.
            long mixed = number * 0x9E3779B97F4A7C15L;
            script.message(
                    channels.get((int) (mixed >>> 40) % CHANNELS),
                    POLICY,
                    System.currentTimeMillis(),
                    "x".repeat(128),
                    Optional.of(new IdHash(mixed, number)));
        }
        script.take().forEach(rows::add);
        RawBatch chosen = database.newBatch();
        copy(rows.finish().serialized(), chosen, tables, families);
        rows.clear();
        return chosen;
    }

    private static int[] families(Database database) {
        int[] tableOfFamily = new int[Table.values().length + 1];
        for (Table table : Table.values()) {
            tableOfFamily[database.handle(table).getID()] = table.ordinal();
        }
        return tableOfFamily;
    }

    /// Only puts, which is all that entries without changes of state write.
    private static void copy(byte[] serialized, RawBatch to, Set<Table> tables, int[] tableOfFamily) {
        ByteBuffer in = ByteBuffer.wrap(serialized, RawBatch.HEADER_BYTES, serialized.length - RawBatch.HEADER_BYTES);
        while (in.hasRemaining()) {
            in.get();
            Table table = Table.values()[tableOfFamily[(int) Rows.varint(in)]];
            byte[] key = bytes(in);
            byte[] value = bytes(in);
            if (tables.contains(table)) {
                to.put(table, key, value);
            }
        }
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[(int) Rows.varint(in)];
        in.get(bytes);
        return bytes;
    }
}
