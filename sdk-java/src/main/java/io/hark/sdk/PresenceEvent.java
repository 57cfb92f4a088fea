package io.hark.sdk;

/// Value: a change of who is present on a channel.
///
/// A subscriber that is behind is told fewer of them, never a wrong outcome: whoever entered and left
/// meanwhile is not named, whoever changed twice is named once.
public sealed interface PresenceEvent<T> {
    Member<T> member();

    /// Was there before the subscription.
    record Present<T>(Member<T> member) implements PresenceEvent<T> {}

    record Entered<T>(Member<T> member) implements PresenceEvent<T> {}

    record Updated<T>(Member<T> member) implements PresenceEvent<T> {}

    record Left<T>(Member<T> member) implements PresenceEvent<T> {}
}
