package io.hark.rest;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Value: an HTTP request as the transport hands it over. Its size is the transport's to bound.
///
/// @param method  in upper case
/// @param rawPath percent-encoded, without the query
/// @param query   decoded; of a repeated param the last one counts
/// @param headers by lower-case name
/// @param body    already decompressed; belongs to this value
/// @param secure  whether the client speaks TLS, to us or to a trusted proxy
public record RestRequest(
        String method,
        String rawPath,
        Map<String, String> query,
        Map<String, String> headers,
        byte[] body,
        boolean secure) {
    public RestRequest {
        query = Map.copyOf(query);
        headers = Map.copyOf(headers);
    }

    /// @param target path and query as they stand in the request line
    public static RestRequest of(
            String method, String target, Map<String, String> headers, byte[] body, boolean secure) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        Map<String, String> query = question < 0 ? Map.of() : UrlText.query(target.substring(question + 1));
        return new RestRequest(method, path, query, headers, body, secure);
    }

    public Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }

    public Optional<String> param(String name) {
        return Optional.ofNullable(query.get(name));
    }

    /// The request with one param more.
    RestRequest withParam(String name, String value) {
        Map<String, String> params = new LinkedHashMap<>(query);
        params.put(name, value);
        return new RestRequest(method, rawPath, params, headers, body, secure);
    }

    /// The media type of the body in lower case, without parameters; empty text when there is none.
    String bodyType() {
        String value = headers.getOrDefault("content-type", "");
        int semicolon = value.indexOf(';');
        return (semicolon < 0 ? value : value.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    /// Without query, headers and body, which hold secrets.
    @Override
    public String toString() {
        return method + ' ' + rawPath;
    }
}
