package io.hark.frontend;

import io.hark.auth.AuthResult;
import io.hark.auth.Credentials;
import io.hark.auth.Grant;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import io.hark.rest.RestApi;
import io.hark.rest.RestRequest;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/// Handle: comet, a realtime connection by plain HTTP requests, for clients that cannot have a WebSocket. A
/// connection stays on the loop of the request that opened it; later ones arrive on any, and hop there. Any
/// loop.
///
/// Requests name their connection by its key. A node knows the connections that it holds, and no others (ADR
/// 0011).
final class Comet {
    private static final String PREFIX = "/comet/";
    private static final String CONNECT = "connect";

    private final Frontend frontend;
    private final ConnectionRegistry<Connection> registry;
    private final Map<EventLoop, FrontendLoop> loops;
    private final Supplier<Optional<ErrorInfo>> refusal;
    private final RestApi rest;
    private final ConcurrentMap<String, Open> open = new ConcurrentHashMap<>();

    /// A connection that CONNECTED was sent to.
    private record Open(CometHandler handler, String appId, Format format) {}

    /// @param refusal why new connections are refused at the moment, if so
    Comet(
            Frontend frontend,
            ConnectionRegistry<Connection> registry,
            Map<EventLoop, FrontendLoop> loops,
            Supplier<Optional<ErrorInfo>> refusal,
            RestApi rest) {
        this.frontend = frontend;
        this.registry = registry;
        this.loops = loops;
        this.refusal = refusal;
        this.rest = rest;
    }

    static boolean isPlaceFor(RestRequest request) {
        return request.rawPath().startsWith(PREFIX);
    }

    /// On the socket's loop.
    void handle(HttpExchange exchange) {
        RestRequest request = exchange.request();
        if (request.method().equals("OPTIONS")) {
            exchange.answer(rest.preflight(request));
            return;
        }
        Optional<ErrorInfo> problem = exchange.bodiless() ? Optional.of(notAllowed(request)) : route(exchange);
        problem.ifPresent(error -> exchange.answer(rest.refuse(request, error)));
    }

    /// @return why the request cannot be performed; what is performed is answered by itself
    private Optional<ErrorInfo> route(HttpExchange exchange) {
        RestRequest request = exchange.request();
        String[] path = request.rawPath().substring(PREFIX.length()).split("/", 3);
        boolean isPost = request.method().equals("POST");
        if (!isPost && !request.method().equals("GET")) {
            return Optional.of(notAllowed(request));
        }
        if (path.length == 1 && path[0].equals(CONNECT)) {
            return isPost ? Optional.of(notAllowed(request)) : connect(exchange);
        }
        if (path.length != 2) {
            return Optional.of(nothingAt(request));
        }
        return switch (path[1]) {
            case "send" -> isPost ? send(exchange, path[0]) : Optional.of(notAllowed(request));
            case "recv" -> isPost ? Optional.of(notAllowed(request)) : receive(exchange, path[0]);
            case "close" -> isPost ? Optional.of(notAllowed(request)) : leave(exchange, path[0], true);
            case "disconnect" -> isPost ? Optional.of(notAllowed(request)) : leave(exchange, path[0], false);
            default -> Optional.of(nothingAt(request));
        };
    }

    private static ErrorInfo notAllowed(RestRequest request) {
        return ErrorCode.METHOD_NOT_ALLOWED.info(
                "only send is asked for by POST, all else of comet by GET, and nothing by " + request.method());
    }

    private static ErrorInfo nothingAt(RestRequest request) {
        return ErrorCode.NOT_FOUND.info("there is nothing at " + request.rawPath());
    }

    private Optional<ErrorInfo> connect(HttpExchange exchange) {
        Optional<ErrorInfo> refused = refusal.get();
        if (refused.isPresent()) {
            return refused;
        }
        RestRequest request = exchange.request();
        OpenRequest asked = OpenRequest.of(request.header("authorization"), request.query(), request.secure())
                .withHeartbeats();
        boolean streams = !request.param("stream").equals(Optional.of("false"));
        CometHandler handler = new CometHandler(
                frontend,
                loops.get(exchange.eventLoop()),
                registry,
                asked,
                streams,
                (opened, key, text) -> opened(text, new Open(opened, key.appId(), asked.format())));
        CometRequest first = new CometRequest(exchange, rest);
        watch(exchange, handler, first);
        handler.execute(() -> handler.open(first));
        return Optional.empty();
    }

    private void opened(String keyText, Open connection) {
        open.put(keyText, connection);
        frontend.metrics().comets.incrementAndGet();
        connection.handler().transport().whenClosed(() -> {
            open.remove(keyText);
            frontend.metrics().comets.decrementAndGet();
        });
    }

    private static void watch(HttpExchange exchange, CometHandler handler, CometRequest request) {
        exchange.watch(new HttpExchange.Watcher() {
            @Override
            public void writable() {
                handler.execute(handler::flush);
            }

            @Override
            public void lost() {
                handler.execute(() -> handler.lost(request));
            }
        });
    }

    private Optional<ErrorInfo> receive(HttpExchange exchange, String keyText) {
        Open connection = open.get(keyText);
        Optional<ErrorInfo> refused = refusal(exchange.request(), keyText, connection);
        if (refused.isEmpty()) {
            CometHandler handler = connection.handler();
            CometRequest request = new CometRequest(exchange, rest);
            watch(exchange, handler, request);
            handler.execute(() -> {
                if (open.get(keyText) == connection) {
                    handler.receive(request);
                } else { // It ended before the request came over to its loop.
                    request.refuse(unknown(keyText));
                }
            });
        }
        return refused;
    }

    private Optional<ErrorInfo> send(HttpExchange exchange, String keyText) {
        Open connection = open.get(keyText);
        Optional<ErrorInfo> refused = refusal(exchange.request(), keyText, connection);
        if (refused.isPresent()) {
            return refused;
        }
        CometHandler handler = connection.handler();
        CometRequest request = new CometRequest(exchange, rest);
        byte[] body = exchange.request().body();
        try {
            List<ClientMessage> messages = ProtocolCodec.of(connection.format()).decodeClients(body);
            handler.execute(() -> handler.send(request, messages, body.length));
        } catch (MalformedFrame malformed) {
            handler.execute(() -> handler.malformed(request, malformed.info()));
        }
        return Optional.empty();
    }

    /// The key alone is enough to leave: credentials may have expired meanwhile.
    private Optional<ErrorInfo> leave(HttpExchange exchange, String keyText, boolean forGood) {
        Open connection = open.get(keyText);
        if (connection == null) {
            return Optional.of(unknown(keyText));
        }
        CometHandler handler = connection.handler();
        CometRequest request = new CometRequest(exchange, rest);
        handler.execute(() -> {
            if (forGood) {
                handler.close(request);
            } else {
                handler.disconnect(request);
            }
        });
        return Optional.empty();
    }

    private Optional<ErrorInfo> refusal(RestRequest request, String keyText, Open connection) {
        if (connection == null) {
            return Optional.of(unknown(keyText));
        }
        Credentials credentials = Credentials.of(request.header("authorization"), request.query());
        return switch (frontend.authenticator().authenticate(credentials, request.secure(), frontend.wallTime())) {
            case AuthResult.Denied(ErrorInfo error) -> Optional.of(error);
            case AuthResult.Granted(Grant grant) ->
                grant.appId().equals(connection.appId())
                        ? Optional.empty()
                        : Optional.of(ErrorCode.INCOMPATIBLE_CREDENTIALS.info("the connection belongs to another app"));
        };
    }

    private ErrorInfo unknown(String keyText) {
        return frontend.keys()
                .decode(keyText)
                .filter(registry::isSuperseded)
                .map(superseded -> ErrorCode.TRANSPORT_SUPERSEDED.info())
                .orElseGet(() -> ErrorCode.UNKNOWN_CONNECTION.info(
                        "unable to find connection: it has ended, or another node holds it; connect again with"
                                + " resume"));
    }
}
