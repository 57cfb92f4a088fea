package io.hark.rest;

import io.hark.protocol.Annotation;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.ObjectRequest;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the bodies of requests, by their `Content-Type`; JSON is what most callers mean who give none.
final class Bodies {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String TEXT = "text/plain";
    private static final String BYTES = "application/octet-stream";

    private Bodies() {}

    private static ProtocolCodec codec(RestRequest request) {
        return ProtocolCodec.of(Negotiation.ofMediaType(request.bodyType()).orElse(Format.JSON));
    }

    /// Plain values, see [ProtocolCodec#decodeValue].
    ///
    /// @throws Refusal 40001
    static Object value(RestRequest request) throws Refusal {
        if (request.bodyType().equals(FORM)) {
            return form(request);
        }
        try {
            return codec(request).decodeValue(request.body());
        } catch (MalformedFrame e) {
            throw refusal(e);
        }
    }

    /// Codecs name what does not parse after the frames of connections; here it is a body.
    private static Refusal refusal(MalformedFrame malformed) {
        ErrorInfo error = malformed.info();
        return error.code() == ErrorCode.PROTOCOL_ERROR.code()
                ? new Refusal(ErrorCode.INVALID_BODY, "the body cannot be read: " + error.message())
                : new Refusal(error);
    }

    private static Map<String, String> form(RestRequest request) throws Refusal {
        return UrlText.query(UrlText.utf8(request.body())
                .orElseThrow(() -> new Refusal(ErrorCode.INVALID_BODY, "the form is not UTF-8")));
    }

    /// @throws Refusal 40001 when the body is not an object
    static Map<String, Object> object(RestRequest request) throws Refusal {
        return asObject(value(request), "the body");
    }

    static Map<String, Object> asObject(Object value, String what) throws Refusal {
        if (!(value instanceof Map<?, ?> map)) {
            throw new Refusal(ErrorCode.INVALID_BODY, what + " must be an object");
        }
        Map<String, Object> object = new LinkedHashMap<>();
        map.forEach((name, member) -> object.put((String) name, member));
        return object;
    }

    /// One message, or an array of them.
    static List<Message> messages(RestRequest request) throws Refusal {
        return request.bodyType().equals(FORM)
                ? messages(formMessage(form(request)), request)
                : messages(codec(request), request.body());
    }

    /// Messages that stand within a larger body.
    ///
    /// @param tree as decoded from the request's body
    static List<Message> messages(Object tree, RestRequest request) throws Refusal {
        return messages(codec(request), codec(request).encodeValue(tree));
    }

    /// One operation on objects, or an array of them.
    static List<ObjectRequest> objectRequests(RestRequest request) throws Refusal {
        try {
            return codec(request).decodeObjectRequests(request.body());
        } catch (MalformedFrame e) {
            throw refusal(e);
        }
    }

    private static List<Message> messages(ProtocolCodec codec, byte[] body) throws Refusal {
        try {
            return codec.decodeMessages(body);
        } catch (MalformedFrame e) {
            throw refusal(e);
        }
    }

    /// One annotation, or an array of them.
    static List<Annotation> annotations(RestRequest request) throws Refusal {
        try {
            return codec(request).decodeAnnotations(request.body());
        } catch (MalformedFrame e) {
            throw refusal(e);
        }
    }

    /// All of a form is text: `extras` holds JSON, and `data` may.
    private static Map<String, Object> formMessage(Map<String, String> form) throws Refusal {
        Map<String, Object> message = new LinkedHashMap<>(form);
        Object data = jsonOrText(form.get("data"));
        if (!form.containsKey("encoding") && (data instanceof Map || data instanceof List)) {
            message.put("data", data);
        }
        message.computeIfPresent("extras", (name, text) -> jsonOrText((String) text));
        return message;
    }

    private static Object jsonOrText(String text) {
        if (text == null) {
            return null;
        }
        try {
            return ProtocolCodec.of(Format.JSON).decodeValue(text.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedFrame notJson) {
            return text;
        }
    }

    /// The message whose data is the whole body (`enveloped=false`); all else stands in headers or params.
    static Message unenveloped(RestRequest request) throws Refusal {
        Optional<String> encoding = field(request, "x-ably-encoding", "encoding");
        boolean json = request.bodyType().equals(Format.JSON.mediaType());
        if (json) {
            value(request); // It goes on as the text that it is, but readers are promised JSON.
        }
        Message message =
                Message.of(field(request, "x-ably-name", "name"), data(request)).withClientId(clientId(request));
        message = message.withData(message.data(), json ? encoding.or(() -> Optional.of("json")) : encoding);
        Optional<String> id = field(request, "x-ably-messageid", "messageId");
        message = id.isPresent() ? message.withId(id.get()) : message;
        Optional<String> connectionKey = field(request, "x-ably-connectionkey", "connectionKey");
        return connectionKey.isPresent() ? withConnectionKey(message, connectionKey) : message;
    }

    private static Payload data(RestRequest request) throws Refusal {
        String type = request.bodyType();
        if (type.equals(BYTES)) {
            return Payload.binary(request.body());
        }
        if (!type.isEmpty() && !type.equals(TEXT) && !type.equals(Format.JSON.mediaType())) {
            throw new Refusal(
                    ErrorCode.INVALID_BODY,
                    "with enveloped=false the Content-Type must be %s, %s or %s, was '%s'"
                            .formatted(TEXT, BYTES, Format.JSON.mediaType(), type));
        }
        return Payload.text(UrlText.utf8(request.body())
                .orElseThrow(() -> new Refusal(ErrorCode.INVALID_MESSAGE_DATA, "the body is not UTF-8")));
    }

    private static Optional<String> field(RestRequest request, String header, String param) {
        return request.header(header).or(() -> request.param(param));
    }

    /// Its header is the caller's identity (RSA7e2), which fills in the message's.
    private static Optional<String> clientId(RestRequest request) {
        return request.param("clientId")
                .filter(id -> request.header("x-ably-clientid").isEmpty());
    }

    private static Message withConnectionKey(Message m, Optional<String> connectionKey) {
        return new Message(
                m.id(),
                m.name(),
                m.data(),
                m.encoding(),
                m.clientId(),
                m.connectionId(),
                connectionKey,
                m.timestamp(),
                m.extras(),
                m.action(),
                m.serial(),
                m.version(),
                m.annotations());
    }
}
