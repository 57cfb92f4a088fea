package io.hark.protocol;

import java.util.List;
import java.util.Optional;

/// Value: the operations that one publish put on a channel's objects, as one log entry.
///
/// @param id           the publish's id; operations without an id of their own inherit `id:index`
/// @param connectionId the publishing connection; empty over REST and for what the server does by itself
/// @param timestamp    time of acceptance in milliseconds since the epoch
public record ObjectBatch(String id, Optional<String> connectionId, long timestamp, List<ObjectMessage> operations) {
    public ObjectBatch {
        operations = List.copyOf(operations);
    }
}
