package io.hark.stats;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Value: for how long what was counted is told together.
public enum Unit {
    /// Its parts are of six seconds.
    MINUTE("yyyy-MM-dd:HH:mm"),

    /// Its parts are minutes.
    HOUR("yyyy-MM-dd:HH"),

    /// Its parts are hours.
    DAY("yyyy-MM-dd"),

    /// Its parts are days.
    MONTH("yyyy-MM");

    static final int SECONDS_PER_PART_OF_MINUTE = 6;

    private final String pattern;

    Unit(String pattern) {
        this.pattern = pattern;
    }

    String pattern() {
        return pattern;
    }

    /// As clients write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Unit> of(String word) {
        return Arrays.stream(values()).filter(unit -> unit.word().equals(word)).findFirst();
    }
}
