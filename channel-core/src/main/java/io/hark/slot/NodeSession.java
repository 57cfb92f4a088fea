package io.hark.slot;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Confined: one loop's side of a session with another node: what this turn has to say to it, and what
/// of the node's deliveries is to be credited.
final class NodeSession {
    final long number;
    final NodeFeed feed;
    private final Map<Integer, Long> credits = new LinkedHashMap<>();
    private List<PeerMessage> out = new ArrayList<>();

    /// @param wake has [#take] called at the end of this turn
    NodeSession(long number, long creditBytes, Runnable wake) {
        this.number = number;
        this.feed = new NodeFeed(creditBytes, this::add, wake);
    }

    void add(PeerMessage message) {
        out.add(message);
    }

    /// So many bytes of the slot's entries were taken.
    void taken(int slot, long bytes) {
        credits.merge(slot, bytes, Long::sum);
    }

    /// What this turn has to say, in its order.
    List<PeerMessage> take() {
        feed.emit();
        credits.forEach((slot, bytes) -> out.add(new PeerMessage.Credit(slot, bytes)));
        credits.clear();
        List<PeerMessage> taken = out;
        out = new ArrayList<>();
        return taken;
    }
}
