package io.hark.push;

import io.hark.protocol.ErrorInfo;
import java.time.Duration;

/// Value: what became of an attempt to push to a device.
sealed interface PushOutcome {
    /// Whoever brings it to the device has taken it.
    record Delivered() implements PushOutcome {}

    /// Not now; it may be tried again.
    ///
    /// @param after how long to wait at least
    record Later(ErrorInfo why, Duration after) implements PushOutcome {}

    /// This notification, or any from here, is not taken; trying again is of no use.
    record Refused(ErrorInfo why) implements PushOutcome {}

    /// The device is not there any more.
    record Gone(ErrorInfo why) implements PushOutcome {}
}
