package io.hark.history;

import static io.hark.channel.HistoryStoreContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.HistoryQuery;
import io.hark.channel.LogPage;
import io.hark.channel.LogRecord;
import io.hark.channel.LogScript;
import io.hark.channel.SlotMeta;
import io.hark.channel.StateChange;
import io.hark.channel.StateKind;
import io.hark.channel.StateQuery;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
                assertThat(store.mayHaveLost()).isFalse();
                assertThat(store.dirtySlots()).isEmpty();
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
                assertThat(store.mayHaveLost()).isTrue();
                assertThat(store.dirtySlots()).isEmpty();
                get(store.lossIsKnown());
            }
        }
    }

    @Test
    void whatWasLostWithThePowerIsTheEndOfTheLogAndIsTold() throws Exception {
        appendAndKill("REPLICATED", true);
        try (RocksHistoryStore store = RocksHistoryStore.open(dir, AppendUntilKilled.config(true))) {
            boolean anyLeft = false;
            for (var ofChannel : acknowledged.entrySet()) {
                SlotMeta meta = meta(store, ofChannel.getKey());
                ofChannel.getValue().keySet().removeIf(lsn -> lsn > meta.lastLsn());
                anyLeft |= meta.lastLsn() > 0;
            }
            assertThat(store.mayHaveLost()).isEqualTo(anyLeft);
            everythingAcknowledgedIsThere(store);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskRefusesAppendsAndLosesNothing() throws Exception {
        Process process = start(AppendUntilKilled.class, "REPLICATED", false);
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

    @Test
    void whatWasTakenBackStaysAwayAndTheRestIsWhole() throws Exception {
        Map<Long, Integer> epochAfter = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            boolean losesUnsynced = round % 2 == 1;
            Process process = start(TruncateUntilKilled.class, String.valueOf(1 + round * 1_000_000), losesUnsynced);
            try (BufferedReader output = process.inputReader()) {
                int cutsUntilKilled = 1 + random.nextInt(100);
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    String[] parts = line.split(" ");
                    if (parts.length == 3 && parts[2].equals(AppendUntilKilled.END)) {
                        epochAfter.put(Long.valueOf(parts[0]), Integer.valueOf(parts[1]));
                    }
                    if (cutsUntilKilled-- == 0) {
                        process.toHandle().destroyForcibly();
                    }
                }
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            try (RocksHistoryStore store = RocksHistoryStore.open(dir, AppendUntilKilled.config(losesUnsynced))) {
                assertThat(store.dirtySlots()).isEmpty();
                theSlotIsWhole(store, epochAfter);
            }
        }
    }

    /// Places and members are those that the log tells of.
    private static void theSlotIsWhole(RocksHistoryStore store, Map<Long, Integer> epochAfter) throws Exception {
        int slot = TruncateUntilKilled.CHANNELS.getFirst().key().slot();
        LogPage log = get(store.log(slot, 0, Integer.MAX_VALUE, Integer.MAX_VALUE));
        Map<ChannelId, Long> places = new HashMap<>();
        Map<ChannelId, Map<StateKind, Map<String, StateValue>>> state = new HashMap<>();
        SlotMeta meta = SlotMeta.empty(slot);
        for (LogRecord record : log.records()) {
            meta = meta.after(record.head());
            places.put(record.channel().orElseThrow(), record.lsn());
            Map<StateKind, Map<String, StateValue>> ofChannel =
                    state.computeIfAbsent(record.channel().orElseThrow(), channel -> new HashMap<>());
            for (StateChange change : record.changes()) {
                Map<String, StateValue> rows = ofChannel.computeIfAbsent(change.kind(), kind -> new TreeMap<>());
                change.after().ifPresentOrElse(value -> rows.put(change.key(), value), () -> rows.remove(change.key()));
            }
            epochAfter.forEach((lsn, epoch) -> assertThat(
                            record.lsn() <= lsn || record.head().epoch() >= epoch)
                    .as("entry %s after the cut at %d of epoch %d", record.head(), lsn, epoch)
                    .isTrue());
        }
        assertThat(log.isContiguousAfter(0)).isTrue();
        SlotMeta recovered = store.recovered(slot);
        assertThat(recovered.lastLsn()).isEqualTo(meta.lastLsn());
        assertThat(recovered.hlc()).isEqualTo(meta.hlc());
        assertThat(recovered.oseq()).isEqualTo(meta.oseq());
        // Epochs that were forgotten do not come back when later ones are taken back.
        assertThat(meta.epochs()).endsWith(recovered.epochs().toArray(SlotMeta.EpochStart[]::new));
        assertThat(recovered.epoch()).isEqualTo(meta.epoch());
        for (ChannelId channel : TruncateUntilKilled.CHANNELS) {
            var image = get(store.channel(channel.key()));
            assertThat(image.lastLsn()).isEqualTo(places.getOrDefault(channel, 0L));
            for (StateKind kind : StateKind.values()) {
                var rows = get(store.state(StateQuery.startingWith(channel.key(), kind, "", 1000)));
                assertThat(rows.rows())
                        .extracting(StateRow::value)
                        .containsExactlyElementsOf(state.getOrDefault(channel, Map.of())
                                .getOrDefault(kind, Map.of())
                                .values());
            }
        }
    }

    private void appendAndKill(String durability, boolean powerSafeWal) throws Exception {
        Process process = start(AppendUntilKilled.class, durability, powerSafeWal);
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

    private Process start(Class<?> main, String argument, boolean powerSafeWal) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        // RocksDB's library is unpacked there.
                        "-Djava.io.tmpdir=" + libraries,
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        dir.toString(),
                        argument,
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
