package io.hark.cluster.control;

import io.hark.cluster.control.Replica.Applied;
import io.hark.control.ControlState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined to the control log's thread: commands on their way. Each goes to whoever leads, again and again
/// under the same number until it is known to be in the log, and is done once this node has applied it.
final class Proposals {
    private static final Logger log = LoggerFactory.getLogger(Proposals.class);

    /// Before a command is sent again, or a leader is looked for again.
    private static final long RETRY_MILLIS = 25;

    private final Replica replica;
    private final Sending sending;
    private final ScheduledExecutorService thread;
    private final Set<Proposal> undecided = new HashSet<>();
    private final TreeMap<Long, List<Proposal>> decided = new TreeMap<>();
    private boolean closed;

    private static final class Proposal {
        private final long call;
        private final byte[] entry;
        private final long deadlineNanos;

        /// Whether it is sent once, and only if this node leads.
        private final boolean whileLeading;

        private final CompletableFuture<ControlState> done;
        private RaftPeerId sentTo;
        private Throwable lastFailure;

        /// Counts what was sent, so that only the failure of what was sent last makes it be sent again.
        private int attempt;

        Proposal(
                long call,
                byte[] entry,
                long deadlineNanos,
                boolean whileLeading,
                CompletableFuture<ControlState> done) {
            this.call = call;
            this.entry = entry;
            this.deadlineNanos = deadlineNanos;
            this.whileLeading = whileLeading;
            this.done = done;
        }
    }

    /// The ways from here to a leader.
    interface Sending {
        boolean isSelf(RaftPeerId peer);

        long nextCall();

        CompletableFuture<RaftClientReply> append(RaftPeerId leader, long call, byte[] entry);

        void failed(RaftPeerId leader, long sentNanos, Throwable reason);
    }

    Proposals(Replica replica, Sending sending, ScheduledExecutorService thread) {
        this.replica = replica;
        this.sending = sending;
        this.thread = thread;
    }

    /// @param done is completed on the control log's thread, so nothing may depend on it directly
    void add(byte[] entry, long deadlineNanos, boolean whileLeading, CompletableFuture<ControlState> done) {
        if (closed) {
            done.completeExceptionally(new IllegalStateException("the control log is closed"));
            return;
        }
        Proposal proposal = new Proposal(sending.nextCall(), entry, deadlineNanos, whileLeading, done);
        undecided.add(proposal);
        send(proposal);
    }

    private void send(Proposal proposal) {
        if (!undecided.contains(proposal)) {
            return;
        }
        int attempt = ++proposal.attempt;
        RaftPeerId leader = replica.leader().orElse(null);
        proposal.sentTo = leader;
        if (proposal.whileLeading && (attempt > 1 || leader == null || !sending.isSelf(leader))) {
            giveUp(proposal, new IllegalStateException("this node does not lead any more", proposal.lastFailure));
            return;
        }
        if (leader == null) {
            proposal.lastFailure = new IllegalStateException("nobody leads, as far as this node knows");
            later(proposal, attempt);
            return;
        }
        long sentNanos = System.nanoTime();
        sending.append(leader, proposal.call, proposal.entry)
                .whenComplete((reply, failure) -> thread.execute(() -> {
                    if (failure == null) {
                        inLog(proposal, reply.getLogIndex());
                    } else {
                        failed(proposal, attempt, leader, sentNanos, failure);
                    }
                }));
    }

    private void failed(Proposal proposal, int attempt, RaftPeerId leader, long sentNanos, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        log.debug("call {} to {} failed", proposal.call, leader, cause);
        proposal.lastFailure = cause;
        sending.failed(leader, sentNanos, cause);
        if (attempt == proposal.attempt && undecided.contains(proposal)) {
            later(proposal, attempt);
        }
    }

    private void later(Proposal proposal, int attempt) {
        if (System.nanoTime() - proposal.deadlineNanos >= 0) {
            expire(proposal);
            return;
        }
        thread.schedule(
                () -> {
                    if (attempt == proposal.attempt) {
                        send(proposal);
                    }
                },
                RETRY_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /// What was sent to a leader that is none any more is sent to the next one at once: the old one may be
    /// silent.
    void leaderChanged() {
        RaftPeerId leader = replica.leader().orElse(null);
        if (leader != null) {
            List.copyOf(undecided).stream()
                    .filter(proposal -> !leader.equals(proposal.sentTo))
                    .forEach(this::send);
        }
    }

    private void inLog(Proposal proposal, long index) {
        if (!undecided.remove(proposal)) {
            return;
        }
        decided.computeIfAbsent(index, none -> new ArrayList<>(1)).add(proposal);
        advanced();
    }

    void advanced() {
        Applied now = replica.applied();
        while (!decided.isEmpty() && decided.firstKey() <= now.index()) {
            decided.pollFirstEntry().getValue().forEach(proposal -> proposal.done.complete(now.state()));
        }
    }

    /// Gives up what is past its deadline.
    void expire(long nowNanos) {
        List<Proposal> late = new ArrayList<>(undecided);
        decided.values().forEach(late::addAll);
        late.stream().filter(proposal -> nowNanos - proposal.deadlineNanos >= 0).forEach(this::expire);
    }

    private void expire(Proposal proposal) {
        TimeoutException unknown = new TimeoutException("the outcome of a command is not known in time");
        unknown.initCause(proposal.lastFailure);
        giveUp(proposal, unknown);
    }

    private void giveUp(Proposal proposal, Exception why) {
        undecided.remove(proposal);
        decided.values().removeIf(same -> same.remove(proposal) && same.isEmpty());
        proposal.done.completeExceptionally(why);
    }

    void close() {
        closed = true;
        List<Proposal> left = new ArrayList<>(undecided);
        decided.values().forEach(left::addAll);
        undecided.clear();
        decided.clear();
        left.forEach(proposal ->
                proposal.done.completeExceptionally(new IllegalStateException("the control log is closed")));
    }
}
