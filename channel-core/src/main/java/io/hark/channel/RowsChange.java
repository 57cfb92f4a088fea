package io.hark.channel;

import java.util.List;
import java.util.Optional;

/// Value: changes rows of a channel's state together, or not at all: if each holds what is expected of
/// it. For what is kept in the log of a slot without being a message: it is as durable, and found by the
/// same hash. Meant for channels that nobody attaches to ([ChannelId#isInternal]): a subscriber would be
/// sent an entry with nothing in it.
///
/// @param id    identity for dedupe: a change with the id of one that is in the log is [RowsResult.Done]
///              without being made again; empty when what the rows are expected to hold is enough
/// @param edits of different rows of the kind
public record RowsChange(
        ChannelId channel, StateKind kind, Optional<IdHash> id, List<RowEdit> edits, ChannelPolicy policy) {
    /// Rows that one change can be about.
    public static final int EDITS_MAX = 1_000;

    public RowsChange {
        edits = List.copyOf(edits);
        if (edits.isEmpty() || edits.size() > EDITS_MAX) {
            throw new IllegalArgumentException(
                    "a change is of 1 to %d rows, was of %d".formatted(EDITS_MAX, edits.size()));
        }
        if (!kind.isLasting()) {
            throw new IllegalArgumentException("rows of kind %s expire, and are not changed by name".formatted(kind));
        }
    }
}
