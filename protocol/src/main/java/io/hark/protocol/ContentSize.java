package io.hark.protocol;

import java.util.Map;
import java.util.Optional;

/// How many bytes the size limit counts of what is published (TM6, TO3l8): texts in UTF-8, extras as
/// JSON, and data.
public final class ContentSize {
    private ContentSize() {}

    public static long of(Message message) {
        return utf8(message.name()) + utf8(message.clientId()) + rest(message.extras(), message.data());
    }

    public static long of(Annotation annotation) {
        return utf8(Optional.of(annotation.type()))
                + utf8(annotation.name())
                + utf8(annotation.clientId())
                + rest(annotation.extras(), annotation.data());
    }

    public static long of(PresenceMessage presence) {
        return utf8(presence.clientId()) + rest(presence.extras(), presence.data());
    }

    private static long rest(Map<String, Object> extras, Payload data) {
        return data.size()
                + (extras.isEmpty() ? 0 : ProtocolCodec.of(Format.JSON).encodeValue(extras).length);
    }

    private static long utf8(Optional<String> text) {
        return text.isEmpty() ? 0 : Payload.text(text.get()).size();
    }
}
