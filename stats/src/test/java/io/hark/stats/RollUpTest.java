package io.hark.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RollUpTest {
    private static final Metric SENT = new Traffic(Flow.INBOUND_REALTIME, Traffic.Kind.MESSAGES, Traffic.Measure.COUNT);
    private static final Interval MINUTE = Interval.parse("2025-01-20:15:11").orElseThrow();

    /// Rows by source or unit and interval, as a keeper has them.
    private final Map<String, byte[]> kept = new TreeMap<>();

    private boolean report(Interval minute, String source, long seq, long sent, Levels connections) {
        StatsReport report = new StatsReport(minute, source, seq, row(sent, connections));
        List<Optional<byte[]>> units = new ArrayList<>();
        for (Unit unit : Unit.values()) {
            units.add(Optional.ofNullable(kept.get(key(unit, minute))));
        }
        Optional<RollUp.Rows> after =
                RollUp.of(report, new RollUp.Rows(Optional.ofNullable(kept.get(report.rowKey())), units));
        after.ifPresent(rows -> {
            kept.put(report.rowKey(), rows.source().orElseThrow());
            for (Unit unit : Unit.values()) {
                kept.put(key(unit, minute), rows.units().get(unit.ordinal()).orElseThrow());
            }
        });
        return after.isPresent();
    }

    private static String key(Unit unit, Interval minute) {
        return unit + " " + minute.in(unit).id();
    }

    private static StatsRow row(long sent, Levels connections) {
        return new StatsRow(
                new Counts(new TreeMap<>(Map.of(SENT.number(), sent))), Map.of(Gauge.TLS_CONNECTIONS, connections));
    }

    private static Levels levels(long seconds, int... highs) {
        List<Levels.Band> bands = new ArrayList<>();
        for (int high : highs) {
            bands.add(new Levels.Band(high, high));
        }
        return new Levels(seconds, bands);
    }

    private StatsRow kept(Unit unit, Interval minute) {
        return StatsRowCodec.decode(kept.get(key(unit, minute)));
    }

    private long sent(Unit unit, Interval minute) {
        return kept(unit, minute).counts().of(SENT);
    }

    @Test
    void reportsOfSeveralNodesAreSummedAndRolledUp() {
        report(MINUTE, "a", 1, 5, Levels.NONE);
        report(MINUTE, "b", 1, 7, Levels.NONE);
        Interval later = Interval.parse("2025-01-20:16:00").orElseThrow();
        report(later, "a", 1, 100, Levels.NONE);
        assertThat(sent(Unit.MINUTE, MINUTE)).isEqualTo(12);
        assertThat(sent(Unit.HOUR, MINUTE)).isEqualTo(12);
        assertThat(sent(Unit.HOUR, later)).isEqualTo(100);
        assertThat(sent(Unit.DAY, MINUTE)).isEqualTo(112);
        assertThat(sent(Unit.MONTH, later)).isEqualTo(112);
    }

    @Test
    void aReportThatComesAgainCountsOnce() {
        report(MINUTE, "a", 1, 5, Levels.NONE);
        assertThat(report(MINUTE, "a", 1, 5, Levels.NONE)).isFalse();
        report(MINUTE, "a", 3, 9, Levels.NONE);
        assertThat(report(MINUTE, "a", 2, 7, Levels.NONE)).as("overtaken").isFalse();
        assertThat(sent(Unit.MINUTE, MINUTE)).isEqualTo(9);
        assertThat(sent(Unit.MONTH, MINUTE)).isEqualTo(9);
    }

    @Test
    void aNewLifeOfANodeAddsToWhatTheOneBeforeReported() {
        report(MINUTE, "a/1", 4, 5, Levels.NONE);
        report(MINUTE, "a/2", 1, 1, Levels.NONE);
        assertThat(sent(Unit.MINUTE, MINUTE)).isEqualTo(6);
    }

    @Test
    void thePeakIsOfAllNodesAtOneTime() {
        report(MINUTE, "a", 1, 0, levels(60, 10, 0));
        report(MINUTE, "b", 1, 0, levels(60, 0, 7));
        assertThat(kept(Unit.MINUTE, MINUTE).levels(Gauge.TLS_CONNECTIONS).whole())
                .isEqualTo(new Levels.Band(7, 10));
        report(MINUTE, "b", 2, 0, levels(60, 2, 7));
        assertThat(kept(Unit.MINUTE, MINUTE).levels(Gauge.TLS_CONNECTIONS).whole())
                .isEqualTo(new Levels.Band(7, 12));
        assertThat(kept(Unit.MINUTE, MINUTE).levels(Gauge.TLS_CONNECTIONS).seconds())
                .isEqualTo(120);
    }

    @Test
    void largerIntervalsKnowTheBandOfEachOfTheirParts() {
        Interval next = Interval.parse("2025-01-20:15:13").orElseThrow();
        report(MINUTE, "a", 1, 0, levels(60, 4, 6));
        report(next, "a", 1, 0, levels(60, 9));
        Levels hour = kept(Unit.HOUR, MINUTE).levels(Gauge.TLS_CONNECTIONS);
        assertThat(hour.bands()).hasSize(14);
        assertThat(hour.bands().get(11)).isEqualTo(new Levels.Band(4, 6));
        assertThat(hour.whole()).isEqualTo(new Levels.Band(0, 9));
        assertThat(hour.seconds()).isEqualTo(120);
        Levels month = kept(Unit.MONTH, MINUTE).levels(Gauge.TLS_CONNECTIONS);
        assertThat(month.bands().get(19).high()).isEqualTo(9);
        assertThat(month.seconds()).isEqualTo(120);
    }

    @Test
    void bytesThatAreNoRowAreRefused() {
        byte[] row = StatsRowCodec.encode(row(300, levels(-4, 9)));
        assertThat(StatsRowCodec.decode(row)).isEqualTo(row(300, levels(-4, 9)));
        for (int length = 0; length < row.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(row, length);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> StatsRowCodec.decode(cut))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
