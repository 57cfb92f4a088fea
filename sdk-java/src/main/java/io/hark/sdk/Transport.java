package io.hark.sdk;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.ServerMessage;

/// Handle: one socket to the server, in one piece from the first frame to its end. Any thread.
interface Transport {
    /// Frames arrive in the order in which they are sent, or not at all.
    void send(ClientMessage frame);

    /// A frame that the listener got has been dealt with: one more may come.
    void dealtWith();

    /// Ends it; the listener is not told.
    void close();

    /// What is told of a transport, one after another.
    interface Listener {
        void frame(ServerMessage frame);

        /// The server has shown that it is there.
        void heard();

        /// The last that is told.
        ///
        /// @param why for a person
        void ended(String why);
    }
}
