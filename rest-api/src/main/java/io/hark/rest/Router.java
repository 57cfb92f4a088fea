package io.hark.rest;

import io.hark.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// The table of routes. Filled once, then only read.
final class Router {
    /// Stands for any one segment of a path, which the handler is given decoded.
    static final String ANY = "*";

    /// Segments of a path; no route has more.
    private static final int SEGMENTS_MAX = 8;

    private final List<Route> routes = new ArrayList<>();

    interface Handler {
        CompletionStage<Reply> handle(Call call) throws Refusal;
    }

    private record Route(String method, List<String> template, Handler handler) {
        boolean matches(List<String> path) {
            if (path.size() != template.size()) {
                return false;
            }
            for (int i = 0; i < path.size(); i++) {
                if (!template.get(i).equals(ANY) && !template.get(i).equals(path.get(i))) {
                    return false;
                }
            }
            return true;
        }

        List<String> captured(List<String> path) {
            List<String> captured = new ArrayList<>(2);
            for (int i = 0; i < path.size(); i++) {
                if (template.get(i).equals(ANY)) {
                    captured.add(path.get(i));
                }
            }
            return captured;
        }
    }

    /// @param template segments separated by `/`, where `*` is any one
    Router on(String method, String template, Handler handler) {
        routes.add(new Route(method, List.of(template.split("/")), handler));
        return this;
    }

    CompletionStage<Reply> answer(RestRequest request, long nowMillis) throws Refusal {
        List<String> path = segments(request.rawPath());
        boolean known = false;
        for (Route route : routes) {
            if (route.matches(path)) {
                if (route.method().equals(request.method())) {
                    return route.handler().handle(new Call(request, route.captured(path), nowMillis));
                }
                known = true;
            }
        }
        throw known
                ? new Refusal(
                        ErrorCode.METHOD_NOT_ALLOWED,
                        "%s is not possible on %s".formatted(request.method(), request.rawPath()))
                : noRoute(request.rawPath());
    }

    /// Fails with 40400 unless some method has a route there.
    void requirePath(String rawPath) throws Refusal {
        List<String> path = segments(rawPath);
        if (routes.stream().noneMatch(route -> route.matches(path))) {
            throw noRoute(rawPath);
        }
    }

    private static Refusal noRoute(String rawPath) {
        return new Refusal(ErrorCode.NOT_FOUND, "there is nothing at " + rawPath);
    }

    /// Splits before it decodes: an encoded `/` is part of a channel's name. Slashes too many at either
    /// end do no harm; within the path they make an empty segment, as a channel without a name does.
    private static List<String> segments(String rawPath) throws Refusal {
        int from = 0;
        int to = rawPath.length();
        while (from < to && rawPath.charAt(from) == '/') {
            from++;
        }
        while (to > from && rawPath.charAt(to - 1) == '/') {
            to--;
        }
        List<String> segments = new ArrayList<>();
        for (String raw : rawPath.substring(from, to).split("/", SEGMENTS_MAX + 2)) {
            Optional<String> decoded = UrlText.decode(raw);
            segments.add(decoded.orElseThrow(() ->
                    new Refusal(ErrorCode.BAD_REQUEST, "the path is not percent-encoded UTF-8: '%s'".formatted(raw))));
        }
        return segments;
    }
}
