package io.hark.history;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Durability;
import io.hark.channel.LogScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/// A process of its own that appends until somebody kills it or the store fails, and says on its output
/// what was acknowledged: `<channel> <lsn> <text> end` for each entry, `failed` for a refused append.
final class AppendUntilKilled {
    static final String END = "end";
    static final int CHANNELS = 16;
    private static final int IN_FLIGHT = 64;

    private AppendUntilKilled() {}

    static ChannelId channel(int number) {
        return ChannelId.of("shop", "killed-" + number);
    }

    static HistoryConfig config(boolean powerSafeWal) {
        return RocksSubject.CONFIG.withMemory(4 << 20, 1 << 20).withPowerSafeWal(powerSafeWal);
    }

    public static void main(String[] args) throws Exception {
        ChannelPolicy policy = new ChannelPolicy(Durability.valueOf(args[1]), Duration.ofHours(24));
        RocksHistoryStore store = RocksHistoryStore.open(Path.of(args[0]), config(Boolean.parseBoolean(args[2])));
        LogScript script = new LogScript();
        for (int i = 0; i < CHANNELS; i++) {
            script.goOn(store, channel(i));
        }
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        for (int round = 0; ; round++) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i <= round % 3; i++) {
                int number = (round + i) % CHANNELS;
                long lsn = script.meta(channel(number).key().slot()).lastLsn() + 1;
                String text = lsn + "-" + "x".repeat(round % 500);
                script.message(channel(number), policy, System.currentTimeMillis(), text);
                lines.add(number + " " + lsn + " " + text + " " + END);
            }
            List<Append> appends = script.take();
            inFlight.acquire();
            store.append(appends, failure -> {
                System.out.println(failure.isPresent() ? "failed" : String.join("\n", lines));
                inFlight.release();
            });
        }
    }
}
