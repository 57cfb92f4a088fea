package io.hark.cluster.control;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.GroupInfoRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: requests to voters over the network.
final class RaftCalls implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RaftCalls.class);

    /// A new connection is given this long.
    private static final long CONNECTION_NANOS_MIN = 500_000_000L;

    private final RaftGroupId group;
    private final RaftClientRpc rpc;
    private final ClientId client;
    private final AtomicLong calls = new AtomicLong();
    private final Map<RaftPeerId, Long> disconnectedNanos = new ConcurrentHashMap<>();

    RaftCalls(RaftGroupId group, RaftClientRpc rpc, ClientId client) {
        this.group = group;
        this.rpc = rpc;
        this.client = client;
    }

    long nextCall() {
        return calls.incrementAndGet();
    }

    private RaftClientRequest request(RaftPeerId to, long call, byte[] content, RaftClientRequest.Type type) {
        return RaftClientRequest.newBuilder()
                .setClientId(client)
                .setLeaderId(to)
                .setGroupId(group)
                .setCallId(call)
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(content)))
                .setType(type)
                .build();
    }

    /// The entry under a number: the same number is appended once, as long as the leader remembers it (a
    /// minute), so it may be sent again, also to another leader.
    RaftClientRequest append(RaftPeerId leader, long call, byte[] entry) {
        return request(leader, call, entry, RaftClientRequest.writeRequestType());
    }

    /// A question that any voter answers from what it has.
    RaftClientRequest ask(RaftPeerId voter, byte[] question) {
        return request(voter, nextCall(), question, RaftClientRequest.staleReadRequestType(0));
    }

    TransferLeadershipRequest transferLeadership(RaftPeerId from, RaftPeerId to, long millisMax) {
        return new TransferLeadershipRequest(client, from, group, nextCall(), to, millisMax);
    }

    /// Fails when there is no answer within the time for a request.
    CompletableFuture<RaftClientReply> send(RaftClientRequest request) {
        try {
            return rpc.sendRequestAsyncUnordered(request).thenApply(RaftCalls::successful);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    static RaftClientReply successful(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new IllegalStateException("refused: " + reply, reply.getException());
        }
        return reply;
    }

    /// After a failure forgets the connection that was used at `sentNanos`: what failed by silence is slow to
    /// find out that the other is back.
    void failed(RaftPeerId peer, long sentNanos, Throwable reason) {
        if (reason instanceof NotLeaderException || reason instanceof LeaderNotReadyException) {
            return;
        }
        long nowNanos = System.nanoTime();
        Long last = disconnectedNanos.get(peer);
        // What fails because the connection was given up must not give up the next one.
        if (last == null || (sentNanos - last > 0 && nowNanos - last >= CONNECTION_NANOS_MIN)) {
            disconnectedNanos.put(peer, nowNanos);
            // Ratis waits some seconds for the other to say goodbye.
            Thread.ofVirtual().name("hark-control-disconnect").start(() -> rpc.handleException(peer, reason, true));
        }
    }

    /// Whether the voter has entries; false when it does not say. Blocks for up to a request's time.
    boolean hasEntries(RaftPeerId voter) {
        long sentNanos = System.nanoTime();
        try {
            RaftClientReply reply = rpc.sendRequest(new GroupInfoRequest(client, voter, group, nextCall()));
            return reply instanceof GroupInfoReply info
                    && info.isSuccess()
                    && (info.getLogInfoProto().hasLastEntry()
                            || info.getLogInfoProto().hasLastSnapshot());
        } catch (IOException | RuntimeException e) {
            log.debug("{} does not say whether it has entries", voter, e);
            failed(voter, sentNanos, e);
            return false;
        }
    }

    @Override
    public void close() {
        try {
            rpc.close();
        } catch (IOException e) {
            log.warn("the control log's connections did not close cleanly", e);
        }
    }
}
