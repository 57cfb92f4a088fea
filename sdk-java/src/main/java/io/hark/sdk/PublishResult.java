package io.hark.sdk;

import java.util.List;

/// Value: what the server made of a publish. It is stored as durably as the channel's rules ask.
///
/// @param serials one for each message; an empty one for a message that conflation discarded
public record PublishResult(List<String> serials) {
    public PublishResult {
        serials = List.copyOf(serials);
    }

    /// The serial of the only, or first, message.
    public String serial() {
        return serials.isEmpty() ? "" : serials.getFirst();
    }
}
