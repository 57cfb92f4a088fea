package io.hark.launcher.jepsen;

import io.hark.protocol.Message;
import java.util.List;

/// Value: one publish as the application hands it to its client.
public record Publication(String channel, List<Message> messages) {
    public Publication {
        messages = List.copyOf(messages);
    }
}
