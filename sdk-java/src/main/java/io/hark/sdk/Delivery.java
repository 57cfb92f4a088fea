package io.hark.sdk;

import io.hark.protocol.ErrorInfo;

/// Value: what a subscription is told, in the channel's order: messages, and everything that there is
/// to know about their being complete.
///
/// Store a delivery's cursor together with what you made of it, and a later subscription [From#after]
/// it goes on without losing or repeating anything. Of messages that were published as one, each but
/// the last has the cursor before the first: whoever stops between them gets all of them again.
public sealed interface Delivery<T> {
    /// Behind this and all before it.
    Cursor cursor();

    /// The subscription is attached; what is published from now on comes. Always the first.
    record Started<T>(Cursor cursor) implements Delivery<T> {}

    record Received<T>(Message<T> message, Cursor cursor) implements Delivery<T> {
        /// The message's data.
        ///
        /// @throws java.util.NoSuchElementException when it has none
        public T value() {
            return message.value();
        }
    }

    /// A message whose data the codec could not read.
    record Unreadable<T>(Message<Content> message, Cursor cursor, Exception why) implements Delivery<T> {}

    /// Messages between the delivery before and the next are missing: the server keeps them no longer.
    /// The application decides what to do, such as reading the state anew.
    record Gap<T>(ErrorInfo reason, Cursor cursor) implements Delivery<T> {}
}
