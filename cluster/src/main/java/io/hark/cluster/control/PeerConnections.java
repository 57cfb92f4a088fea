package io.hark.cluster.control;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined to the control log's thread: gives up connections to other voters that may be stale, so that
/// those who were away are back soon. By itself gRPC waits ever longer before it tries a voter again that was
/// down, and TCP before it tells a host that was cut off what it has missed, up to two minutes; so long that
/// one would have no say in elections.
final class PeerConnections {
    private static final Logger log = LoggerFactory.getLogger(PeerConnections.class);

    /// While there is no leader: somewhat longer than a vote takes.
    private static final long ELECTION_NANOS = 700_000_000L;

    private static final long SILENT_NANOS = 3_000_000_000L;

    private final RaftServer.Division division;
    private final MajorityContact contact;

    /// When each voter was last heard, or the connection to it given up.
    private final Map<RaftPeerId, Long> goodNanos = new HashMap<>();

    /// Whether there were votes since the connections were given up. A follower uses them for nothing else.
    private boolean voted = true;

    PeerConnections(RaftServer.Division division, MajorityContact contact) {
        this.division = division;
        this.contact = contact;
    }

    void watch(long nowNanos) {
        if (division.getInfo().isLeader()) {
            voted = true;
            others(peer -> {
                if (contact.heardMillisAgo(peer) * 1_000_000 < SILENT_NANOS) {
                    goodNanos.put(peer, nowNanos);
                }
                giveUp(peer, nowNanos, SILENT_NANOS);
            });
        } else if (division.getInfo().getLeaderId() == null) {
            if (!voted) {
                voted = true;
                others(peer -> goodNanos.put(peer, nowNanos));
            }
            others(peer -> giveUp(peer, nowNanos, ELECTION_NANOS));
        } else if (voted) {
            voted = false;
            others(peer -> giveUp(peer, nowNanos, 0));
        }
    }

    private void others(Consumer<RaftPeerId> action) {
        for (RaftPeer peer : division.getRaftConf().getAllPeers()) {
            if (!peer.getId().equals(division.getId())) {
                action.accept(peer.getId());
            }
        }
    }

    private void giveUp(RaftPeerId peer, long nowNanos, long afterNanos) {
        if (nowNanos - goodNanos.computeIfAbsent(peer, first -> nowNanos) >= afterNanos) {
            goodNanos.put(peer, nowNanos);
            log.debug("the connection to {} is given up", peer);
            Exception reason = new IOException("the connection to %s may be stale".formatted(peer));
            // Ratis waits some seconds for the other to say goodbye; what is on its way still arrives.
            Thread.ofVirtual()
                    .name("hark-control-disconnect")
                    .start(() -> division.getRaftServer().getServerRpc().handleException(peer, reason, true));
        }
    }
}
