package io.hark.cluster.control;

import io.hark.control.ControlCodec;
import io.hark.control.ControlCommand;
import io.hark.control.ControlLog;
import io.hark.control.ControlState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.util.ExitUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the control log of a region of several nodes, one Raft group. Voters decide; other nodes follow
/// and hear of everything that is decided. What is decided is on the disks of a majority.
///
/// A command whose outcome is unknown is proposed again until `RaftTimeouts.proposal`, under a number by
/// which leaders know it. Only a leader that has the log from a snapshot does not know it, so that it can be
/// applied twice, which commands bear.
public final class RatisControlLog implements ControlLog {
    private static final Logger log = LoggerFactory.getLogger(RatisControlLog.class);
    private static final long WATCH_MILLIS = 100;

    static {
        // Ratis ends the process when it cannot start, and when any thread of it, also one of ours, throws
        // what nobody catches.
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        ExitUtils.disableSystemExit();
        Thread.setDefaultUncaughtExceptionHandler(handler);
    }

    private final RaftTimeouts timeouts;
    private final RaftCalls calls;
    private final Replica replica;
    private final Proposals proposals;
    private final ChangeListeners listeners;
    private final Semaphore proposalsLeft;
    private final AtomicBoolean advancedWaits = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Executor answers =
            answer -> Thread.ofVirtual().name("hark-control-answer").start(answer);
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("hark-control-log").factory());

    /// Who was there when somebody last said so; confined to `thread`.
    private Set<String> present = Set.of();

    private RatisControlLog(RaftConfig config, ObjLongConsumer<ControlCommand> onEntry) throws IOException {
        this.timeouts = config.timeouts();
        this.proposalsLeft = new Semaphore(timeouts.proposalsMax());
        this.listeners = new ChangeListeners();
        RaftProperties properties = RaftSettings.of(config);
        RaftGroup group = group(config);
        ClientId client = ClientId.randomId();
        RaftClientRpc rpc = new GrpcFactory(new Parameters()).newRaftClientRpc(client, properties);
        rpc.addRaftPeers(group.getPeers());
        this.calls = new RaftCalls(group.getGroupId(), rpc, client);
        try {
            Watcher watcher = new Watcher(onEntry);
            this.replica = config.isVoter()
                    ? new VoterReplica(config, group, properties, calls, watcher)
                    : new FollowerReplica(config, calls, watcher);
            this.proposals = new Proposals(replica, new Ways(), thread);
            replica.start();
        } catch (IOException | RuntimeException e) {
            calls.close();
            thread.shutdown();
            listeners.close();
            throw e;
        }
        thread.scheduleWithFixedDelay(this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// Opens this node's part of the log. Blocks for up to a request's time per voter, but not for a leader:
    /// until there is one, the state is the one that this node had applied before.
    ///
    /// @throws UncheckedIOException when the directory cannot be used or the address is taken
    public static RatisControlLog open(RaftConfig config) {
        return open(config, (command, index) -> {});
    }

    /// @param onEntry is called with each command that is applied here one by one, and its place, on a thread
    ///                of Ratis
    static RatisControlLog open(RaftConfig config, ObjLongConsumer<ControlCommand> onEntry) {
        try {
            return new RatisControlLog(config, onEntry);
        } catch (IOException | ExitUtils.ExitException e) {
            throw new UncheckedIOException(new IOException(
                    "the control log in %s at %s cannot be opened".formatted(config.dir(), config.address()), e));
        }
    }

    private static RaftGroup group(RaftConfig config) {
        List<RaftPeer> voters = new ArrayList<>();
        for (Map.Entry<String, String> voter : config.voters().entrySet()) {
            voters.add(RaftPeer.newBuilder()
                    .setId(voter.getKey())
                    .setAddress(voter.getValue())
                    .build());
        }
        UUID id = UUID.nameUUIDFromBytes(config.region().getBytes(StandardCharsets.UTF_8));
        return RaftGroup.valueOf(RaftGroupId.valueOf(id), voters);
    }

    private final class Watcher implements Replica.Watcher {
        private final ObjLongConsumer<ControlCommand> onEntry;

        Watcher(ObjLongConsumer<ControlCommand> onEntry) {
            this.onEntry = onEntry;
        }

        @Override
        public void entry(long index, ControlCommand command) {
            onEntry.accept(command, index);
        }

        @Override
        public void advanced() {
            if (advancedWaits.compareAndSet(false, true)) {
                execute(() -> {
                    advancedWaits.set(false);
                    listeners.changed(state());
                    proposals.advanced();
                });
            }
        }

        @Override
        public void leaderChanged() {
            execute(() -> proposals.leaderChanged());
        }

        private void execute(Runnable task) {
            try {
                thread.execute(task);
            } catch (RejectedExecutionException e) {
                log.debug("the control log goes on while it is being closed", e);
            }
        }
    }

    /// To this node itself without a network.
    private final class Ways implements Proposals.Sending {
        @Override
        public boolean isSelf(RaftPeerId peer) {
            return replica instanceof VoterReplica voter && voter.isSelf(peer);
        }

        @Override
        public long nextCall() {
            return calls.nextCall();
        }

        @Override
        public CompletableFuture<RaftClientReply> append(RaftPeerId leader, long call, byte[] entry) {
            RaftClientRequest request = calls.append(leader, call, entry);
            return replica instanceof VoterReplica voter && voter.isSelf(leader)
                    ? voter.submit(request)
                    : calls.send(request);
        }

        @Override
        public void failed(RaftPeerId leader, long sentNanos, Throwable reason) {
            calls.failed(leader, sentNanos, reason);
        }
    }

    @Override
    public ControlState state() {
        return replica.applied().state();
    }

    @Override
    public CompletionStage<ControlState> propose(ControlCommand command) {
        return propose(command, false);
    }

    /// As [#propose(ControlCommand)], but only as far as this node leads: a command that another leader would
    /// have to decide fails. What was right to propose for the one who led may be wrong after that.
    public CompletionStage<ControlState> proposeWhileLeading(ControlCommand command) {
        return propose(command, true);
    }

    private CompletionStage<ControlState> propose(ControlCommand command, boolean whileLeading) {
        byte[] entry = ControlCodec.encode(command);
        if (entry.length > RaftSettings.COMMAND_BYTES_MAX) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "a command of %d bytes, the limit is %d".formatted(entry.length, RaftSettings.COMMAND_BYTES_MAX)));
        }
        if (closed.get()) {
            return CompletableFuture.failedFuture(new IllegalStateException("the control log is closed"));
        }
        if (!proposalsLeft.tryAcquire()) {
            return CompletableFuture.failedFuture(new IllegalStateException(
                    "%d commands are on their way, which is the limit".formatted(timeouts.proposalsMax())));
        }
        long deadlineNanos = System.nanoTime() + timeouts.proposal().toNanos();
        CompletableFuture<ControlState> done = new CompletableFuture<>();
        // What callers make depend on the answer may wait, so it gets a thread of its own.
        CompletableFuture<ControlState> answer = new CompletableFuture<>();
        done.whenComplete((state, failure) -> {
            proposalsLeft.release();
            answers.execute(() -> {
                if (failure == null) {
                    answer.complete(state);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        });
        try {
            thread.execute(() -> proposals.add(entry, deadlineNanos, whileLeading, done));
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new IllegalStateException("the control log is closed", e));
        }
        return answer;
    }

    @Override
    public void onChange(Consumer<ControlState> listener) {
        listeners.add(listener);
    }

    @Override
    public boolean leads() {
        return replica.leads();
    }

    @Override
    public long silentMillis() {
        return replica.silentMillis();
    }

    /// Says who can be seen now: when the one who leads this log is gone, another takes over at once rather
    /// than when its silence has been noticed.
    ///
    /// @param nodes this node among them
    public void present(Set<String> nodes) {
        try {
            thread.execute(() -> {
                Set<String> gone = new HashSet<>(present);
                gone.removeAll(nodes);
                present = Set.copyOf(nodes);
                if (replica instanceof VoterReplica voter) {
                    voter.gone(gone, nodes);
                }
            });
        } catch (RejectedExecutionException e) {
            log.debug("a change of the membership while it is being closed", e);
        }
    }

    private void watch() {
        // Also when nobody asks: silence is counted from what was heard last when somebody looked.
        replica.silentMillis();
        proposals.expire(System.nanoTime());
        if (replica instanceof VoterReplica voter) {
            voter.watch();
        }
    }

    /// Hands over first if this node leads, so that the others need no election.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        replica.close();
        calls.close();
        thread.execute(proposals::close);
        thread.shutdown();
        listeners.close();
    }
}
