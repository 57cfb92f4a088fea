package io.hark.rest;

import io.hark.protocol.ContentSize;
import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ProtocolCodec;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How many bytes messages and presence events are, as statistics and the limits of publishes count them (TM6).
public final class ItemSizes {
    private ItemSizes() {}

    public static long ofMessages(List<Message> messages) {
        long bytes = 0;
        for (Message message : messages) {
            bytes += ContentSize.of(message);
        }
        return bytes;
    }

    public static long ofPresence(List<PresenceMessage> events) {
        long bytes = 0;
        for (PresenceMessage event : events) {
            bytes += event.data().size() + text(event.clientId()) + extras(event.extras());
        }
        return bytes;
    }

    private static int text(Optional<String> text) {
        return text.isEmpty() ? 0 : Payload.text(text.get()).size();
    }

    private static int extras(Map<String, Object> extras) {
        return extras.isEmpty() ? 0 : ProtocolCodec.of(Format.JSON).encodeValue(extras).length;
    }
}
