package io.hark.loadtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PacerTest {
    private static final long BEGIN = 5_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private static List<Long> sendUntil(Pacer pacer, long now) {
        List<Long> due = new ArrayList<>();
        while (pacer.due(now) <= now) {
            due.add(pacer.due(now));
            pacer.sent();
        }
        return due;
    }

    @Test
    void messagesAreDueAtASteadyRate() {
        Pacer pacer = Pacer.of(1_000, 0, BEGIN);

        assertThat(sendUntil(pacer, BEGIN + 3 * MILLI))
                .containsExactly(BEGIN, BEGIN + MILLI, BEGIN + 2 * MILLI, BEGIN + 3 * MILLI);
    }

    @Test
    void aStallOfTheServerMovesNothingThatIsDue() {
        Pacer pacer = Pacer.of(100, 0, BEGIN);
        sendUntil(pacer, BEGIN);

        List<Long> afterASecondOfSilence = sendUntil(pacer, BEGIN + SECOND);

        // Each of them counts from its own time, so the stall is seen a hundred times and not once.
        assertThat(afterASecondOfSilence)
                .hasSize(100)
                .startsWith(BEGIN + 10 * MILLI)
                .endsWith(BEGIN + SECOND);
    }

    @Test
    void aFractionOfARateAddsUpOverAnHour() {
        Pacer pacer = Pacer.of(3, 0, BEGIN);

        assertThat(sendUntil(pacer, BEGIN + 3_600 * SECOND)).hasSize(3 * 3_600 + 1);
    }

    @Test
    void publishersOfDifferentPhaseTakeTurns() {
        Pacer first = Pacer.of(10, 0, BEGIN);
        Pacer second = Pacer.of(10, 0.5, BEGIN);

        assertThat(second.due(BEGIN) - first.due(BEGIN)).isEqualTo(50 * MILLI);
    }

    @Test
    void whatWasDueAndNotSentIsCounted() {
        Pacer pacer = Pacer.of(10, 0, BEGIN);
        sendUntil(pacer, BEGIN + 300 * MILLI);

        assertThat(pacer.unsent(BEGIN + SECOND)).isEqualTo(6);
        sendUntil(pacer, BEGIN + SECOND - 1);
        assertThat(pacer.unsent(BEGIN + SECOND)).isZero();
    }

    @Test
    void aClosedLoopIsAlwaysDueAndNeverBehind() {
        Pacer pacer = Pacer.of(0, 0, BEGIN);

        assertThat(pacer.due(BEGIN + 42)).isEqualTo(BEGIN + 42);
        assertThat(pacer.unsent(BEGIN + SECOND)).isZero();
    }
}
