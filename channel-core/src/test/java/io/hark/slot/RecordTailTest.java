package io.hark.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordTailTest {
    private final RecordTail tail = new RecordTail();

    private static LogRecord record(long lsn, int length) {
        return TestLog.record(lsn, 1, "x".repeat(length));
    }

    @Test
    void anEmptyTailHasNoBytes() {
        assertThat(tail.isEmpty()).isTrue();
        assertThat(tail.bytes()).isZero();
        assertThat(tail.bytesBetween(0, 10)).isZero();
    }

    @Test
    void bytesAreThoseOfTheRecordsThatAreStillThere() {
        LogRecord second = record(12, 20);
        LogRecord third = record(13, 30);
        tail.add(record(11, 10));
        tail.add(second);
        tail.add(third);
        tail.dropFirst();

        assertThat(tail.firstLsn()).isEqualTo(12);
        assertThat(tail.bytes()).isEqualTo(second.size() + third.size());
        assertThat(tail.bytesBetween(12, 13)).isEqualTo(third.size());
        assertThat(tail.bytesBetween(-1, 13)).isEqualTo(tail.bytes());
        assertThat(tail.bytesBetween(5, 11)).isZero();
        assertThat(tail.bytesBetween(13, 13)).isZero();
    }

    @Test
    void aTailThatWasEmptiedGoesOnAnywhere() {
        tail.add(record(1, 10));
        tail.dropFirst();
        assertThat(tail.isEmpty()).isTrue();

        LogRecord next = record(70, 10);
        tail.add(next);
        assertThat(tail.firstLsn()).isEqualTo(70);
        assertThat(tail.get(70)).isSameAs(next);
        assertThat(tail.bytes()).isEqualTo(next.size());
    }

    @Test
    void itHoldsWhatAListWouldHoldWhileItGrowsAndShrinks() {
        Random random = new Random(1);
        List<LogRecord> model = new ArrayList<>();
        long next = 1;
        for (int step = 0; step < 20_000; step++) {
            boolean grows = (step / 500) % 2 == 0;
            if (model.isEmpty() || random.nextInt(10) < (grows ? 7 : 3)) {
                LogRecord record = record(next++, random.nextInt(50));
                tail.add(record);
                model.add(record);
            } else {
                tail.dropFirst();
                model.removeFirst();
            }
            assertThat(tail.isEmpty()).isEqualTo(model.isEmpty());
            if (!model.isEmpty()) {
                int from = random.nextInt(model.size());
                int to = from + random.nextInt(model.size() - from);
                long bytes = model.subList(from, to + 1).stream()
                        .mapToLong(LogRecord::size)
                        .sum();
                assertThat(tail.lastLsn()).isEqualTo(model.getLast().lsn());
                assertThat(tail.get(model.get(to).lsn())).isSameAs(model.get(to));
                assertThat(tail.bytesBetween(
                                model.get(from).lsn() - 1, model.get(to).lsn()))
                        .isEqualTo(bytes);
            }
        }
    }
}
