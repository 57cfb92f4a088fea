package io.hark.sdk;

import io.hark.protocol.Format;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Value: what a client is to know before it begins.
///
/// ```java
/// HarkOptions.of("http://localhost:8080", Credentials.key(key)).withClientId("ann")
/// ```
///
/// @param endpoints    nodes or balancers, `http` or `https`; the first is preferred, others are tried
///                     when it does not answer
/// @param clientId     who the client is; what it publishes and where it is present carries this
/// @param format       on the wire; MessagePack unless somebody wants to read it
/// @param echo         whether subscriptions bring the client's own messages, too
/// @param idempotent   whether each publish is given an id, by which the server knows it again. Without,
///                     it does so only while the connection can be resumed, and a publish that is not
///                     answered when it cannot fails with 50003; the server is quicker then, as it need
///                     not look ids up
/// @param params       added to the URL of the connection, such as `remainPresentFor`
/// @param recovery     what [HarkClient#recoveryKey] of another client gave: this one takes over its
///                     connection and its places
/// @param http         makes all requests, with its proxy and TLS settings; one of the process's own if
///                     absent
public record HarkOptions(
        List<URI> endpoints,
        Credentials credentials,
        Optional<String> clientId,
        Format format,
        boolean echo,
        boolean idempotent,
        Map<String, String> params,
        Timing timing,
        Limits limits,
        Optional<String> recovery,
        Optional<HttpClient> http) {
    public HarkOptions {
        endpoints = List.copyOf(endpoints);
        params = Map.copyOf(params);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("a client needs an endpoint, such as http://localhost:8080");
        }
        for (URI endpoint : endpoints) {
            if (!"http".equals(endpoint.getScheme()) && !"https".equals(endpoint.getScheme())
                    || endpoint.getHost() == null) {
                throw new IllegalArgumentException("an endpoint is http://host:port or https://host, not " + endpoint);
            }
        }
    }

    public static HarkOptions of(String endpoint, Credentials credentials) {
        return new HarkOptions(
                List.of(URI.create(endpoint)),
                credentials,
                Optional.empty(),
                Format.MSGPACK,
                true,
                true,
                Map.of(),
                Timing.DEFAULTS,
                Limits.DEFAULTS,
                Optional.empty(),
                Optional.empty());
    }

    public HarkOptions withEndpoints(List<URI> value) {
        return new HarkOptions(
                value, credentials, clientId, format, echo, idempotent, params, timing, limits, recovery, http);
    }

    public HarkOptions withClientId(String value) {
        return new HarkOptions(
                endpoints,
                credentials,
                Optional.of(value),
                format,
                echo,
                idempotent,
                params,
                timing,
                limits,
                recovery,
                http);
    }

    public HarkOptions withFormat(Format value) {
        return new HarkOptions(
                endpoints, credentials, clientId, value, echo, idempotent, params, timing, limits, recovery, http);
    }

    public HarkOptions withEcho(boolean value) {
        return new HarkOptions(
                endpoints, credentials, clientId, format, value, idempotent, params, timing, limits, recovery, http);
    }

    public HarkOptions withIdempotent(boolean value) {
        return new HarkOptions(
                endpoints, credentials, clientId, format, echo, value, params, timing, limits, recovery, http);
    }

    public HarkOptions withParams(Map<String, String> value) {
        return new HarkOptions(
                endpoints, credentials, clientId, format, echo, idempotent, value, timing, limits, recovery, http);
    }

    public HarkOptions withTiming(Timing value) {
        return new HarkOptions(
                endpoints, credentials, clientId, format, echo, idempotent, params, value, limits, recovery, http);
    }

    public HarkOptions withLimits(Limits value) {
        return new HarkOptions(
                endpoints, credentials, clientId, format, echo, idempotent, params, timing, value, recovery, http);
    }

    public HarkOptions withRecovery(String value) {
        return new HarkOptions(
                endpoints,
                credentials,
                clientId,
                format,
                echo,
                idempotent,
                params,
                timing,
                limits,
                Optional.of(value),
                http);
    }

    public HarkOptions withHttp(HttpClient value) {
        return new HarkOptions(
                endpoints,
                credentials,
                clientId,
                format,
                echo,
                idempotent,
                params,
                timing,
                limits,
                recovery,
                Optional.of(value));
    }
}
