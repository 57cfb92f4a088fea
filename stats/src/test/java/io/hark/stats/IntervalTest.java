package io.hark.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntervalTest {
    @ParameterizedTest
    @ValueSource(strings = {"2025-01-20:15:11", "2025-01-20:15", "2025-01-20", "2025-01"})
    void anIdIsReadAsItIsWritten(String id) {
        Interval interval = Interval.parse(id).orElseThrow();
        assertThat(interval.id()).isEqualTo(id);
        assertThat(Interval.of(interval.unit(), interval.endMillis() - 1)).isEqualTo(interval);
        assertThat(Interval.of(interval.unit(), interval.endMillis())).isNotEqualTo(interval);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2025",
                "2025-13",
                "2025-02-30",
                "2025-01-20:24",
                "2025-01-20:15:60",
                "2025-01-20 15:11",
                "1969-12-31:23:59",
                "2025-1-20:15:111"
            })
    void whatNamesNoIntervalIsNone(String text) {
        assertThat(Interval.parse(text)).isEmpty();
    }

    @Test
    void daysAndMonthsAreShownByTheirFirstHour() {
        assertThat(Interval.parse("2025-01").orElseThrow().longId()).isEqualTo("2025-01-01:00");
        assertThat(Interval.parse("2025-01-20:15").orElseThrow().longId()).isEqualTo("2025-01-20:15");
    }

    @Test
    void theTimeOfAnyNumberIsInSomeInterval() {
        assertThat(Interval.of(Unit.MONTH, Long.MAX_VALUE).id()).isEqualTo("9999-12");
        assertThat(Interval.of(Unit.MINUTE, 0).id()).isEqualTo("1970-01-01:00:00");
    }

    @Test
    void aFebruaryEndsWhenItDoes() {
        Interval february = Interval.parse("2024-02").orElseThrow();
        assertThat(Interval.of(Unit.DAY, february.endMillis() - 1).id()).isEqualTo("2024-02-29");
    }
}
