package io.hark.push;

import java.util.Map;

/// Blocking: a way to devices. For virtual threads.
interface PushTransport {
    /// One attempt.
    ///
    /// @param recipient what the device has registered, or a publisher gives; nothing of it can be
    ///                  trusted
    /// @param id        of this notification for this recipient; the same when it is tried again
    PushOutcome send(String app, Map<String, Object> recipient, PushPayload payload, String id);
}
