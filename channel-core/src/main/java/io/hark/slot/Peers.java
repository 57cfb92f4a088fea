package io.hark.slot;

import java.util.List;

/// Handle: the links to the other nodes of the region. Any thread.
public interface Peers extends AutoCloseable {
    /// Sends in order if the session with the node is still that one; otherwise they are dropped. Calls
    /// of one thread for one node arrive in their order. Never blocks.
    void send(String node, long session, List<PeerMessage> messages);

    /// Begins to link with other nodes and calls `listener` from then on, with the events of one node in their
    /// order.
    void start(Listener listener);

    @Override
    void close();

    /// What happens on the links. Called on threads of the links; must not block.
    interface Listener {
        /// A session begins: nothing of an earlier one comes any more.
        void up(String node, long session);

        /// @param messages in their order; what came together
        void received(String node, long session, List<PeerMessage> messages);

        void down(String node, long session);
    }

    /// The links of a node that is alone.
    Peers NONE = new Peers() {
        @Override
        public void send(String node, long session, List<PeerMessage> messages) {}

        @Override
        public void start(Listener listener) {}

        @Override
        public void close() {}
    };
}
