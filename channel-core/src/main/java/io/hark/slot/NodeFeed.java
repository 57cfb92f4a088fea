package io.hark.slot;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.Entry;
import io.hark.channel.Feed;
import io.hark.channel.OccupancyMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Confined: what one loop's owners send to another node in one session. A node that takes too long is
/// told how far its channels go instead of what is in them, and reads for itself: nobody waits for it.
final class NodeFeed implements Feed {
    private final long creditBytes;
    private final Consumer<PeerMessage> out;
    private final Runnable wake;
    private final Map<ChannelKey, PeerMessage.Tip> tips = new LinkedHashMap<>();

    /// The newest of each channel, while the node takes too long.
    private final Map<ChannelKey, PeerMessage.Occupied> occupancies = new LinkedHashMap<>();

    private List<PeerMessage.Delivered> entries = new ArrayList<>();
    private int slot = -1;
    private int epoch;
    private long outstanding;
    private boolean closed;

    /// @param wake has [#emit] called at the end of this turn
    NodeFeed(long creditBytes, Consumer<PeerMessage> out, Runnable wake) {
        this.creditBytes = creditBytes;
        this.wake = wake;
        this.out = out;
    }

    @Override
    public void deliver(ChannelId channel, Entry entry, byte[] encoded, boolean logged) {
        if (outstanding > creditBytes || !tips.isEmpty()) {
            if (logged) {
                ChannelKey key = channel.key();
                tips.put(key, new PeerMessage.Tip(key.slot(), entry.epoch(), key.high(), key.low(), entry.lsn()));
            }
            return;
        }
        if (slot != channel.key().slot() || epoch != entry.epoch()) {
            emit();
            slot = channel.key().slot();
            epoch = entry.epoch();
        }
        entries.add(new PeerMessage.Delivered(encoded, logged));
        wake.run();
        outstanding += encoded.length;
    }

    @Override
    public void occupied(ChannelId channel, int ownerEpoch, OccupancyMetrics metrics) {
        ChannelKey key = channel.key();
        PeerMessage.Occupied message = new PeerMessage.Occupied(key.slot(), ownerEpoch, key.high(), key.low(), metrics);
        if (outstanding > creditBytes) {
            occupancies.put(key, message);
        } else {
            out.accept(message);
            wake.run();
        }
    }

    /// Sends what was delivered in this turn; what is sent to the node next comes behind it.
    void emit() {
        if (!entries.isEmpty()) {
            out.accept(new PeerMessage.Deliver(slot, epoch, entries));
            entries = new ArrayList<>();
        }
        slot = -1;
    }

    /// The session has ended.
    void close() {
        closed = true;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    void credit(long bytes) {
        outstanding -= bytes;
        if (outstanding <= creditBytes / 2) {
            tips.values().forEach(out);
            tips.clear();
            occupancies.values().forEach(out);
            occupancies.clear();
        }
    }
}
