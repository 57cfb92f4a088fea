package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Value: what somebody says in a chat room.
///
/// @param headers flat; the codec of messages refuses others (40032)
record ChatContent(String text, Map<String, Object> metadata, Map<String, Object> headers) {
    /// What is left of a message that was deleted.
    static final ChatContent DELETED = new ChatContent("", Map.of(), Map.of());

    private static final String TEXT = "text";
    private static final String METADATA = "metadata";
    private static final String HEADERS = "headers";
    private static final Optional<String> JSON_TEXT = Optional.of("json");

    /// @param body of a request, or the part of it that is the content
    /// @throws Refusal 40001 for one without text
    static ChatContent read(Map<String, Object> body) throws Refusal {
        if (!(body.get(TEXT) instanceof String text) || text.isEmpty()) {
            throw new Refusal(ErrorCode.INVALID_BODY, "a chat message needs a text that is not empty");
        }
        return new ChatContent(text, member(body, METADATA), member(body, HEADERS));
    }

    private static Map<String, Object> member(Map<String, Object> body, String name) throws Refusal {
        Object value = body.get(name);
        return value == null ? Map.of() : Bodies.asObject(value, name);
    }

    /// The content of a room's message, whoever put it there: what it lacks is empty.
    static ChatContent of(Message message) {
        Map<?, ?> data = object(data(message));
        String text = data.get(TEXT) instanceof String given ? given : "";
        return new ChatContent(
                text, members(data.get(METADATA)), members(message.extras().get(HEADERS)));
    }

    private static Object data(Message message) {
        if (!(message.data() instanceof Payload.Text(String json))
                || !message.encoding().equals(JSON_TEXT)) {
            return Map.of();
        }
        try {
            return ProtocolCodec.of(Format.JSON).decodeValue(json.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedFrame onlySaysThatItIsJson) {
            return Map.of();
        }
    }

    private static Map<?, ?> object(Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static Map<String, Object> members(Object value) {
        Map<String, Object> members = new LinkedHashMap<>();
        object(value).forEach((name, member) -> members.put((String) name, member));
        return members;
    }

    /// Puts it into a message that is to be decoded like any other that comes by REST.
    ///
    /// @param all whether what is empty has to be said, as it takes the place of something
    void addTo(Map<String, Object> message, boolean all) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put(TEXT, text);
        data.put(METADATA, metadata);
        message.put("data", data);
        if (all || !headers.isEmpty()) {
            message.put("extras", Map.of(HEADERS, headers));
        }
    }

    /// Puts it into an answer.
    void show(Map<String, Object> answer) {
        answer.put(TEXT, text);
        answer.put(METADATA, metadata);
        answer.put(HEADERS, headers);
    }
}
