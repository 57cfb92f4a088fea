package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.stats.Interval;
import io.hark.stats.Unit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Value: which intervals of an app's statistics are asked for (RSC6b).
///
/// @param startMillis the beginning of the first interval
/// @param endMillis   the beginning of the last one
/// @param cursor      the last interval of the page before this one
public record StatsQuery(
        Unit unit, long startMillis, long endMillis, boolean backwards, int limit, Optional<Interval> cursor) {
    private static final Pattern MILLIS = Pattern.compile("\\d{1,15}");

    /// Value: a time, and the unit of the interval that it was given as, if it was.
    private record Time(long millis, Optional<Unit> unit) {}

    static StatsQuery of(RestRequest request, long nowMillis) throws Refusal {
        Optional<Time> start = time(request, "start");
        Optional<Time> end = time(request, "end");
        Unit unit = unit(request, start.flatMap(Time::unit));
        long from = start.map(Time::millis).orElse(0L);
        long to = end.map(Time::millis).orElse(Math.max(nowMillis, from));
        if (from > to) {
            throw new Refusal(ErrorCode.INVALID_PARAMETER_VALUE, "start %d is after end %d".formatted(from, to));
        }
        Optional<String> cursor = Pages.cursor(request);
        Optional<Interval> after = cursor.flatMap(Interval::parse).filter(interval -> interval.unit() == unit);
        if (cursor.isPresent() && after.isEmpty()) {
            throw Pages.invalidCursor();
        }
        return new StatsQuery(
                unit,
                Interval.of(unit, from).startMillis(),
                Interval.of(unit, to).startMillis(),
                HistoryParams.isBackwards(request),
                Pages.limit(request),
                after);
    }

    private static Unit unit(RestRequest request, Optional<Unit> ofStart) throws Refusal {
        Optional<String> word = request.param("unit").or(() -> request.param("by"));
        if (word.isEmpty()) {
            return ofStart.orElse(Unit.MINUTE);
        }
        return Unit.of(word.get())
                .orElseThrow(() -> new Refusal(
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "unit must be minute, hour, day or month, was '%s'".formatted(word.get())));
    }

    private static Optional<Time> time(RestRequest request, String name) throws Refusal {
        Optional<String> text = request.param(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (MILLIS.matcher(text.get()).matches()) {
            return Optional.of(new Time(Long.parseLong(text.get()), Optional.empty()));
        }
        return Optional.of(Interval.parse(text.get())
                .map(interval -> new Time(interval.startMillis(), Optional.of(interval.unit())))
                .orElseThrow(() -> new Refusal(
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "%s must be milliseconds since the epoch or an interval like 2025-01-20:15:11, was '%s'"
                                .formatted(name, text.get()))));
    }

    /// The first interval that can be on the page.
    Interval first() {
        return cursor.filter(last -> !backwards)
                .map(last -> Interval.of(unit, last.endMillis()))
                .orElseGet(() -> new Interval(unit, startMillis));
    }

    /// The last interval that can be on the page.
    Interval last() {
        return cursor.filter(last -> backwards)
                .map(last -> Interval.of(unit, Math.max(0, last.startMillis() - 1)))
                .orElseGet(() -> new Interval(unit, endMillis));
    }

    /// Whether nothing can be on the page.
    boolean isEmpty() {
        return first().startMillis() > last().startMillis()
                || cursor.filter(last -> backwards && last.startMillis() == 0).isPresent();
    }

    Map<String, String> links() {
        Map<String, String> links = new LinkedHashMap<>();
        links.put("start", Long.toString(startMillis));
        links.put("end", Long.toString(endMillis));
        links.put("unit", unit.word());
        links.put("limit", Integer.toString(limit));
        links.put("direction", backwards ? "backwards" : "forwards");
        return links;
    }
}
