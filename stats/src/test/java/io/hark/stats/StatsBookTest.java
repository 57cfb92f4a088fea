package io.hark.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatsBookTest {
    private static final Interval MINUTE = Interval.parse("2025-01-20:15:11").orElseThrow();
    private static final long START = MINUTE.startMillis();

    private final AppStats stats = new AppStats();
    private final StatsBook book = new StatsBook("node/life", stats);

    private long opened(StatsReport report) {
        return report.row().counts().of(Tally.CHANNELS_OPENED);
    }

    @Test
    void aReportHoldsAllOfTheMinuteSoFar() {
        LoopStats loop = stats.ofLoop();
        stats.add(Tally.CHANNELS_OPENED, 2);
        loop.add(Tally.CHANNELS_OPENED, 3);
        book.tick(START);
        StatsReport first = book.due(START, true, false).getFirst();
        assertThat(opened(first)).isEqualTo(5);
        book.reported(first, true);
        assertThat(book.due(START, true, false)).isEmpty();

        loop.add(Tally.CHANNELS_OPENED, 4);
        book.tick(START + 1_000);
        StatsReport second = book.due(START + 1_000, true, false).getFirst();
        assertThat(opened(second)).isEqualTo(9);
        assertThat(second.seq()).isGreaterThan(first.seq());
    }

    @Test
    void oneReportOfAMinuteIsOnItsWayAtATime() {
        stats.add(Tally.CHANNELS_OPENED, 1);
        book.tick(START);
        StatsReport first = book.due(START, true, false).getFirst();
        stats.add(Tally.CHANNELS_OPENED, 1);
        book.tick(START + 1_000);
        assertThat(book.due(START + 1_000, true, false)).isEmpty();
        book.reported(first, true);
        assertThat(opened(book.due(START + 1_000, true, false).getFirst())).isEqualTo(2);
    }

    @Test
    void whatIsNotTakenIsDueAgain() {
        stats.add(Tally.CHANNELS_OPENED, 1);
        book.tick(START);
        StatsReport first = book.due(START, true, false).getFirst();
        book.reported(first, false);
        StatsReport again = book.due(START, true, false).getFirst();
        assertThat(opened(again)).isEqualTo(1);
        assertThat(again.seq()).isGreaterThan(first.seq());
        assertThat(book.hasOpen()).isTrue();
    }

    @Test
    void levelsAreReportedOnceTheMinuteIsOver() {
        stats.gauge(Gauge.CHANNELS).add(3);
        book.tick(START);
        stats.gauge(Gauge.CHANNELS).add(-1);
        book.tick(START + 6_000);
        assertThat(book.due(START + 6_000, true, false)).isEmpty();
        book.tick(MINUTE.endMillis());
        List<StatsReport> due = book.due(MINUTE.endMillis(), false, false);
        assertThat(due).hasSize(1);
        Levels levels = due.getFirst().row().levels(Gauge.CHANNELS);
        assertThat(levels.seconds()).isEqualTo(5);
        assertThat(levels.bands()).containsExactly(new Levels.Band(0, 3), new Levels.Band(2, 3));
    }

    @Test
    void aMinuteIsDoneOnceAllOfItWasTaken() {
        stats.add(Tally.CHANNELS_OPENED, 1);
        book.tick(START);
        StatsReport report = book.due(START, true, false).getFirst();
        assertThat(book.takeDone(MINUTE.endMillis())).isEmpty();
        book.reported(report, true);
        assertThat(book.takeDone(START + 1)).isEmpty();
        book.tick(MINUTE.endMillis());
        assertThat(book.takeDone(MINUTE.endMillis())).contains(MINUTE);
        assertThat(book.takeDone(MINUTE.endMillis())).isEmpty();
    }

    @Test
    void minutesThatNobodyTakesAreGivenUpAfterAWhile() {
        for (long minute = 0; minute < 100; minute++) {
            stats.add(Tally.CHANNELS_OPENED, 1);
            book.tick(START + minute * 60_000);
            assertThat(book.due(START + minute * 60_000, true, false)).hasSize(1);
        }
        assertThat(book.lostMinutes()).isEqualTo(70);
    }

    @Test
    void nothingIsKeptOfQuietMinutes() {
        for (long minute = 0; minute < 10; minute++) {
            book.tick(START + minute * 60_000);
        }
        assertThat(book.due(START + 600_000, true, true)).isEmpty();
        assertThat(book.lostMinutes()).isZero();
    }
}
