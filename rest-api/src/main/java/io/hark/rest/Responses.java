package io.hark.rest;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ProtocolCodec;
import io.hark.rest.RestResponse.Header;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes responses of replies: format, envelope, and the headers that every answer carries.
final class Responses {
    private static final byte[] NO_BODY = {};
    private static final String DEFAULT_ALLOWED_HEADERS =
            "authorization, content-type, accept, x-ably-version, ably-agent, x-ably-clientid, x-ably-lib, "
                    + "x-ably-devicetoken, x-ably-devicesecret, x-ably-messageid, x-ably-name, x-ably-encoding, "
                    + "x-ably-connectionkey";

    private Responses() {}

    static RestResponse render(RestRequest request, Reply reply) {
        Negotiation negotiation = Negotiation.of(request);
        List<Header> headers = common(request);
        return switch (reply) {
            case Reply.Empty(int status) -> new RestResponse(status, Optional.empty(), NO_BODY, headers);
            case Reply.Text(String text) ->
                new RestResponse(200, Optional.of("text/plain"), text.getBytes(StandardCharsets.UTF_8), headers);
            case Reply.Content content
            when negotiation.enveloped() -> encoded(200, negotiation, envelope(content, negotiation), headers);
            case Reply.Content content -> {
                headers.addAll(own(content));
                yield encoded(content.status(), negotiation, content.body().encode(codec(negotiation)), headers);
            }
        };
    }

    private static ProtocolCodec codec(Negotiation negotiation) {
        return ProtocolCodec.of(negotiation.format());
    }

    private static RestResponse encoded(int status, Negotiation negotiation, byte[] body, List<Header> headers) {
        return new RestResponse(status, Optional.of(negotiation.format().mediaType()), body, headers);
    }

    /// The headers that say something of this reply only; in an envelope they are part of the body.
    private static List<Header> own(Reply.Content content) {
        List<Header> headers = new ArrayList<>();
        content.pages().ifPresent(pages -> pages.links().forEach(link -> headers.add(new Header("Link", link))));
        content.error().map(Errors::headers).ifPresent(headers::addAll);
        return headers;
    }

    private static byte[] envelope(Reply.Content content, Negotiation negotiation) {
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("content-type", negotiation.format().mediaType());
        content.pages().ifPresent(pages -> headers.put("Link", pages.links()));
        content.error()
                .map(Errors::headers)
                .ifPresent(all -> all.forEach(header -> headers.put(header.name(), header.value())));
        Map<String, Object> envelope = new LinkedHashMap<>();
        envelope.put("statusCode", content.status());
        envelope.put("headers", headers);
        content.pages().ifPresent(pages -> envelope.put("rel", pages.urls()));
        ProtocolCodec codec = codec(negotiation);
        return Envelope.around(content.body().encode(codec), codec.encodeValue(envelope), negotiation.format());
    }

    /// Also on errors: a browser shows a page nothing of an answer without these, not even that it failed.
    static List<Header> common(RestRequest request) {
        List<Header> headers = new ArrayList<>();
        headers.add(new Header("Cache-Control", "no-store"));
        headers.add(new Header("Vary", "Origin"));
        request.header("origin").ifPresent(origin -> {
            // Never `*`: browsers refuse that for requests with credentials.
            headers.add(new Header("Access-Control-Allow-Origin", Errors.headerText(origin)));
            headers.add(new Header("Access-Control-Allow-Credentials", "true"));
            headers.add(new Header(
                    "Access-Control-Expose-Headers",
                    "Link, Transfer-Encoding, Content-Length, X-Ably-Errorcode, X-Ably-Errormessage, "
                            + "X-Ably-ServerId, Server"));
        });
        return headers;
    }

    /// The answer to a browser that asks whether it may send a request.
    static RestResponse preflight(RestRequest request) {
        List<Header> headers = common(request);
        headers.add(new Header("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"));
        headers.add(new Header(
                "Access-Control-Allow-Headers",
                request.header("access-control-request-headers")
                        .map(Errors::headerText)
                        .orElse(DEFAULT_ALLOWED_HEADERS)));
        headers.add(new Header("Access-Control-Max-Age", "86400"));
        return new RestResponse(204, Optional.empty(), NO_BODY, headers);
    }

    static RestResponse error(RestRequest request, ErrorInfo error) {
        return render(request, Reply.error(error));
    }
}
