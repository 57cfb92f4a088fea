package io.hark.protocol;

import java.util.List;
import java.util.Optional;

/// Value: what one publish put into a channel's log, as one unit: stored, delivered and acknowledged together.
///
/// @param id           the frame's id; messages without an id of their own inherit `id:index` (TM2a)
/// @param connectionId the publishing connection; empty when published over REST on nobody's behalf
/// @param timestamp    time of acceptance in milliseconds since the epoch
public record MessageBatch(String id, Optional<String> connectionId, long timestamp, List<Message> messages) {
    public MessageBatch {
        messages = List.copyOf(messages);
    }

    public MessageBatch with(List<Message> others) {
        return new MessageBatch(id, connectionId, timestamp, others);
    }
}
