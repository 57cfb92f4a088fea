package io.hark.sdk;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Value: which part of a history is wanted.
///
/// @param start    inclusive
/// @param end      inclusive
/// @param forwards oldest first; the newest are first otherwise
/// @param pageSize 1 to 1,000, in one answer of the server
public record HistoryQuery(Optional<Instant> start, Optional<Instant> end, boolean forwards, int pageSize) {
    public HistoryQuery {
        if (pageSize < 1 || pageSize > 1_000) {
            throw new IllegalArgumentException("a page has 1 to 1000 messages, not " + pageSize);
        }
    }

    /// All of it, the newest first.
    public static HistoryQuery newestFirst() {
        return new HistoryQuery(Optional.empty(), Optional.empty(), false, 100);
    }

    /// All of it, the oldest first.
    public static HistoryQuery oldestFirst() {
        return new HistoryQuery(Optional.empty(), Optional.empty(), true, 100);
    }

    public HistoryQuery between(Instant from, Instant to) {
        return new HistoryQuery(Optional.of(from), Optional.of(to), forwards, pageSize);
    }

    public HistoryQuery withPageSize(int value) {
        return new HistoryQuery(start, end, forwards, value);
    }

    Map<String, String> params() {
        Map<String, String> params = new LinkedHashMap<>();
        start.ifPresent(time -> params.put("start", Long.toString(time.toEpochMilli())));
        end.ifPresent(time -> params.put("end", Long.toString(time.toEpochMilli())));
        params.put("direction", forwards ? "forwards" : "backwards");
        params.put("limit", Integer.toString(pageSize));
        return params;
    }
}
