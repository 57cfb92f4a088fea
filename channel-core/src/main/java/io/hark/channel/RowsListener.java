package io.hark.channel;

import java.util.List;

/// Is told what becomes of rows that this node's owners keep. Called on their loops; whoever is called
/// does not wait.
public interface RowsListener {
    /// Nobody wants to know.
    RowsListener NONE = new RowsListener() {
        @Override
        public void serving(int slot, List<ChannelId> channels) {}

        @Override
        public void ended(int slot) {}

        @Override
        public void changed(ChannelId channel, List<StateChange> changes) {}
    };

    /// This node owns the slot from now on.
    ///
    /// @param channels those of the slot with rows of the kind [StateKind#PUSH]
    void serving(int slot, List<ChannelId> channels);

    /// This node owns the slot no longer; also told of slots that it never served.
    void ended(int slot);

    /// A [RowsChange] is committed.
    void changed(ChannelId channel, List<StateChange> changes);
}
