package io.hark.channel;

import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.ObjectBatch;
import io.hark.protocol.PresenceBatch;
import java.util.Optional;

/// Value: what an entry carries, by its kind.
public sealed interface EntryBody {
    EntryBody NONE = new None();

    record None() implements EntryBody {}

    record Messages(MessageBatch batch) implements EntryBody {}

    record Presence(PresenceBatch batch) implements EntryBody {}

    /// A new version of a message: an update or a delete holds all of it, an append what is added to the
    /// data.
    ///
    /// @param batch       of whoever changes it; its one message has the id, connection and time of the
    ///                    original
    /// @param whole       all of it, on some of the appends, so that nobody has to go back to the first
    /// @param originalLsn of the entry that published it
    /// @param previousLsn of the entry with the version before; whoever was handed that one needs no
    ///                    more than this
    record Version(MessageBatch batch, Optional<Message> whole, long originalLsn, long previousLsn)
            implements EntryBody {
        public Message message() {
            return batch.messages().getFirst();
        }

        /// Whether its message is only what was added.
        public boolean isFragment() {
            return message().action() == MessageAction.APPEND;
        }
    }

    /// Annotations of one message.
    ///
    /// @param batch   may hold no annotations: then only the summary is new
    /// @param summary the message's serial and its summary afterwards; empty when that is told later
    record Annotations(AnnotationBatch batch, Optional<Message> summary) implements EntryBody {}

    record Objects(ObjectBatch batch) implements EntryBody {}

    /// A publish that its owner refused, so that whoever owns the slot when it is sent again answers as the first one
    /// did (ADR 24). Nobody but its publisher is told.
    ///
    /// @param error of which code, status and message are kept
    record Refusal(ErrorInfo error) implements EntryBody {}
}
