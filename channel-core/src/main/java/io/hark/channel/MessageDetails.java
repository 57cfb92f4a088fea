package io.hark.channel;

import io.hark.protocol.Annotation;
import io.hark.protocol.Message;
import java.util.List;

/// Value: the answer to a [MessageQuery].
///
/// @param more whether there are more than were asked for
public record MessageDetails(List<Message> messages, List<Annotation> annotations, boolean more) {
    public MessageDetails {
        messages = List.copyOf(messages);
        annotations = List.copyOf(annotations);
    }
}
