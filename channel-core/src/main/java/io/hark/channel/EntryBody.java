package io.hark.channel;

import io.hark.protocol.MessageBatch;
import io.hark.protocol.PresenceBatch;

/// Value: what an entry carries, by its kind.
public sealed interface EntryBody {
    EntryBody NONE = new None();

    record None() implements EntryBody {}

    record Messages(MessageBatch batch) implements EntryBody {}

    record Presence(PresenceBatch batch) implements EntryBody {}
}
