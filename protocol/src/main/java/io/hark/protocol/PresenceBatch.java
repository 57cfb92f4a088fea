package io.hark.protocol;

import java.util.List;
import java.util.Optional;

/// Value: the presence events that one frame caused on a channel, as one log entry.
///
/// @param id           the frame's id; events without an id of their own inherit `id:index`
/// @param connectionId the connection whose members changed; empty when events name their own
/// @param timestamp    time of acceptance in milliseconds since the epoch
public record PresenceBatch(String id, Optional<String> connectionId, long timestamp, List<PresenceMessage> presence) {
    public PresenceBatch {
        presence = List.copyOf(presence);
    }
}
