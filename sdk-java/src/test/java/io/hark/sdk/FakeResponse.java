package io.hark.sdk;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/// An answer of a server that is not there.
record FakeResponse(HttpRequest request, int statusCode, HttpHeaders headers, byte[] body)
        implements HttpResponse<byte[]> {

    static FakeResponse json(HttpRequest request, int status, String body, String... links) {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("Content-Type", List.of("application/json"));
        headers.put("Link", List.of(links));
        return new FakeResponse(
                request, status, HttpHeaders.of(headers, (name, value) -> true), body.getBytes(StandardCharsets.UTF_8));
    }

    static FakeResponse error(HttpRequest request, int status, int code) {
        return json(
                request,
                status,
                "{\"error\":{\"code\":%d,\"statusCode\":%d,\"message\":\"no\"}}".formatted(code, status));
    }

    @Override
    public Optional<HttpResponse<byte[]>> previousResponse() {
        return Optional.empty();
    }

    @Override
    public Optional<SSLSession> sslSession() {
        return Optional.empty();
    }

    @Override
    public URI uri() {
        return request.uri();
    }

    @Override
    public HttpClient.Version version() {
        return HttpClient.Version.HTTP_1_1;
    }
}
