package io.hark.rest;

import io.hark.auth.Credentials;
import io.hark.channel.MetaEvent;
import io.hark.stats.AppStats;
import io.hark.stats.Tally;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Handle: counts requests by what became of them, and tells of them, for the app that they name with
/// their credentials. Any thread.
final class RequestCounts {
    /// Succeeded, failed, refused.
    private static final List<Tally> TOKENS =
            List.of(Tally.TOKEN_REQUESTS_SUCCEEDED, Tally.TOKEN_REQUESTS_FAILED, Tally.TOKEN_REQUESTS_REFUSED);

    private static final List<Tally> PUSH =
            List.of(Tally.PUSH_REQUESTS_SUCCEEDED, Tally.PUSH_REQUESTS_FAILED, Tally.PUSH_REQUESTS_REFUSED);
    private static final List<Tally> OTHERS =
            List.of(Tally.OTHER_REQUESTS_SUCCEEDED, Tally.OTHER_REQUESTS_FAILED, Tally.OTHER_REQUESTS_REFUSED);

    private static final List<String> EVENTS = List.of("request.succeeded", "request.failed", "request.refused");

    private static final int OK = 200;
    private static final int PATH_CHARS_MAX = 256;

    private final RestServices services;

    RequestCounts(RestServices services) {
        this.services = services;
    }

    /// Counts what the request is answered. Credentials are not verified: whoever shows wrong ones is counted as
    /// refused.
    void count(RestRequest request, Reply reply) {
        Optional<String> named = isForToken(request) ? ofKey(request.rawPath()) : claimed(Caller.credentials(request));
        named.filter(app -> services.apps().app(app).isPresent()).ifPresent(app -> {
            count(services.stats().of(app), request, status(reply));
            tell(app, request, reply);
        });
    }

    private void tell(String app, RestRequest request, Reply reply) {
        Map<String, Object> data =
                reply instanceof Reply.Content content && content.error().isPresent()
                        ? MetaEvent.error(content.error().get())
                        : new LinkedHashMap<>();
        String path = request.rawPath();
        data.put("method", request.method());
        data.put("path", path.substring(0, Math.min(PATH_CHARS_MAX, path.length())));
        data.put("statusCode", (long) status(reply));
        services.router().report(MetaEvent.ofRequest(app, EVENTS.get(outcome(status(reply))), data));
    }

    private Optional<String> claimed(Credentials shown) {
        return shown instanceof Credentials.None
                ? Optional.empty()
                : services.authenticator().claimedApp(shown);
    }

    private static int status(Reply reply) {
        return switch (reply) {
            case Reply.Content content -> content.status();
            case Reply.Empty(int status) -> status;
            case Reply.Text(String text) -> OK;
        };
    }

    /// The app of `/keys/<app>.<key>/requestToken`.
    private static Optional<String> ofKey(String rawPath) {
        String[] parts = rawPath.split("[/.%]", 4);
        return parts.length == 4 ? Optional.of(parts[2]) : Optional.empty();
    }

    private static boolean isForToken(RestRequest request) {
        return request.rawPath().startsWith("/keys/") && request.rawPath().endsWith("/requestToken");
    }

    private static void count(AppStats stats, RestRequest request, int status) {
        List<Tally> outcomes = isForToken(request) ? TOKENS : request.rawPath().startsWith("/push/") ? PUSH : OTHERS;
        stats.add(outcomes.get(outcome(status)), 1);
    }

    private static int outcome(int status) {
        return status < 400 ? 0 : (status >= 500 ? 1 : 2);
    }
}
