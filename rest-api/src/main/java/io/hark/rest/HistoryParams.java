package io.hark.rest;

import io.hark.protocol.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Value: what of a channel's history is asked for (RSL2b).
///
/// @param start     milliseconds since the epoch, inclusive
/// @param end       inclusive; empty for the newest
/// @param upTo      a channelSerial, and by which name it was given: SDKs differ
/// @param cursor    the last item of the page before this one
record HistoryParams(
        long start,
        OptionalLong end,
        boolean backwards,
        int limit,
        Optional<Map.Entry<String, String>> upTo,
        Optional<Cursor> cursor) {

    /// Value: an item's place, so that a page can end within what was published as one.
    record Cursor(long lsn, int index) {
        private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})-([0-9]{1,4})");

        private static final int INDEX_MAX = 9_999;

        /// Past all items of the entry.
        static Cursor behind(long lsn, boolean backwards) {
            return new Cursor(lsn, backwards ? 0 : INDEX_MAX);
        }

        static Cursor parse(String text) throws Refusal {
            Matcher matcher = TEXT.matcher(text);
            if (!matcher.matches()) {
                throw Pages.invalidCursor();
            }
            return new Cursor(Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2)));
        }

        String text() {
            return lsn + "-" + index;
        }

        /// Whether this place comes after the other one in the direction of reading.
        boolean isPast(Cursor other, boolean backwards) {
            int byEntry = Long.compare(lsn, other.lsn);
            int order = byEntry == 0 ? Integer.compare(index, other.index) : byEntry;
            return backwards ? order < 0 : order > 0;
        }
    }

    static HistoryParams of(RestRequest request) throws Refusal {
        long start = millis(request, "start").orElse(0);
        OptionalLong end = millis(request, "end");
        if (end.isPresent() && start > end.getAsLong()) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE, "start %d is after end %d".formatted(start, end.getAsLong()));
        }
        Optional<String> cursor = Pages.cursor(request);
        return new HistoryParams(
                start,
                end,
                isBackwards(request),
                Pages.limit(request),
                upTo(request, "from_serial").or(() -> upTo(request, "fromSerial")),
                cursor.isEmpty() ? Optional.empty() : Optional.of(Cursor.parse(cursor.get())));
    }

    static boolean isBackwards(RestRequest request) throws Refusal {
        return switch (request.param("direction").orElse("backwards")) {
            case "backwards" -> true;
            case "forwards" -> false;
            default ->
                throw new Refusal(
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "direction must be forwards or backwards, was '%s'"
                                .formatted(request.param("direction").orElseThrow()));
        };
    }

    private static OptionalLong millis(RestRequest request, String name) throws Refusal {
        Optional<String> text = request.param(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            long millis = Long.parseLong(text.get());
            if (millis >= 0) {
                return OptionalLong.of(millis);
            }
        } catch (NumberFormatException malformed) {
            // Refused below, like a negative one.
        }
        throw new Refusal(
                ErrorCode.INVALID_PARAMETER_VALUE,
                "%s must be milliseconds since the epoch, was '%s'".formatted(name, text.get()));
    }

    private static Optional<Map.Entry<String, String>> upTo(RestRequest request, String name) {
        return request.param(name).map(serial -> Map.entry(name, serial));
    }

    /// Whether the channel's last message alone is asked for, whenever that was. Links of its pages have
    /// an end.
    boolean isForLast() {
        return limit == 1 && start == 0 && (end.isEmpty() || cursor.isPresent());
    }

    /// The params for links, with the end that the first page found, so that later ones belong to it.
    Map<String, String> links(long resolvedEnd) {
        Map<String, String> links = new LinkedHashMap<>();
        links.put("start", Long.toString(start));
        links.put("end", Long.toString(resolvedEnd));
        links.put("limit", Integer.toString(limit));
        links.put("direction", backwards ? "backwards" : "forwards");
        upTo.ifPresent(given -> links.put(given.getKey(), given.getValue()));
        return links;
    }
}
