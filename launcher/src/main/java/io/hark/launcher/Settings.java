package io.hark.launcher;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Confined to start-up: reads settings by key from a YAML tree, each of which an environment variable
/// can override: `listen.port` is overridden by `HARK_LISTEN_PORT`. Whatever is wrong is a
/// [ConfigException] that names the key.
final class Settings {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*(B|KiB|MiB|GiB)?");
    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, String> environment;
    private final Set<String> known = new HashSet<>();

    Settings(Map<?, ?> tree, Map<String, String> environment) {
        this.environment = environment;
        flatten("", tree);
    }

    private void flatten(String prefix, Map<?, ?> tree) {
        tree.forEach((key, value) -> {
            String path = prefix + key;
            if (value instanceof Map<?, ?> inner) {
                flatten(path + '.', inner);
            } else {
                values.put(path, value);
            }
        });
    }

    Optional<String> text(String key) {
        known.add(key);
        String variable = "HARK_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
        return Optional.ofNullable(environment.get(variable))
                .or(() -> Optional.ofNullable(values.get(key)).map(Object::toString));
    }

    String text(String key, String fallback) {
        return text(key).orElse(fallback);
    }

    String text(String key, String fallback, Pattern allowed) {
        String value = text(key, fallback);
        if (!allowed.matcher(value).matches()) {
            throw wrong(key, value, "text of the form " + allowed.pattern());
        }
        return value;
    }

    boolean flag(String key, boolean fallback) {
        String value = text(key, Boolean.toString(fallback));
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(key, value, "true or false");
        };
    }

    int number(String key, int fallback, int min, int max) {
        String value = text(key, Integer.toString(fallback));
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            throw wrong(key, value, "a number from %d to %d".formatted(min, max));
        }
        throw wrong(key, value, "a number from %d to %d".formatted(min, max));
    }

    /// @param fallback such as `64 KiB`
    long bytes(String key, String fallback, String min, String max) {
        String value = text(key, fallback);
        long bytes = size(value).orElseThrow(() -> wrong(key, value, "a size from %s to %s".formatted(min, max)));
        if (bytes < size(min).orElseThrow() || bytes > size(max).orElseThrow()) {
            throw wrong(key, value, "a size from %s to %s".formatted(min, max));
        }
        return bytes;
    }

    private static Optional<Long> size(String text) {
        Matcher matcher = SIZE.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        int shift = switch (unit) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> 0;
        };
        return Optional.of(Long.parseLong(matcher.group(1)) << shift);
    }

    Duration duration(String key, String fallback, String min, String max) {
        String value = text(key, fallback);
        Duration duration =
                duration(value).orElseThrow(() -> wrong(key, value, "a time from %s to %s".formatted(min, max)));
        boolean tooShort = duration.compareTo(duration(min).orElseThrow()) < 0;
        boolean tooLong = duration.compareTo(duration(max).orElseThrow()) > 0;
        if (tooShort || tooLong) {
            throw wrong(key, value, "a time from %s to %s".formatted(min, max));
        }
        return duration;
    }

    private static Optional<Duration> duration(String text) {
        Matcher matcher = SHORT_DURATION.matcher(text.strip());
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            return Optional.of(
                    switch (matcher.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofMinutes(number);
                        case "h" -> Duration.ofHours(number);
                        default -> Duration.ofDays(number);
                    });
        }
        try {
            return Optional.of(Duration.parse(text));
        } catch (DateTimeParseException notADuration) {
            return Optional.empty();
        }
    }

    /// All values below a key, by what follows it; only from the file, in its order.
    Map<String, String> table(String key) {
        Map<String, String> table = new LinkedHashMap<>();
        values.forEach((path, value) -> {
            if (path.startsWith(key + '.')) {
                known.add(path);
                table.put(path.substring(key.length() + 1), String.valueOf(value));
            }
        });
        known.add(key);
        return table;
    }

    /// A list of maps; only from the file.
    List<Map<String, Object>> maps(String key) {
        known.add(key);
        Object value = values.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(key, String.valueOf(value), "a list");
        }
        List<Map<String, Object>> maps = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> map)) {
                throw wrong(key, String.valueOf(item), "a list of maps");
            }
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((name, content) -> copy.put(String.valueOf(name), content));
            maps.add(copy);
        }
        return maps;
    }

    /// Refuses keys that nothing has asked for: a misspelt setting must not be ignored.
    void refuseUnknown() {
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw new ConfigException("%s is not a setting; known are: %s"
                        .formatted(
                                key, String.join(", ", known.stream().sorted().toList())));
            }
        }
    }

    static ConfigException wrong(String key, String value, String allowed) {
        return new ConfigException("%s must be %s, was '%s'".formatted(key, allowed, value));
    }
}
