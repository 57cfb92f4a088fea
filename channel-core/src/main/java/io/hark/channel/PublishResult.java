package io.hark.channel;

import io.hark.protocol.ErrorInfo;
import java.util.List;

/// Value: the owner's answer to a publish or presence update.
public sealed interface PublishResult {
    /// What the publisher of a committed entry is told.
    static PublishResult of(Entry entry) {
        return entry.body() instanceof EntryBody.Refusal(ErrorInfo error)
                ? new Refused(error)
                : new Stored(entry.receipt());
    }

    /// Committed: it is in the log, once, or was there already.
    record Stored(Receipt receipt) implements PublishResult {}

    /// Accepted without an entry in the log: nothing changed, or the publish was ephemeral.
    record Accepted(List<String> serials) implements PublishResult {}

    /// Not accepted: nothing of it is in the log, nor will be.
    record Refused(ErrorInfo error) implements PublishResult {}
}
