package io.hark.sdk;

import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageVersion;
import io.hark.protocol.Payload;
import java.time.Instant;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/// Value: a message as a subscription or the history brings it.
///
/// @param data         empty when the message has none
/// @param connectionId of its publisher; empty when it was published over HTTP
/// @param timestamp    when the server took it
/// @param extras       plain values
/// @param action       what it does: most messages are new, others change one that was there, by its
///                     serial
/// @param serial       its identity and place in the channel's order
/// @param annotations  plain values: the summary of what others said about it
public record Message<T>(
        Optional<String> name,
        Optional<T> data,
        String id,
        Optional<String> clientId,
        Optional<String> connectionId,
        Instant timestamp,
        Map<String, Object> extras,
        MessageAction action,
        Optional<String> serial,
        Optional<MessageVersion> version,
        Map<String, Object> annotations) {

    /// The data.
    ///
    /// @throws NoSuchElementException when the message has none
    public T value() {
        return data.orElseThrow(() -> new NoSuchElementException("the message " + id + " has no data"));
    }

    /// What a message has from the frame that brings it, unless it has its own (TM2a, TM2c, TM2f).
    record Inherited(String id, Optional<String> connectionId, long timestamp) {
        static final Inherited NOTHING = new Inherited("", Optional.empty(), 0);
    }

    /// @throws Exception the codec's
    static <T> Message<T> of(io.hark.protocol.Message wire, Inherited inherited, Codec<T> codec) throws Exception {
        return wire.data().equals(Payload.NONE)
                ? with(wire, inherited, Optional.empty())
                : with(wire, inherited, Optional.of(codec.decode(content(wire))));
    }

    /// The message with its data unread.
    static Message<Content> raw(io.hark.protocol.Message wire, Inherited inherited) {
        return with(wire, inherited, Optional.of(content(wire)));
    }

    private static Content content(io.hark.protocol.Message wire) {
        return new Content(wire.data(), wire.encoding()).unwrapped();
    }

    private static <T> Message<T> with(io.hark.protocol.Message wire, Inherited inherited, Optional<T> data) {
        long timestamp = wire.timestamp() == 0 ? inherited.timestamp() : wire.timestamp();
        return new Message<>(
                wire.name(),
                data,
                wire.id().orElse(inherited.id()),
                wire.clientId(),
                wire.connectionId().or(inherited::connectionId),
                Instant.ofEpochMilli(timestamp),
                wire.extras(),
                wire.action(),
                wire.serial(),
                wire.version(),
                wire.annotations());
    }
}
