package io.hark.channel;

import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import java.util.ArrayList;
import java.util.List;

/// The messages that an entry published, with everything spelled out that a message inherits from its
/// entry.
public final class EntryMessages {
    private EntryMessages() {}

    /// In the order in which they were published; none of an entry of another kind.
    public static List<Message> of(Entry entry) {
        if (!(entry.body() instanceof EntryBody.Messages(MessageBatch batch))) {
            return List.of();
        }
        List<Message> messages = new ArrayList<>(batch.messages().size());
        for (int index = 0; index < batch.messages().size(); index++) {
            messages.add(spelledOut(entry, batch, index));
        }
        return messages;
    }

    private static Message spelledOut(Entry entry, MessageBatch batch, int index) {
        Message message = batch.messages().get(index);
        return message.withId(message.id().orElse(batch.id() + ':' + index))
                .withConnectionId(message.connectionId().or(batch::connectionId))
                .withTimestamp(message.timestamp() == 0 ? batch.timestamp() : message.timestamp())
                .withSerial(message.serial().orElseGet(() -> entry.serial(index)), message.version());
    }
}
