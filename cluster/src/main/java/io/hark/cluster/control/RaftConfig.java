package io.hark.cluster.control;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/// Value: one node's part in the Raft group of its region.
///
/// @param region   all nodes of one region, and only they, have the same; the group's id is derived from it
/// @param nodeId   this node
/// @param address  `host:port` on which this node's Raft server listens and is reached; for a voter the one
///                 in `voters`. It stays the same as long as the node does
/// @param voters   who decides, with their addresses: the same on every node. A node that is not among them
///                 follows
/// @param dir      where this node keeps log and snapshots; made if it does not exist
/// @param timeouts when silence is taken for a failure
public record RaftConfig(
        String region,
        String nodeId,
        String address,
        LinkedHashMap<String, String> voters,
        Path dir,
        RaftTimeouts timeouts) {
    public RaftConfig {
        voters = new LinkedHashMap<>(voters);
        if (region.isBlank() || nodeId.isBlank()) {
            throw new IllegalArgumentException(
                    "a region and a node have names, were '%s' and '%s'".formatted(region, nodeId));
        }
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("the control log of region '%s' has no voters".formatted(region));
        }
        checkAddress(nodeId, address);
        voters.forEach(RaftConfig::checkAddress);
        if (voters.containsKey(nodeId) && !voters.get(nodeId).equals(address)) {
            throw new IllegalArgumentException("voter '%s' is at %s according to the list of voters, at %s itself"
                    .formatted(nodeId, voters.get(nodeId), address));
        }
    }

    @Override
    public LinkedHashMap<String, String> voters() {
        return new LinkedHashMap<>(voters);
    }

    boolean isVoter() {
        return voters.containsKey(nodeId);
    }

    String host() {
        return uri(address).getHost();
    }

    int port() {
        return uri(address).getPort();
    }

    private static void checkAddress(String node, String address) {
        URI uri = uri(address);
        if (uri.getHost() == null || uri.getPort() < 1 || uri.getPort() > 65_535) {
            throw new IllegalArgumentException(
                    "the Raft address of '%s' must be host:port, was '%s'".formatted(node, address));
        }
    }

    private static URI uri(String address) {
        return URI.create("raft://" + address);
    }
}
