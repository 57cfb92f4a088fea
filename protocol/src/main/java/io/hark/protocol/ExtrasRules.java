package io.hark.protocol;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a publisher may put into a message's extras; anything else is refused with 40032.
final class ExtrasRules {
    private static final Set<String> KEYS = Set.of("push", "headers", "ref", "ephemeral", "privileged", "delta", "ai");

    private ExtrasRules() {}

    static Optional<ErrorInfo> check(Map<String, Object> extras) {
        for (Map.Entry<String, Object> entry : extras.entrySet()) {
            Optional<String> wrong = wrong(entry.getKey(), entry.getValue());
            if (wrong.isPresent()) {
                return wrong.map(ErrorCode.INVALID_EXTRAS::info);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> wrong(String key, Object value) {
        if (!KEYS.contains(key)) {
            return Optional.of("extras.%s is not allowed; put your own fields under extras.headers".formatted(key));
        }
        return switch (key) {
            case "headers" -> wrongHeader(value);
            case "ref" ->
                value instanceof Map || value == null ? Optional.empty() : Optional.of("extras.ref is not an object");
            case "ephemeral" ->
                value instanceof Boolean || value == null
                        ? Optional.empty()
                        : Optional.of("extras.ephemeral is not a boolean");
            default -> Optional.empty();
        };
    }

    private static Optional<String> wrongHeader(Object headers) {
        if (headers == null) {
            return Optional.empty();
        }
        if (!(headers instanceof Map<?, ?> map)) {
            return Optional.of("extras.headers is not an object");
        }
        for (Map.Entry<?, ?> header : map.entrySet()) {
            Object value = header.getValue();
            boolean flat =
                    value == null || value instanceof String || value instanceof Number || value instanceof Boolean;
            if (!flat) {
                return Optional.of(
                        "extras.headers.%s is not a string, number, boolean or null".formatted(header.getKey()));
            }
        }
        return Optional.empty();
    }
}
