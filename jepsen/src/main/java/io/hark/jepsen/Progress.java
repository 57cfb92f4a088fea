package io.hark.jepsen;

import java.util.Arrays;
import java.util.BitSet;

/// Handle: what the one who runs a workload must know while it runs. Any thread.
final class Progress {
    private final long[] lastReceived;
    private final BitSet attached = new BitSet();
    private int answered;

    Progress(int clients) {
        lastReceived = new long[clients];
        Arrays.fill(lastReceived, MessageKey.FOREIGN);
    }

    synchronized void answered() {
        answered++;
    }

    /// Publishes that were accepted, refused or given up.
    synchronized int allAnswered() {
        return answered;
    }

    synchronized void received(int client, long message) {
        lastReceived[client] = message;
    }

    /// The last message that a client got; [MessageKey#FOREIGN] when there is none.
    synchronized long lastReceived(int client) {
        return lastReceived[client];
    }

    synchronized void attached(int client, boolean value) {
        attached.set(client, value);
    }

    synchronized int allAttached() {
        return attached.cardinality();
    }
}
