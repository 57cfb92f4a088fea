package io.hark.sdk;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The URL that opens a connection (RTN2).
final class ConnectionUri {
    static final String PROTOCOL_VERSION = "6";
    static final String AGENT = "hark-java/0.1.0";

    private ConnectionUri() {}

    static URI of(
            URI endpoint,
            HarkOptions options,
            Tokens.Shown shown,
            Optional<String> resumeKey,
            Optional<String> recoverKey) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("v", PROTOCOL_VERSION);
        query.put(
                "format",
                switch (options.format()) {
                    case JSON -> "json";
                    case MSGPACK -> "msgpack";
                });
        // Pings of the WebSocket are seen here, so the server need not send frames instead.
        query.put("heartbeats", "false");
        query.put("agent", AGENT);
        query.put(shown.param(), shown.value());
        options.clientId().ifPresent(clientId -> query.put("clientId", clientId));
        if (!options.echo()) {
            query.put("echo", "false");
        }
        if (resumeKey.isPresent()) {
            query.put("resume", resumeKey.get());
        } else {
            recoverKey.ifPresent(key -> query.put("recover", key));
        }
        query.putAll(options.params());
        String scheme = endpoint.getScheme().equals("https") ? "wss" : "ws";
        return URI.create(scheme + "://" + endpoint.getRawAuthority() + "/?" + encoded(query));
    }

    static String encoded(Map<String, String> query) {
        return query.entrySet().stream()
                .map(param -> encoded(param.getKey()) + "=" + encoded(param.getValue()))
                .collect(Collectors.joining("&"));
    }

    /// As a part of a path or of a query: a space is `%20`, which means the same in both.
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
