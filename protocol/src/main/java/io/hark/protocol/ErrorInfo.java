package io.hark.protocol;

import java.util.Map;
import java.util.Objects;

/// Value: the one shape of every error that a client sees (spec TI1 to TI6).
///
/// @param code       the five-digit error code
/// @param statusCode the HTTP status that goes with it; clients decide by it whether to retry
/// @param message    what was wrong, the value, the limit, and what to do
/// @param detail     further facts by name; empty when there are none
public record ErrorInfo(int code, int statusCode, String message, Map<String, String> detail) {
    public ErrorInfo {
        Objects.requireNonNull(message, "message");
        detail = Map.copyOf(detail);
    }

    public ErrorInfo(int code, int statusCode, String message) {
        this(code, statusCode, message, Map.of());
    }

    /// Where the error is explained (TI4, TI5).
    public String href() {
        return "https://help.ably.io/error/" + code;
    }

    /// Whether the client may mend it with a new token (RSA4b): 401 and 40140 to 40149.
    public boolean isTokenError() {
        return statusCode == 401 && code >= 40140 && code < 40150;
    }

    public ErrorInfo withStatusCode(int status) {
        return new ErrorInfo(code, status, message, detail);
    }
}
