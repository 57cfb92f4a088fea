package io.hark.rest;

import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.EntryMessages;
import io.hark.protocol.Message;
import io.hark.protocol.PresenceMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What an entry of the log holds, item by item, with everything spelled out that an item inherits from its
/// entry.
final class StoredItems {
    private StoredItems() {}

    /// The messages in the order in which they were published; none of an entry of another kind.
    static List<Message> messages(Entry entry) {
        return EntryMessages.of(entry);
    }

    /// The presence events in their order; none of an entry of another kind.
    static List<PresenceMessage> presence(Entry entry) {
        if (!(entry.body() instanceof EntryBody.Presence(var batch))) {
            return List.of();
        }
        List<PresenceMessage> events = new ArrayList<>(batch.presence().size());
        for (PresenceMessage event : batch.presence()) {
            events.add(new PresenceMessage(
                    event.action(),
                    Optional.of(event.id().orElse(batch.id() + ':' + events.size())),
                    event.clientId(),
                    event.connectionId().or(batch::connectionId),
                    event.timestamp() == 0 ? batch.timestamp() : event.timestamp(),
                    event.data(),
                    event.encoding(),
                    event.extras()));
        }
        return events;
    }
}
