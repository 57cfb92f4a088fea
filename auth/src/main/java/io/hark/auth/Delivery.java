package io.hark.auth;

import io.hark.protocol.Interpolation;
import java.time.Duration;

/// Value: how what is published on a channel reaches those who are attached. The log holds all of it in
/// any case.
public sealed interface Delivery {
    Delivery AT_ONCE = new AtOnce();

    /// How long what is published is held.
    Duration interval();

    record AtOnce() implements Delivery {
        @Override
        public Duration interval() {
            return Duration.ZERO;
        }
    }

    /// All messages of an interval together.
    record Batched(Duration interval) implements Delivery {}

    /// Of the messages of an interval, the last one of each key.
    record Conflated(Duration interval, Interpolation key) implements Delivery {}
}
