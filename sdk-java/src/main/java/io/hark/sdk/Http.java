package io.hark.sdk;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/// Handle: requests of the REST API, with credentials, to whichever endpoint answers. Any thread.
final class Http {
    private final HarkOptions options;
    private final Environment environment;
    private final Executor loop;
    private final Tokens tokens;

    /// Value: a request.
    ///
    /// @param path       encoded, from the first slash on
    /// @param body       in the format
    /// @param repeatable whether sending it twice does what sending it once does
    record Call(String method, String path, Map<String, String> query, Format format, byte[] body, boolean repeatable) {
        static Call get(String path, Map<String, String> query, Format format) {
            return new Call("GET", path, query, format, new byte[0], true);
        }
    }

    /// Value: an answer of status 2xx.
    record Answer(HttpResponse<byte[]> response) {
        byte[] body() {
            return response.body();
        }

        ProtocolCodec codec() {
            return codecOf(response);
        }
    }

    /// @param loop to which the tokens are confined
    Http(HarkOptions options, Environment environment, Executor loop, Tokens tokens) {
        this.options = options;
        this.environment = environment;
        this.loop = loop;
        this.tokens = tokens;
    }

    /// Completes on a thread of its own, so what follows may wait.
    ///
    /// @return fails with [HarkException]
    CompletableFuture<Answer> call(Call call) {
        CompletableFuture<Answer> done = new CompletableFuture<>();
        loop.execute(() -> new Exchange(call, done).send(false));
        return done;
    }

    /// Confined: one request, until it is answered for good.
    private final class Exchange {
        private final Call call;
        private final CompletableFuture<Answer> done;
        private final Hosts hosts;

        Exchange(Call call, CompletableFuture<Answer> done) {
            this.call = call;
            this.done = done;
            this.hosts = new Hosts(options.endpoints(), environment.random());
        }

        void send(boolean withNewToken) {
            tokens.current().whenComplete((shown, failure) -> {
                if (failure instanceof HarkException refused) {
                    fail(refused.info());
                } else {
                    environment
                            .send(request(shown), options.limits().frameBytesMax())
                            .whenComplete(
                                    (response, broken) -> loop.execute(() -> answered(response, broken, withNewToken)));
                }
            });
        }

        private HttpRequest request(Tokens.Shown shown) {
            String query = call.query().isEmpty() ? "" : "?" + ConnectionUri.encoded(call.query());
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(hosts.current()
                                    .getScheme() + "://" + hosts.current().getRawAuthority() + call.path() + query))
                    .timeout(options.timing().request())
                    .header("Authorization", shown.authorization())
                    .header("X-Ably-Version", ConnectionUri.PROTOCOL_VERSION)
                    .header("Ably-Agent", ConnectionUri.AGENT)
                    .header("Accept", call.format().mediaType());
            options.clientId()
                    .ifPresent(clientId -> request.header(
                            "X-Ably-ClientId",
                            Base64.getEncoder().encodeToString(clientId.getBytes(StandardCharsets.UTF_8))));
            if (call.body().length > 0) {
                request.header("Content-Type", call.format().mediaType());
                return request.method(call.method(), HttpRequest.BodyPublishers.ofByteArray(call.body()))
                        .build();
            }
            return request.method(call.method(), HttpRequest.BodyPublishers.noBody())
                    .build();
        }

        private void answered(HttpResponse<byte[]> response, Throwable broken, boolean withNewToken) {
            if (broken != null) {
                Throwable cause = broken instanceof CompletionException ? broken.getCause() : broken;
                elsewhere(ClientErrors.disconnected(cause.toString()));
            } else if (response.statusCode() < 300) {
                environment.threads().execute(() -> done.complete(new Answer(response)));
            } else {
                refused(errorOf(response), withNewToken);
            }
        }

        private void refused(ErrorInfo error, boolean withNewToken) {
            if (error.isTokenError() && tokens.canRenew() && !withNewToken) {
                tokens.refused();
                send(true);
            } else if (error.statusCode() >= 500) {
                elsewhere(error);
            } else {
                fail(error);
            }
        }

        private void elsewhere(ErrorInfo why) {
            if (call.repeatable() && hosts.next()) {
                send(false);
            } else {
                fail(why);
            }
        }

        private void fail(ErrorInfo why) {
            environment.threads().execute(() -> done.completeExceptionally(new HarkException(why)));
        }
    }

    private static ProtocolCodec codecOf(HttpResponse<byte[]> response) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        return ProtocolCodec.of(type.startsWith(Format.MSGPACK.mediaType()) ? Format.MSGPACK : Format.JSON);
    }

    private static ErrorInfo errorOf(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        try {
            if (codecOf(response).decodeValue(response.body()) instanceof Map<?, ?> body
                    && body.get("error") instanceof Map<?, ?> error
                    && error.get("code") instanceof Long code) {
                String message = error.get("message") instanceof String text ? text : "";
                return new ErrorInfo(code.intValue(), status, message);
            }
        } catch (MalformedFrame notOurs) {
            return new ErrorInfo(status * 100, status, "something else than the server answered HTTP " + status);
        }
        return new ErrorInfo(status * 100, status, "the server answered HTTP " + status + " without an error");
    }
}
