package io.hark.frontend;

import io.hark.protocol.ErrorInfo;

/// A client of one event loop: a realtime connection or an event stream. Confined to the loop.
interface LoopClient {
    /// @return whether it was clean before
    boolean markDirty();

    /// Sends what is pending; at the end of a turn of the loop in which it was marked.
    void flush();

    void tick(long nowMillis);

    /// Looks whether the client's credentials are still good.
    void examine();

    void drain(ErrorInfo reason);

    /// The node can serve nobody at the moment: the client is told to go elsewhere, whatever it is still due.
    void cutOff(ErrorInfo reason);
}
