package io.hark.sdk;

import io.hark.protocol.ErrorInfo;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/// Confined: the client's credentials as they are now. Tokens are asked for one at a time, on a thread
/// that may wait.
final class Tokens {
    /// How long before its end a token is replaced: as long as servers ask for the next one before
    /// (RTN22).
    static final Duration EARLY = Duration.ofSeconds(30);

    private final Credentials credentials;
    private final Environment environment;
    private final Executor loop;
    private final Duration patience;
    private Optional<Credentials.Token> current = Optional.empty();
    private Optional<CompletableFuture<Shown>> asking = Optional.empty();

    /// Value: what is shown with a request.
    ///
    /// @param param         of a URL's query
    /// @param authorization of an HTTP request
    record Shown(String param, String value, String authorization) {
        static Shown key(String key) {
            return new Shown("key", key, "Basic " + base64(key));
        }

        static Shown token(Credentials.Token token) {
            return new Shown("accessToken", token.value(), "Bearer " + base64(token.value()));
        }

        private static String base64(String text) {
            return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    Tokens(Credentials credentials, Environment environment, Executor loop, Duration patience) {
        this.credentials = credentials;
        this.environment = environment;
        this.loop = loop;
        this.patience = patience;
    }

    boolean canRenew() {
        return credentials instanceof Credentials.Source;
    }

    /// What is good now; a new token if the one that there is has expired. Completes on the loop.
    CompletionStage<Shown> current() {
        return switch (credentials) {
            case Credentials.Key(String key) -> CompletableFuture.completedFuture(Shown.key(key));
            case Credentials.Fixed(Credentials.Token token) -> CompletableFuture.completedFuture(Shown.token(token));
            case Credentials.Source source ->
                current.filter(token -> !hasExpired(token))
                        .<CompletionStage<Shown>>map(token -> CompletableFuture.completedFuture(Shown.token(token)))
                        .orElseGet(this::renewed);
        };
    }

    private boolean hasExpired(Credentials.Token token) {
        return token.expires()
                .filter(expires -> expires.toEpochMilli() <= environment.wallMillis())
                .isPresent();
    }

    /// When the current token is to be replaced, from now on; empty when that is not known.
    Optional<Duration> renewIn() {
        if (!canRenew()) {
            return Optional.empty();
        }
        return current.flatMap(Credentials.Token::expires)
                .map(expires -> Duration.ofMillis(expires.toEpochMilli() - environment.wallMillis())
                        .minus(EARLY))
                .filter(Duration::isPositive);
    }

    /// The server refuses the current token.
    void refused() {
        current = Optional.empty();
    }

    /// A new token; there must be a source. Completes on the loop.
    CompletionStage<Shown> renewed() {
        if (asking.isPresent()) {
            return asking.get();
        }
        if (!(credentials instanceof Credentials.Source(Credentials.TokenSource source))) {
            throw new IllegalStateException("only a source gives new tokens");
        }
        CompletableFuture<Shown> asked = new CompletableFuture<>();
        asking = Optional.of(asked);
        Environment.Timer timer = environment.after(
                patience,
                () -> loop.execute(() -> got(asked, Optional.empty(), ClientErrors.noToken("not within " + patience))));
        environment.threads().execute(() -> ask(source, asked, timer));
        return asked;
    }

    private void ask(Credentials.TokenSource source, CompletableFuture<Shown> asked, Environment.Timer timer) {
        Optional<Credentials.Token> token = Optional.empty();
        ErrorInfo failure = ClientErrors.noToken("it gave null");
        try {
            token = Optional.ofNullable(source.next());
        } catch (Exception thrown) { // the application's own code, whatever it throws
            failure =
                    thrown instanceof HarkException refused ? refused.info() : ClientErrors.noToken(thrown.toString());
        }
        timer.cancel();
        Optional<Credentials.Token> result = token;
        ErrorInfo reason = failure;
        loop.execute(() -> got(asked, result, reason));
    }

    private void got(CompletableFuture<Shown> asked, Optional<Credentials.Token> token, ErrorInfo failure) {
        if (asking.filter(it -> it == asked).isEmpty()) {
            return; // too late
        }
        asking = Optional.empty();
        current = token;
        if (token.isPresent()) {
            asked.complete(Shown.token(token.get()));
        } else {
            asked.completeExceptionally(new HarkException(failure));
        }
    }
}
