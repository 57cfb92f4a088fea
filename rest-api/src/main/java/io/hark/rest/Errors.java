package io.hark.rest;

import io.hark.protocol.ErrorInfo;
import io.hark.rest.RestResponse.Header;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// How errors are told besides by their body.
final class Errors {
    private static final int HEADER_CHARS_MAX = 1_024;

    /// Token errors that a new token mends. One SDK renews exactly when it reads `stale`, so no other
    /// error may say it.
    private static final int RENEWABLE_FIRST = 40140;

    private static final int RENEWABLE_LAST = 40143;

    private Errors() {}

    /// What clients read that look at headers only, and those that want a header before they look at the body.
    static List<Header> headers(ErrorInfo error) {
        Stream<Header> described = Stream.of(
                new Header("X-Ably-Errorcode", Integer.toString(error.code())),
                new Header("X-Ably-Errormessage", headerText(error.message())));
        return error.statusCode() == 401
                ? Stream.concat(described, Stream.of(challenge(error))).toList()
                : described.toList();
    }

    /// Of a scheme that SDKs know: one of them fails on `Bearer`, and browsers ask for a password on `Basic`.
    private static Header challenge(ErrorInfo error) {
        boolean renewable = error.code() >= RENEWABLE_FIRST && error.code() <= RENEWABLE_LAST;
        return new Header("WWW-Authenticate", renewable ? "X-Ably-Token stale" : "X-Ably-Token realm=\"ably\"");
    }

    /// The error as plain values, to stand within a larger body.
    static Map<String, Object> tree(ErrorInfo error) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("code", error.code());
        tree.put("statusCode", error.statusCode());
        tree.put("message", error.message());
        tree.put("href", error.href());
        if (!error.detail().isEmpty()) {
            tree.put("detail", error.detail());
        }
        return tree;
    }

    /// Text that may stand in a header: it can quote the client, who must not write headers of its own.
    static String headerText(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length() && i < HEADER_CHARS_MAX; i++) {
            char c = text.charAt(i);
            out.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return out.toString();
    }
}
