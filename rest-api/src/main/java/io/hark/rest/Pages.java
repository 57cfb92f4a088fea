package io.hark.rest;

import io.hark.protocol.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: where a page stands among its pages, as `Link` tells it (TG4).
///
/// SDKs keep the path that they asked for and replace the whole query by a link's, so every link repeats every
/// filter.
/// They match the links strictly: relative, one path segment, each param with a value, nothing after `rel`.
///
/// @param segment the last segment of the route
/// @param params  the filters, defaults filled in; those without a value are left out
/// @param current the cursor of this page; empty on the first
/// @param next    the cursor of the next page; empty on the last
record Pages(String segment, Map<String, String> params, Optional<String> current, Optional<String> next) {
    static final int LIMIT_DEFAULT = 100;
    static final int LIMIT_MAX = 1_000;

    private static final String CURSOR = "cursor";

    /// Params of the request that shape the answer whatever the route.
    private static final List<String> KEPT = List.of("format", "envelope", "v");

    /// URLs by relation.
    Map<String, String> urls() {
        Map<String, String> urls = new LinkedHashMap<>();
        urls.put("first", url(Optional.empty()));
        urls.put("current", url(current));
        next.ifPresent(cursor -> urls.put("next", url(next)));
        return urls;
    }

    /// The values of the `Link` headers, one each.
    List<String> links() {
        return urls().entrySet().stream()
                .map(link -> "<%s>; rel=\"%s\"".formatted(link.getValue(), link.getKey()))
                .toList();
    }

    private String url(Optional<String> cursor) {
        StringBuilder url = new StringBuilder("./").append(segment);
        char separator = '?';
        for (Map.Entry<String, String> param : params.entrySet()) {
            if (!param.getValue().isEmpty()) {
                url.append(separator).append(param.getKey()).append('=').append(UrlText.encode(param.getValue()));
                separator = '&';
            }
        }
        cursor.ifPresent(text -> url.append('&').append(CURSOR).append('=').append(UrlText.encode(text)));
        return url.toString();
    }

    /// @param filters the route's own params in the order in which links show them, with `limit` always among
    ///                them
    static Pages of(RestRequest request, String segment, Map<String, String> filters, Optional<String> next) {
        Map<String, String> params = new LinkedHashMap<>(filters);
        KEPT.forEach(name -> request.param(name).ifPresent(value -> params.put(name, value)));
        return new Pages(segment, params, cursor(request), next);
    }

    static Optional<String> cursor(RestRequest request) {
        return request.param(CURSOR);
    }

    static Refusal invalidCursor() {
        return new Refusal(
                ErrorCode.PAGE_NO_LONGER_VALID, "the cursor is not one of this listing; start again at its first page");
    }

    static int limit(RestRequest request) throws Refusal {
        Optional<String> text = request.param("limit");
        if (text.isEmpty()) {
            return LIMIT_DEFAULT;
        }
        try {
            int limit = Integer.parseInt(text.get());
            if (limit >= 1 && limit <= LIMIT_MAX) {
                return limit;
            }
        } catch (NumberFormatException malformed) {
            // Refused below, like a number out of range.
        }
        throw new Refusal(
                ErrorCode.INVALID_PARAMETER_VALUE, "limit must be 1 to %d, was '%s'".formatted(LIMIT_MAX, text.get()));
    }
}
