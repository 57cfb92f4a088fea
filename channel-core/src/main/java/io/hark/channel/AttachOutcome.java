package io.hark.channel;

import io.hark.protocol.ErrorInfo;
import java.util.Optional;

/// Value: how an attach came out.
///
/// @param subscribed  what the owner said
/// @param startLsn    everything after it follows
/// @param resumed     whether that is everything after the position that the client gave
/// @param hasBacklog  whether at least one stored entry follows
/// @param hasPresence whether a sync follows
/// @param hasObjects  whether pages of objects follow
/// @param error       why continuity was lost, or that a rewind was cut short
public record AttachOutcome(
        Subscribed subscribed,
        long startLsn,
        boolean resumed,
        boolean hasBacklog,
        boolean hasPresence,
        boolean hasObjects,
        Optional<ErrorInfo> error) {
    AttachOutcome withObjects(boolean present) {
        return new AttachOutcome(subscribed, startLsn, resumed, hasBacklog, hasPresence, present, error);
    }
}
