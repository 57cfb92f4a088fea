package io.hark.cluster.control;

import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import java.io.IOException;
import java.util.Optional;
import org.apache.ratis.protocol.RaftPeerId;

/// Handle: what this node has of the log, by deciding with others or by following them.
interface Replica {
    /// Takes part from now on, and tells the watcher.
    ///
    /// @throws IOException when the disk or the address cannot be used
    void start() throws IOException;

    Applied applied();

    /// Who leads, as far as this node knows.
    Optional<RaftPeerId> leader();

    boolean leads();

    long silentMillis();

    void close();

    /// The state, and the place in the log up to which it goes.
    record Applied(long index, ControlState state) {
        static final Applied NOTHING = new Applied(-1, ControlState.EMPTY);
    }

    /// Is told, on threads that must not wait, and returns at once.
    interface Watcher {
        /// The entry at this place has been applied.
        void entry(long index, ControlCommand command);

        /// The applied state goes further than before, or is another one.
        void advanced();

        void leaderChanged();
    }
}
