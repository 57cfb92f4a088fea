package io.hark.cluster.control;

import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;

/// Handle: since when nothing was heard of a majority of the voters.
final class MajorityContact {
    private final RaftServer.Division division;

    /// Silence up to here is what lies between two heartbeats.
    private final long usualMillis;

    private volatile long heardNanos = System.nanoTime();

    MajorityContact(RaftServer.Division division, long usualMillis) {
        this.division = division;
        this.usualMillis = usualMillis;
    }

    long silentMillis() {
        long now = System.nanoTime();
        OptionalLong age = ageMillis();
        if (age.isPresent()) {
            long heard = now - age.getAsLong() * 1_000_000;
            if (heard - heardNanos > 0) {
                heardNanos = heard;
            }
        }
        long silent = (now - heardNanos) / 1_000_000;
        return silent <= usualMillis ? 0 : silent;
    }

    /// How old the last word is of the leader, who hears a majority; for a leader, of a majority. None when
    /// this node knows of no leader.
    private OptionalLong ageMillis() {
        DivisionInfo info = division.getInfo();
        // Without a leader Ratis counts from the last election that came to nothing.
        if (!info.isAlive() || info.getLeaderId() == null) {
            return OptionalLong.empty();
        }
        RoleInfoProto role = info.getRoleInfoProto();
        if (role.hasLeaderInfo()) {
            return OptionalLong.of(majorityAgeMillis(division.getRaftConf(), role));
        }
        return role.hasFollowerInfo()
                ? OptionalLong.of(role.getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs())
                : OptionalLong.empty();
    }

    /// The voter that this node, as the leader, heard last.
    Optional<RaftPeerId> nearestVoter() {
        return division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList().stream()
                .sorted(Comparator.comparingLong(ServerRpcProto::getLastRpcElapsedTimeMs))
                .map(follower -> RaftPeerId.valueOf(follower.getId().getId()))
                .filter(peer -> division.getRaftConf().getPeer(peer) != null)
                .findFirst();
    }

    /// How long ago this node, as the leader, heard the voter; 0 when it does not lead.
    long heardMillisAgo(RaftPeerId voter) {
        return division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList().stream()
                .filter(follower -> follower.getId().getId().equals(voter.toByteString()))
                .mapToLong(ServerRpcProto::getLastRpcElapsedTimeMs)
                .findFirst()
                .orElse(0);
    }

    private static long majorityAgeMillis(RaftConfiguration configuration, RoleInfoProto role) {
        var voters = configuration.getAllPeers(RaftPeerRole.FOLLOWER);
        int others = voters.size() / 2; // With the leader itself they are a majority.
        if (others == 0) {
            return 0;
        }
        return role.getLeaderInfo().getFollowerInfoList().stream()
                .filter(follower -> voters.stream()
                        .anyMatch(voter -> voter.getId()
                                .toByteString()
                                .equals(follower.getId().getId())))
                .mapToLong(follower -> follower.getLastRpcElapsedTimeMs())
                .sorted()
                .skip(others - 1)
                .findFirst()
                .orElse(0);
    }
}
