package io.hark.push;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Blocking: requests to others' servers. For virtual threads.
///
/// Where they go is often up to clients: so there is a limit for the time of each, for their number,
/// also to one host, and for what is read of an answer; redirects are not followed; and unless
/// configured otherwise they go to public addresses only, by TLS. What a name stands for is asked right
/// before, and the JDK asks nobody again for as long as it
/// remembers (30 s): a name that changes in between changes nothing.
final class Outbound implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final Duration LATER = Duration.ofSeconds(1);
    private static final Duration LATER_MAX = Duration.ofSeconds(60);
    private static final int ANSWER_BYTES_MAX = 16 << 10;
    private static final int AT_ONCE_MAX = 256;
    private static final int HOST_GROUPS = 64;
    private static final int AT_ONCE_TO_HOST_MAX = 32;

    private final boolean privateTargets;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT_WITHIN)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final Semaphore all = new Semaphore(AT_ONCE_MAX);
    private final Semaphore[] hosts = new Semaphore[HOST_GROUPS];

    /// @param privateTargets whether clients may have requests sent to private addresses and without TLS
    Outbound(boolean privateTargets) {
        this.privateTargets = privateTargets;
        for (int group = 0; group < HOST_GROUPS; group++) {
            hosts[group] = new Semaphore(AT_ONCE_TO_HOST_MAX);
        }
    }

    /// Value: what came of a request.
    sealed interface Answer {
        record Response(int status, byte[] body, Optional<String> retryAfter) implements Answer {
            boolean isSuccess() {
                return status >= 200 && status < 300;
            }

            /// Whether it may be different later.
            boolean isPassing() {
                return status == 429 || status >= 500;
            }

            Duration retryIn() {
                return retryAfter
                        .filter(text -> text.matches("[0-9]{1,6}"))
                        .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                        .filter(asked -> asked.compareTo(LATER) > 0)
                        .map(asked -> asked.compareTo(LATER_MAX) < 0 ? asked : LATER_MAX)
                        .orElse(LATER);
            }
        }

        /// It is not sent.
        record Forbidden(ErrorInfo why) implements Answer {}

        /// It may not have arrived.
        record Failed(ErrorInfo why) implements Answer {}
    }

    /// Sends to where a client says.
    Answer post(URI target, Map<String, String> headers, byte[] body) {
        Optional<ErrorInfo> problem = problem(target);
        return problem.isPresent() ? new Answer.Forbidden(problem.get()) : send(target, headers, body);
    }

    /// Sends to where the operator says.
    Answer postTrusted(URI target, Map<String, String> headers, byte[] body) {
        return send(target, headers, body);
    }

    private Answer send(URI target, Map<String, String> headers, byte[] body) {
        Semaphore host =
                hosts[Math.floorMod(target.getHost().toLowerCase(Locale.ROOT).hashCode(), HOST_GROUPS)];
        try {
            host.acquire();
            try {
                all.acquire();
                try {
                    return exchange(target, headers, body);
                } finally {
                    all.release();
                }
            } finally {
                host.release();
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return failed(target, "the node shuts down");
        }
    }

    private Answer exchange(URI target, Map<String, String> headers, byte[] body) throws InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(target).timeout(ANSWER_WITHIN).POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        CompletableFuture<HttpResponse<byte[]>> answer =
                http.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
        try {
            // The request's own timeout ends with the headers.
            HttpResponse<byte[]> response = answer.get(2 * ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer.Response(
                    response.statusCode(), response.body(), response.headers().firstValue("retry-after"));
        } catch (TimeoutException late) {
            answer.cancel(true);
            return failed(target, "it does not answer in time");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException) {
                return failed(target, String.valueOf(e.getCause().getMessage()));
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static Answer failed(URI target, String why) {
        return new Answer.Failed(
                ErrorCode.OVERLOADED.info("%s cannot be reached: %s".formatted(target.getHost(), why)));
    }

    private Optional<ErrorInfo> problem(URI target) {
        if (privateTargets) {
            return Optional.empty();
        }
        if (!"https".equalsIgnoreCase(target.getScheme())) {
            return Optional.of(ErrorCode.INVALID_PUSH_RECIPIENT.info(
                    "a push recipient must be reached by https, was %s".formatted(target.getScheme())));
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(target.getHost())) {
                if (!isPublic(address)) {
                    return Optional.of(ErrorCode.INVALID_PUSH_RECIPIENT.info(
                            "%s is not a public host; push.privateTargets allows others".formatted(target.getHost())));
                }
            }
            return Optional.empty();
        } catch (UnknownHostException unknown) {
            return Optional.of(
                    ErrorCode.INVALID_PUSH_RECIPIENT.info("there is no host %s".formatted(target.getHost())));
        }
    }

    /// Whether everybody can reach it: not of this machine, its networks, or a purpose of its own.
    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        if (bytes.length == 4) {
            return first != 0
                    && first < 240
                    && !(first == 100 && second >= 64 && second < 128)
                    && !(first == 192 && second == 0 && bytes[2] == 0)
                    && !(first == 198 && (second == 18 || second == 19));
        }
        // 2000::/3 are all that is routed; of these, 2002::/16 and 2001::/32 wrap addresses of IPv4.
        boolean wrapping = first == 0x20 && (second == 2 || second == 1 && bytes[2] == 0 && bytes[3] == 0);
        return (first & 0xe0) == 0x20 && !wrapping;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
