package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The history of a run of 20 minutes at 2,000 messages a second is written, checked and drawn with the
/// memory that the tests have.
@Tag("long")
class LongHistoryTest {
    private static final int MESSAGES = 2_400_000;
    private static final int PUBLISHERS = 20;
    private static final int CHANNELS = 200;
    private static final int SUBSCRIBERS_OF_A_CHANNEL = 2;
    private static final int NODES = 3;

    @TempDir
    Path dir;

    @Test
    void aLongRunsHistoryIsCheckedInMemoryThatThereIs() throws Exception {
        Path file = dir.resolve("history.bin");
        long begun = System.nanoTime();
        try (History.Recorder recorder = new History.Recorder(file)) {
            for (int client = 0; client < CHANNELS * SUBSCRIBERS_OF_A_CHANNEL; client++) {
                int number = client;
                recorder.record(
                        micros -> new Event.Attached(micros, number, number % CHANNELS, false, Event.NONE, 1, 0));
            }
            for (int number = 0; number < MESSAGES; number++) {
                publishAndDeliver(recorder, number);
            }
            for (int node = 0; node < NODES; node++) {
                for (int number = 0; number < MESSAGES; number++) {
                    log(recorder, node, number);
                }
            }
        }
        long written = System.nanoTime();

        Verdict verdict = Checker.check(History.of(file), Rules.STRICT);
        long checked = System.nanoTime();
        Timeline timeline = Timeline.of(History.of(file));

        System.out.printf(
                "LongHistoryTest bytes=%d writeMillis=%d checkMillis=%d timelineMillis=%d%n",
                Files.size(file),
                (written - begun) / 1_000_000,
                (checked - written) / 1_000_000,
                (System.nanoTime() - checked) / 1_000_000);
        assertThat(verdict.anomalies()).isEmpty();
        assertThat(verdict.published()).isEqualTo(MESSAGES);
        assertThat(verdict.delivered()).isEqualTo(MESSAGES * SUBSCRIBERS_OF_A_CHANNEL);
        assertThat(verdict.compared()).isEqualTo(MESSAGES * (NODES - 1));
        assertThat(timeline.publish().count()).isEqualTo(MESSAGES);
    }

    private static long key(int number) {
        return MessageKey.of(number % PUBLISHERS, number / PUBLISHERS);
    }

    private static int channel(int number) {
        return (number * 7) % CHANNELS;
    }

    private static String serial(int number) {
        return "%014d-000@local.1.%d:000".formatted(number, number);
    }

    private static void publishAndDeliver(History.Recorder recorder, int number) {
        long serial = MessageKey.hash(serial(number));
        recorder.record(micros -> new Event.Invoked(micros, channel(number), key(number), true));
        recorder.record(micros -> new Event.Accepted(micros, key(number), serial));
        for (int i = 0; i < SUBSCRIBERS_OF_A_CHANNEL; i++) {
            int client = channel(number) + i * CHANNELS;
            recorder.record(
                    micros -> new Event.Received(micros, client, channel(number), key(number), serial, serial + 1));
        }
    }

    private static void log(History.Recorder recorder, int node, int number) {
        recorder.record(micros -> new Event.Logged(micros, node, channel(number), key(number), serial(number)));
    }
}
