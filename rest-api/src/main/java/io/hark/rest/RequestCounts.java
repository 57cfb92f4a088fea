package io.hark.rest;

import io.hark.auth.Credentials;
import io.hark.stats.AppStats;
import io.hark.stats.Tally;
import java.util.List;
import java.util.Optional;

/// Handle: counts requests by what became of them, for the app that they name with their credentials. Any thread.
final class RequestCounts {
    /// Succeeded, failed, refused.
    private static final List<Tally> TOKENS =
            List.of(Tally.TOKEN_REQUESTS_SUCCEEDED, Tally.TOKEN_REQUESTS_FAILED, Tally.TOKEN_REQUESTS_REFUSED);

    private static final List<Tally> PUSH =
            List.of(Tally.PUSH_REQUESTS_SUCCEEDED, Tally.PUSH_REQUESTS_FAILED, Tally.PUSH_REQUESTS_REFUSED);
    private static final List<Tally> OTHERS =
            List.of(Tally.OTHER_REQUESTS_SUCCEEDED, Tally.OTHER_REQUESTS_FAILED, Tally.OTHER_REQUESTS_REFUSED);

    private static final int OK = 200;

    private final RestServices services;

    RequestCounts(RestServices services) {
        this.services = services;
    }

    /// Counts what the request is answered. Credentials are not verified: whoever shows wrong ones is counted as
    /// refused.
    void count(RestRequest request, Reply reply) {
        Optional<String> named = isForToken(request) ? ofKey(request.rawPath()) : claimed(Caller.credentials(request));
        named.filter(app -> services.apps().app(app).isPresent())
                .map(app -> services.stats().of(app))
                .ifPresent(stats -> count(stats, request, status(reply)));
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
        int outcome = status < 400 ? 0 : (status >= 500 ? 1 : 2);
        stats.add(outcomes.get(outcome), 1);
    }
}
