package io.hark.history;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.channel.HistoryStoreContract;
import io.hark.channel.LogScript;
import io.hark.channel.SlotMeta;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// A process of its own that appends to one slot and takes some of it back, each time as another owner, until
/// somebody kills it. It says on its output what was taken back: `<last lsn left> <epoch from then on> end`.
final class TruncateUntilKilled {
    static final List<ChannelId> CHANNELS = List.of(HistoryStoreContract.ORDERS, HistoryStoreContract.NEIGHBOUR);
    private static final ChannelPolicy POLICY = new ChannelPolicy(Durability.REPLICATED, Duration.ofHours(24));

    private TruncateUntilKilled() {}

    public static void main(String[] args) throws Exception {
        RocksHistoryStore store =
                RocksHistoryStore.open(Path.of(args[0]), AppendUntilKilled.config(Boolean.parseBoolean(args[2])));
        int slot = CHANNELS.getFirst().key().slot();
        LogScript script = new LogScript();
        SlotMeta meta = store.recovered(slot);
        Random random = new Random(meta.lastLsn());
        // The same rows in every process.
        long began = System.currentTimeMillis() / 86_400_000 * 86_400_000;
        for (int epoch = Integer.parseInt(args[1]); ; epoch++) {
            for (ChannelId channel : CHANNELS) {
                script.goOn(meta, store, channel);
            }
            script.epoch(epoch);
            for (int i = random.nextInt(40); i >= 0; i--) {
                ChannelId channel = CHANNELS.get(random.nextInt(2));
                long now = System.currentTimeMillis();
                String client = "client-" + random.nextInt(5);
                switch (random.nextInt(5)) {
                    case 0 -> script.leave(channel, POLICY, now, client);
                    case 1 -> script.enter(channel, POLICY, now, client);
                    case 2 -> {
                        long of = began + random.nextInt(5);
                        script.version(
                                channel,
                                POLICY,
                                now,
                                of,
                                random.nextBoolean() ? Optional.of(client) : Optional.empty());
                    }
                    default -> script.message(channel, POLICY, now, "x".repeat(random.nextInt(500)));
                }
            }
            for (Append append : script.take()) {
                store.append(List.of(append), failure -> {});
            }
            long lsn = script.meta(slot).lastLsn() - random.nextInt(30);
            meta = store.truncate(slot, Math.max(0, lsn))
                    .toCompletableFuture()
                    .join()
                    .orElseThrow();
            System.out.println(meta.lastLsn() + " " + (epoch + 1) + " " + AppendUntilKilled.END);
        }
    }
}
