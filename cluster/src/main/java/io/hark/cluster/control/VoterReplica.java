package io.hark.cluster.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: a member of the Raft group, with the log on its disk.
final class VoterReplica implements Replica {
    private static final Logger log = LoggerFactory.getLogger(VoterReplica.class);
    private static final long HANDOVER_MILLIS_MAX = 1_000;

    private final RaftCalls calls;
    private final ControlStateMachine machine;
    private final RaftServer server;
    private final RaftServer.Division division;
    private final MajorityContact contact;
    private final PeerConnections connections;

    /// Blocks for up to a request's time per voter when there is nothing on the disk.
    VoterReplica(RaftConfig config, RaftGroup group, RaftProperties properties, RaftCalls calls, Watcher watcher)
            throws IOException {
        this.calls = calls;
        this.machine = new ControlStateMachine(watcher, this::standing);
        boolean empty = isEmpty(config, group.getGroupId());
        // A voter with an empty disk in a group that has entries has lost what it had, its vote among it. It
        // must not vote before it has entries again; that it is a voter is one of the first.
        boolean lost = empty && othersHaveEntries(config, calls);
        this.server = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(config.nodeId()))
                .setGroup(lost ? listening(group, config.nodeId()) : group)
                .setStateMachine(machine)
                .setProperties(properties)
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
        this.division = server.getDivision(group.getGroupId());
        this.contact =
                new MajorityContact(division, config.timeouts().electionMin().toMillis());
        this.connections = new PeerConnections(division, contact);
    }

    @Override
    public void start() throws IOException {
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static RaftGroup listening(RaftGroup group, String node) {
        List<RaftPeer> peers = group.getPeers().stream()
                .map(peer -> peer.getId().equals(RaftPeerId.valueOf(node))
                        ? RaftPeer.newBuilder(peer)
                                .setStartupRole(RaftPeerRole.LISTENER)
                                .build()
                        : peer)
                .toList();
        return RaftGroup.valueOf(group.getGroupId(), peers);
    }

    private RecentEntries.Standing standing() {
        return new RecentEntries.Standing(
                silentMillis(), leader().map(RaftPeerId::toString).orElse(""));
    }

    private static boolean isEmpty(RaftConfig config, RaftGroupId group) {
        Path dir =
                config.dir().resolve("raft").resolve(group.getUuid().toString()).resolve("current");
        return !Files.exists(dir.resolve("raft-meta.conf"));
    }

    private static boolean othersHaveEntries(RaftConfig config, RaftCalls calls) {
        for (String voter : config.voters().keySet()) {
            if (!voter.equals(config.nodeId()) && calls.hasEntries(RaftPeerId.valueOf(voter))) {
                log.info("{} has entries of the control log, so this node gets them from there", voter);
                return true;
            }
        }
        return false;
    }

    boolean isSelf(RaftPeerId peer) {
        return peer.equals(server.getId());
    }

    /// As [RaftCalls#send(RaftClientRequest)], to this node itself.
    CompletableFuture<RaftClientReply> submit(RaftClientRequest request) {
        try {
            return server.submitClientRequestAsync(request).thenApply(RaftCalls::successful);
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public Applied applied() {
        return machine.applied();
    }

    @Override
    public Optional<RaftPeerId> leader() {
        return Optional.ofNullable(division.getInfo().getLeaderId());
    }

    @Override
    public boolean leads() {
        return division.getInfo().isLeaderReady();
    }

    @Override
    public long silentMillis() {
        return contact.silentMillis();
    }

    /// What is due every now and then.
    void watch() {
        machine.answerWaiting();
        connections.watch(System.nanoTime());
    }

    /// Stands for election when the leader is among those who are gone and it is this node's turn: the others
    /// need not find out by the leader's silence, nor by candidates that get in each other's way.
    ///
    /// @param gone    nodes that were there until now
    /// @param present nodes that are there
    void gone(Set<String> gone, Set<String> present) {
        Set<String> voters = division.getRaftConf().getAllPeers(RaftPeerRole.FOLLOWER).stream()
                .map(voter -> voter.getId().toString())
                .collect(Collectors.toSet());
        leader().filter(leader -> gone.contains(leader.toString()))
                .filter(leader -> isSuccessor(server.getId().toString(), voters, present))
                .ifPresent(leader ->
                        Thread.ofVirtual().name("hark-control-election").start(() -> succeed(leader)));
    }

    /// Of those who are left one stands, and nobody if they are no majority.
    static boolean isSuccessor(String self, Set<String> voters, Set<String> present) {
        List<String> left = voters.stream().filter(present::contains).sorted().toList();
        return left.size() * 2 > voters.size() && left.getFirst().equals(self);
    }

    /// What a leader sends to the one that it hands over to, sent to itself in the leader's name. Refused when
    /// somebody else leads by now.
    private void succeed(RaftPeerId leader) {
        long term = division.getInfo().getCurrentTerm();
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        if (last == null || last.getTerm() != term) {
            return; // It has not heard the leader since that began to lead: it would not win.
        }
        log.info("{} led the control log and is gone: this node stands for election", leader);
        RaftRpcRequestProto.Builder request = RaftRpcRequestProto.newBuilder()
                .setRequestorId(leader.toByteString())
                .setReplyId(server.getId().toByteString())
                .setRaftGroupId(
                        ProtoUtils.toRaftGroupIdProtoBuilder(division.getGroup().getGroupId()))
                .setCallId(calls.nextCall());
        try {
            server.startLeaderElection(StartLeaderElectionRequestProto.newBuilder()
                    .setServerRequest(request)
                    .setLeaderLastEntry(last.toProto())
                    .build());
        } catch (IOException | RuntimeException e) {
            log.info("this node did not stand for election; whoever notices the silence does", e);
        }
    }

    /// Hands over first if this node leads, so that the others need no election.
    @Override
    public void close() {
        try {
            if (leads()) {
                contact.nearestVoter().ifPresent(this::handOver);
            }
        } catch (RuntimeException e) {
            log.info("the control log is closed without a handover", e);
        }
        try {
            server.close();
        } catch (IOException e) {
            log.warn("the control log did not close cleanly", e);
        }
    }

    private void handOver(RaftPeerId to) {
        try {
            server.transferLeadership(calls.transferLeadership(server.getId(), to, HANDOVER_MILLIS_MAX));
        } catch (IOException e) {
            log.info("{} did not take over the control log, so there is an election", to, e);
        }
    }
}
