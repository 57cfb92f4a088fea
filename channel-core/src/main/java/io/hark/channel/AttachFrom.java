package io.hark.channel;

import io.hark.protocol.Position;
import java.time.Duration;

/// Value: where an attachment begins.
public sealed interface AttachFrom {

    /// With what comes after the attach.
    record Now() implements AttachFrom {}

    /// After the position of the last thing that the client got.
    record After(Position position) implements AttachFrom {}

    /// The position could not be read.
    record Unreadable() implements AttachFrom {}

    /// With the last `count` messages before the attach.
    record LastMessages(int count) implements AttachFrom {}

    /// With the last publish before the attach, all of it, on a channel that keeps it.
    record LastPublish() implements AttachFrom {}

    /// With the messages of the last `interval`, at most `messagesMax` of them.
    record LastInterval(Duration interval, int messagesMax) implements AttachFrom {}
}
