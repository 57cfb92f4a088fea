package io.hark.loadtest;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;

/// Value: where a node, or the balancer before several, is to be found.
record Target(String host, int port, boolean tls) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /// @param url `http`, `https`, `ws` or `wss`
    static Target parse(String url) {
        URI uri;
        try {
            uri = URI.create(url.strip());
        } catch (IllegalArgumentException e) {
            throw notOne(url);
        }
        if (uri.getHost() == null || uri.getScheme() == null) {
            throw notOne(url);
        }
        boolean tls = switch (uri.getScheme()) {
            case "http", "ws" -> false;
            case "https", "wss" -> true;
            default -> throw notOne(url);
        };
        return new Target(uri.getHost(), uri.getPort() > 0 ? uri.getPort() : tls ? HTTPS_PORT : HTTP_PORT, tls);
    }

    /// @param urls of the nodes of one cluster, with commas between them
    static List<Target> parseAll(String urls) {
        return Arrays.stream(urls.split(",")).map(Target::parse).toList();
    }

    private static IllegalArgumentException notOne(String url) {
        return new IllegalArgumentException(
                "a target is http://host:port or https://host:port, not \"%s\"".formatted(url));
    }

    /// Resolves the name.
    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return "%s://%s:%d".formatted(tls ? "https" : "http", host, port);
    }
}
