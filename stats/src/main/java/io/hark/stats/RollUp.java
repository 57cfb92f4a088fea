package io.hark.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How a report changes what is kept of an app: the source's own row of the minute, and the rows of the
/// minute, hour, day and month that it falls in. What a source reported before is taken out again, so
/// that each of its counts is in them once.
public final class RollUp {
    private RollUp() {}

    /// Value: rows as they are kept, each empty if there is none.
    ///
    /// @param source of [StatsReport#rowKey]
    /// @param units  by [Unit], in its order
    public record Rows(Optional<byte[]> source, List<Optional<byte[]>> units) {
        public Rows {
            units = List.copyOf(units);
        }
    }

    /// @return the rows afterwards, none of them empty; empty when the report tells nothing new
    /// @throws IllegalArgumentException when what is kept cannot be read
    public static Optional<Rows> of(StatsReport report, Rows before) {
        StatsRowCodec.Numbered known =
                before.source().map(StatsRowCodec::decodeNumbered).orElse(StatsRowCodec.Numbered.NONE);
        if (report.seq() <= known.seq()) {
            return Optional.empty();
        }
        StatsRow change = report.row().minus(known.row());
        List<Optional<byte[]>> after = new ArrayList<>();
        StatsRow part = StatsRow.EMPTY;
        for (Unit unit : Unit.values()) {
            Optional<byte[]> kept = before.units().get(unit.ordinal());
            StatsRow row = kept.map(StatsRowCodec::decode).orElse(StatsRow.EMPTY);
            part = unit == Unit.MINUTE
                    ? row.plus(change)
                    : row.withPart(change, part, report.minute().partOf(unit));
            after.add(Optional.of(StatsRowCodec.encode(part)));
        }
        return Optional.of(new Rows(Optional.of(StatsRowCodec.encode(report.seq(), report.row())), after));
    }
}
