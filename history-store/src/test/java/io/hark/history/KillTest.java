package io.hark.history;

import static io.hark.channel.HistoryStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.HistoryQuery;
import io.hark.channel.LogScript;
import io.hark.channel.SlotMeta;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class KillTest {
    private static final int ROUNDS = 4;

    @TempDir
    Path dir;

    @TempDir
    Path libraries;

    private final Random random = new Random(42);
    /// What was acknowledged, by channel number and LSN.
    private final Map<Integer, Map<Long, String>> acknowledged = new HashMap<>();

    @Test
    void whatWasAcknowledgedSurvivesTheDeathOfTheProcess() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            appendAndKill("REPLICATED", false);
            try (RocksHistoryStore store = RocksHistoryStore.open(dir, AppendUntilKilled.config(false))) {
                everythingAcknowledgedIsThere(store);
                assertThat(meta(store, 0).lineage()).isEqualTo(1);
            }
        }
    }

    @Test
    void aStoreThatDiedIsOpenedByAProcessThatDiesToo() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            appendAndKill("REPLICATED", false);
        }
        try (RocksHistoryStore store = RocksHistoryStore.open(dir, AppendUntilKilled.config(false))) {
            everythingAcknowledgedIsThere(store);
        }
    }

    @Test
    void whatWasAcknowledgedAsSyncedSurvivesThePower() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            appendAndKill("FSYNC", true);
            try (RocksHistoryStore store = RocksHistoryStore.open(dir, AppendUntilKilled.config(true))) {
                everythingAcknowledgedIsThere(store);
                assertThat(meta(store, 0).lineage()).isEqualTo(round + 2);
            }
        }
    }

    @Test
    void whatWasLostWithThePowerIsBehindTheEndOfTheLineage() throws Exception {
        appendAndKill("REPLICATED", true);
        try (RocksHistoryStore store = RocksHistoryStore.open(dir, AppendUntilKilled.config(true))) {
            for (var ofChannel : acknowledged.entrySet()) {
                SlotMeta meta = meta(store, ofChannel.getKey());
                ofChannel.getValue().keySet().removeIf(lsn -> lsn > meta.lastLsn());
                if (meta.lastLsn() > 0) {
                    assertThat(meta.ended()).containsExactly(new SlotMeta.LineageEnd(1, meta.lastLsn()));
                }
            }
            everythingAcknowledgedIsThere(store);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskRefusesAppendsAndLosesNothing() throws Exception {
        Process process = start("REPLICATED", false);
        try (BufferedReader output = process.inputReader()) {
            acknowledge(output.readLine());
            // A limit on the size of files stands for the full disk: the write to the log file fails in the
            // middle.
            new ProcessBuilder("prlimit", "--fsize=65536", "--pid", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            String line = output.readLine();
            while (line != null && !line.equals("failed")) {
                acknowledge(line);
                line = output.readLine();
            }
            assertThat(line).isEqualTo("failed");
            for (int i = 0; i < 100; i++) {
                assertThat(output.readLine()).isEqualTo("failed");
            }
            process.toHandle().destroyForcibly();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        try (RocksHistoryStore store = RocksHistoryStore.open(dir, AppendUntilKilled.config(false))) {
            everythingAcknowledgedIsThere(store);
        }
    }

    private void appendAndKill(String durability, boolean powerSafeWal) throws Exception {
        Process process = start(durability, powerSafeWal);
        int linesUntilKilled = 1 + random.nextInt(3000);
        try (BufferedReader output = process.inputReader()) {
            for (int i = 0; i < linesUntilKilled; i++) {
                acknowledge(output.readLine());
            }
            process.toHandle().destroyForcibly();
            // What is still in the pipe was acknowledged before the end.
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                acknowledge(line);
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private Process start(String durability, boolean powerSafeWal) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        // RocksDB unpacks its library there, and a killed process leaves it
                        // behind.
                        "-Djava.io.tmpdir=" + libraries,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendUntilKilled.class.getName(),
                        dir.toString(),
                        durability,
                        String.valueOf(powerSafeWal))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private void acknowledge(String line) {
        String[] parts = line.split(" ");
        // The last line may have been cut off with the process.
        if (parts.length == 4 && parts[3].equals(AppendUntilKilled.END)) {
            acknowledged
                    .computeIfAbsent(Integer.valueOf(parts[0]), number -> new HashMap<>())
                    .put(Long.valueOf(parts[1]), parts[2]);
        }
    }

    private void everythingAcknowledgedIsThere(RocksHistoryStore store) throws Exception {
        assertThat(acknowledged).isNotEmpty();
        for (var ofChannel : acknowledged.entrySet()) {
            ChannelId channel = AppendUntilKilled.channel(ofChannel.getKey());
            Map<Long, String> stored = new HashMap<>();
            long last = 0;
            for (boolean more = true; more; ) {
                var page = get(store.read(HistoryQuery.after(channel.key(), last, Long.MAX_VALUE, 1000, 1 << 20)));
                for (Entry entry : page.entries()) {
                    assertThat(entry.prevLsn()).isEqualTo(last);
                    stored.put(entry.lsn(), LogScript.text(entry));
                    last = entry.lsn();
                }
                more = page.more();
            }
            assertThat(stored).containsAllEntriesOf(ofChannel.getValue());
            assertThat(meta(store, ofChannel.getKey()).lastLsn()).isEqualTo(last);
            assertThat(get(store.channel(channel.key())).lastLsn()).isEqualTo(last);
        }
    }

    private static SlotMeta meta(RocksHistoryStore store, int number) {
        return store.recovered(AppendUntilKilled.channel(number).key().slot());
    }
}
