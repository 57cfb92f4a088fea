package io.hark.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    Path dir;

    @Test
    void whatWasWrittenIsReadBack() throws Exception {
        List<Event> written = new ArrayList<>();
        Path file = dir.resolve("history.bin");
        try (History.Recorder recorder = new History.Recorder(file)) {
            for (Event event : all()) {
                recorder.record(micros -> {
                    written.add(event);
                    return event;
                });
            }
        }

        List<Event> read = new ArrayList<>();
        History.of(file).forEach(read::add);

        assertThat(read).isEqualTo(written);
    }

    private static List<Event> all() {
        long key = MessageKey.of(12, 345_678);
        return List.of(
                new Event.Invoked(5, 199, key, true),
                new Event.Reissued(5, key),
                new Event.Accepted(1_000_000_007, key, Long.MIN_VALUE),
                new Event.Refused(1_000_000_008, key, 40_009),
                new Event.Attached(1_000_000_008, 400, 3, true, -1, 1, 0),
                new Event.Attached(1_000_000_008, 400, 3, false, Event.NONE, 1, 90_003),
                new Event.Received(1_000_000_009, 1, 2, key, 3, 4),
                new Event.Received(1_000_000_009, 1, 2, MessageKey.FOREIGN, 3, 4),
                new Event.Logged(1_000_000_009, 2, 7, key, "01726585978590-001@eu.1.4711:000"),
                new Event.Connected(2_000_000_000, 5, 1, true, false),
                new Event.Disconnected(2_000_000_000, 5, 80_003),
                new Event.Present(2_000_000_000, "node-1", 8, List.of("a=1", "b=ü")),
                new Event.Faulted(2_000_000_000, false, "kill node=1"),
                new Event.Violated(2_000_000_000, Event.Violated.OPERATOR, "x".repeat(100)),
                new Event.Ended(2_000_000_001, 2, 137),
                new Event.Unread(2_000_000_002, Event.Unread.NOBODY, 9));
    }

    @Test
    void aMessageTakesFewBytes() throws Exception {
        Path file = dir.resolve("history.bin");
        try (History.Recorder recorder = new History.Recorder(file)) {
            for (int i = 0; i < 10_000; i++) {
                int number = i;
                recorder.record(micros -> new Event.Received(micros, 300, 150, MessageKey.of(9, number), 77L << 40, 5));
            }
        }

        assertThat(Files.size(file)).isLessThan(10_000 * 30);
    }

    @Test
    void aMessagesNameIsItsNumber() {
        long key = MessageKey.of(20, 119_999);

        assertThat(MessageKey.text(key)).isEqualTo("p20-119999");
        assertThat(MessageKey.parse("p20-119999")).isEqualTo(key);
        assertThat(MessageKey.parse("somebody else's")).isEqualTo(MessageKey.FOREIGN);
    }
}
