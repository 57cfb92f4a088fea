package io.hark.sdk;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Handle: the server's REST API, for programs that need no connection. Any thread.
///
/// What it returns completes on threads of their own, so what follows may wait.
public final class HarkRest {
    private final HarkOptions options;
    private final Environment environment;
    private final Ids ids;
    private final Http http;

    HarkRest(HarkOptions options, Environment environment, Ids ids, Http http) {
        this.options = options;
        this.environment = environment;
        this.ids = ids;
        this.http = http;
    }

    /// Opens nothing; a request opens what it needs.
    public static HarkRest create(HarkOptions options) {
        return create(options, new SystemEnvironment(options.http()));
    }

    static HarkRest create(HarkOptions options, Environment environment) {
        SerialExecutor loop = new SerialExecutor(environment.threads());
        Tokens tokens = new Tokens(
                options.credentials(), environment, loop, options.timing().connect());
        return new HarkRest(
                options, environment, new Ids(environment.random()), new Http(options, environment, loop, tokens));
    }

    public RestChannel<Object> channel(String name) {
        return channel(name, Codec.plain());
    }

    public <T> RestChannel<T> channel(String name, Codec<T> codec) {
        return new RestChannel<>(name, codec, this);
    }

    /// What time it is at the server.
    public CompletableFuture<Instant> time() {
        return http.call(Http.Call.get("/time", Map.of(), Format.JSON))
                .thenApply(answer -> read(answer, (codec, body) -> {
                    if (codec.decodeValue(body) instanceof List<?> list && list.getFirst() instanceof Long millis) {
                        return Instant.ofEpochMilli(millis);
                    }
                    throw new HarkException(ClientErrors.protocol("the time is not a list of one number"));
                }));
    }

    /// A token of the key that this client has, to be given to somebody who is to have less than a key.
    ///
    /// @throws IllegalStateException when the credentials are not a key
    public CompletableFuture<Credentials.Token> requestToken(TokenParams params) {
        if (!(options.credentials() instanceof Credentials.Key key)) {
            throw new IllegalStateException("tokens are made with a key; these credentials are tokens themselves");
        }
        byte[] body = ProtocolCodec.of(Format.JSON).encodeValue(params.body(key.name(), environment.wallMillis()));
        String path = "/keys/" + ConnectionUri.encoded(key.name()) + "/requestToken";
        return http.call(new Http.Call("POST", path, Map.of(), Format.JSON, body, false))
                .thenApply(answer -> read(answer, HarkRest::token));
    }

    private static Credentials.Token token(ProtocolCodec codec, byte[] body) throws MalformedFrame {
        if (codec.decodeValue(body) instanceof Map<?, ?> details && details.get("token") instanceof String token) {
            return new Credentials.Token(
                    token,
                    details.get("expires") instanceof Long millis
                            ? Optional.of(Instant.ofEpochMilli(millis))
                            : Optional.empty());
        }
        throw new HarkException(ClientErrors.protocol("the token's details hold no token"));
    }

    HarkOptions options() {
        return options;
    }

    Environment environment() {
        return environment;
    }

    Ids ids() {
        return ids;
    }

    Http http() {
        return http;
    }

    /// Makes something of an answer's body.
    interface Reader<R> {
        R read(ProtocolCodec codec, byte[] body) throws MalformedFrame;
    }

    static <R> R read(Http.Answer answer, Reader<R> reader) {
        try {
            return reader.read(answer.codec(), answer.body());
        } catch (MalformedFrame malformed) {
            throw new HarkException(malformed.info(), malformed);
        }
    }
}
