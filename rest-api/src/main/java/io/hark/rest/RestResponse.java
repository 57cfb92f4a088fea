package io.hark.rest;

import java.util.List;
import java.util.Optional;

/// Value: an HTTP response for the transport to send. `Content-Length` is the transport's business.
///
/// @param contentType empty exactly when there is no body
/// @param headers     in order; a name may occur several times, and each one wants a line of its own
public record RestResponse(int status, Optional<String> contentType, byte[] body, List<Header> headers) {
    public RestResponse {
        headers = List.copyOf(headers);
    }

    /// @param value printable ASCII
    public record Header(String name, String value) {}
}
