package io.hark.cluster.control;

import io.hark.channel.DamagedEntry;
import io.hark.cluster.control.FollowCodec.Answer;
import io.hark.control.ControlCodec;
import io.hark.control.ControlState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: follows what the voters decide, by asking one of them what comes next; another one when that one
/// does not answer or is cut off itself. It has no part in decisions and nothing on its disk.
///
/// Ratis has members that only listen, but in 3.3.0 to add one drops those that were there, and an addition
/// that fails stops the supply of others.
final class FollowerReplica implements Replica {
    private static final Logger log = LoggerFactory.getLogger(FollowerReplica.class);

    /// Between questions to voters that do not answer.
    private static final long RETRY_MILLIS = 100;

    /// A voter that heard nothing of a majority for this long is not worth asking while there are others.
    private static final long VOTER_SILENT_MILLIS_MAX = 2_000;

    /// Silence up to here lies between two answers.
    private static final long USUAL_MILLIS = 600;

    private final RaftCalls calls;
    private final List<RaftPeerId> voters;
    private final long answerMillisMax;
    private final Watcher watcher;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Applied applied = Applied.NOTHING;
    private volatile Optional<RaftPeerId> leader = Optional.empty();
    private volatile long heardNanos = System.nanoTime();

    FollowerReplica(RaftConfig config, RaftCalls calls, Watcher watcher) {
        this.calls = calls;
        this.voters = config.voters().keySet().stream().map(RaftPeerId::valueOf).toList();
        this.answerMillisMax = 2 * config.timeouts().request().toMillis();
        this.watcher = watcher;
    }

    @Override
    public void start() {
        Thread.ofVirtual().name("hark-control-follow").start(this::follow);
    }

    private void follow() {
        // Not all followers ask the same voter.
        int turn = Math.floorMod(System.identityHashCode(this), voters.size());
        try {
            while (closed.getCount() > 0) {
                boolean good = ask(voters.get(turn % voters.size()));
                if (!good) {
                    turn++;
                    closed.await(RETRY_MILLIS, TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether it is worth asking this voter again.
    private boolean ask(RaftPeerId voter) throws InterruptedException {
        long sentNanos = System.nanoTime();
        try {
            RaftClientRequest request = calls.ask(voter, FollowCodec.question(applied.index()));
            RaftClientReply reply = calls.send(request)
                    .orTimeout(answerMillisMax, TimeUnit.MILLISECONDS)
                    .join();
            return take(FollowCodec.answer(reply.getMessage().getContent().toByteArray()));
        } catch (CompletionException e) {
            log.debug("{} does not answer", voter, e);
            calls.failed(voter, sentNanos, e.getCause());
        } catch (DamagedEntry e) {
            log.error(
                    "what {} tells about the control log cannot be read; is this node older than that one?", voter, e);
        }
        return false;
    }

    private boolean take(Answer answer) throws DamagedEntry {
        long heard = System.nanoTime() - answer.silentMillis() * 1_000_000;
        if (heard - heardNanos > 0) {
            heardNanos = heard;
        }
        Applied before = applied;
        // A voter can be behind the one that was asked before.
        if (answer.index() > before.index()) {
            ControlState state = before.state();
            if (answer.state().isPresent()) {
                state = ControlCodec.decodeState(answer.state().get());
            }
            for (byte[] command : answer.commands()) {
                state = ControlStateMachine.after(state, ControlCodec.decodeCommand(command));
            }
            applied = new Applied(answer.index(), state);
            watcher.advanced();
        }
        Optional<RaftPeerId> leads =
                answer.leader().isEmpty() ? Optional.empty() : Optional.of(RaftPeerId.valueOf(answer.leader()));
        if (!leads.equals(leader)) {
            leader = leads;
            watcher.leaderChanged();
        }
        return answer.silentMillis() <= VOTER_SILENT_MILLIS_MAX;
    }

    @Override
    public Applied applied() {
        return applied;
    }

    @Override
    public Optional<RaftPeerId> leader() {
        return leader;
    }

    @Override
    public boolean leads() {
        return false;
    }

    @Override
    public long silentMillis() {
        long silent = (System.nanoTime() - heardNanos) / 1_000_000;
        return silent <= USUAL_MILLIS ? 0 : silent;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
