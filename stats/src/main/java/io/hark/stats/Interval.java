package io.hark.stats;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// Value: a minute, hour, day or month, in UTC.
///
/// @param startMillis since the epoch
public record Interval(Unit unit, long startMillis) {
    private static final int YEAR_MAX = 9_999;
    private static final Map<Unit, DateTimeFormatter> FORMATS = new EnumMap<>(Unit.class);

    static {
        for (Unit unit : Unit.values()) {
            FORMATS.put(
                    unit,
                    new DateTimeFormatterBuilder()
                            .appendPattern(unit.pattern().replace('y', 'u'))
                            .parseDefaulting(ChronoField.DAY_OF_MONTH, 1)
                            .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
                            .parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0)
                            .toFormatter()
                            .withResolverStyle(ResolverStyle.STRICT));
        }
    }

    /// The interval that a time falls in; one beyond the year 9999 counts as of that year's end.
    public static Interval of(Unit unit, long millis) {
        LocalDateTime time = time(millis);
        if (time.getYear() > YEAR_MAX) {
            time = LocalDateTime.of(YEAR_MAX, 12, 31, 23, 59);
        }
        LocalDateTime start = switch (unit) {
            case MINUTE -> time.truncatedTo(ChronoUnit.MINUTES);
            case HOUR -> time.truncatedTo(ChronoUnit.HOURS);
            case DAY -> time.truncatedTo(ChronoUnit.DAYS);
            case MONTH -> time.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1);
        };
        return new Interval(unit, start.toInstant(ZoneOffset.UTC).toEpochMilli());
    }

    /// Reads `2025-01-20:15:11` and any beginning of it that names a unit.
    public static Optional<Interval> parse(String text) {
        return Arrays.stream(Unit.values())
                .filter(unit -> unit.pattern().length() == text.length())
                .findFirst()
                .flatMap(unit -> parse(unit, text));
    }

    private static Optional<Interval> parse(Unit unit, String text) {
        try {
            LocalDateTime start = LocalDateTime.parse(text, FORMATS.get(unit));
            long millis = start.toInstant(ZoneOffset.UTC).toEpochMilli();
            return millis < 0 ? Optional.empty() : Optional.of(new Interval(unit, millis));
        } catch (DateTimeException malformed) {
            return Optional.empty();
        }
    }

    private static LocalDateTime time(long millis) {
        return LocalDateTime.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
    }

    /// `2025-01-20:15:11`, or as much of it as the unit has. Sorts as time does.
    public String id() {
        return FORMATS.get(unit).format(time(startMillis));
    }

    /// The same, but no shorter than that of an hour.
    public String longId() {
        return unit == Unit.MINUTE ? id() : new Interval(Unit.HOUR, startMillis).id();
    }

    /// The first moment after it.
    public long endMillis() {
        LocalDateTime start = time(startMillis);
        LocalDateTime end = switch (unit) {
            case MINUTE -> start.plusMinutes(1);
            case HOUR -> start.plusHours(1);
            case DAY -> start.plusDays(1);
            case MONTH -> start.plusMonths(1);
        };
        return end.toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    /// The interval of another unit that it begins in.
    public Interval in(Unit other) {
        return of(other, startMillis);
    }

    /// Which part of an interval of that unit it is, or begins in, from 0.
    int partOf(Unit larger) {
        LocalDateTime start = time(startMillis);
        return switch (larger) {
            case MINUTE -> start.getSecond() / Unit.SECONDS_PER_PART_OF_MINUTE;
            case HOUR -> start.getMinute();
            case DAY -> start.getHour();
            case MONTH -> start.getDayOfMonth() - 1;
        };
    }

    public boolean contains(long millis) {
        return millis >= startMillis && millis < endMillis();
    }

    /// How many of its parts have begun by then.
    int partsBegun(long nowMillis) {
        long until = Math.min(nowMillis, endMillis() - 1);
        long length = switch (unit) {
            case MINUTE -> Duration.ofSeconds(Unit.SECONDS_PER_PART_OF_MINUTE).toMillis();
            case HOUR -> Duration.ofMinutes(1).toMillis();
            case DAY -> Duration.ofHours(1).toMillis();
            case MONTH -> Duration.ofDays(1).toMillis();
        };
        return until < startMillis ? 0 : (int) ((until - startMillis) / length) + 1;
    }

    /// How many of its seconds have passed by then; at least 1.
    long secondsPassed(long nowMillis) {
        return Math.max(1, (Math.min(nowMillis, endMillis()) - startMillis) / 1_000);
    }
}
