package io.hark.cluster.control;

import io.hark.channel.DamagedEntry;
import io.hark.cluster.control.Replica.Applied;
import io.hark.cluster.control.Replica.Watcher;
import io.hark.control.ControlCodec;
import io.hark.control.ControlCommand;
import io.hark.control.ControlState;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.AtomicFileOutputStream;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined to the thread by which Ratis applies entries: the state as of the last entry. What others see of
/// it is in one volatile field.
final class ControlStateMachine extends BaseStateMachine {
    private static final Logger log = LoggerFactory.getLogger(ControlStateMachine.class);

    /// A follower's question waits for something new for this long, so that it knows that this voter is
    /// there.
    private static final long HOLD_NANOS = 200_000_000;

    private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
    private final Watcher watcher;
    private final RecentEntries recent;
    private volatile Applied applied = Applied.NOTHING;

    ControlStateMachine(Watcher watcher, Supplier<RecentEntries.Standing> standing) {
        this.watcher = watcher;
        this.recent = new RecentEntries(() -> applied, standing, HOLD_NANOS);
    }

    Applied applied() {
        return applied;
    }

    /// Answers followers who have waited for long enough.
    void answerWaiting() {
        recent.expire(System.nanoTime());
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage) throws IOException {
        super.initialize(server, group, raftStorage);
        getLifeCycle().startAndTransition(() -> {
            storage.init(raftStorage);
            load(storage.getLatestSnapshot());
        });
    }

    /// A snapshot is about to take the place of what is here.
    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() throws IOException {
        load(storage.loadLatestSnapshot());
        if (getLifeCycleState() == LifeCycle.State.PAUSED) {
            getLifeCycle().transition(LifeCycle.State.STARTING);
            getLifeCycle().transition(LifeCycle.State.RUNNING);
        }
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return storage;
    }

    private void load(SingleFileSnapshotInfo snapshot) throws IOException {
        if (snapshot == null) {
            return;
        }
        Path file = snapshot.getFile().getPath();
        try {
            ControlState state = ControlCodec.decodeState(Files.readAllBytes(file));
            setLastAppliedTermIndex(snapshot.getTermIndex());
            recent.reset(snapshot.getIndex());
            advance(snapshot.getIndex(), state);
            recent.answerAll();
        } catch (DamagedEntry e) {
            throw new IOException(
                    "the control log's snapshot %s is damaged; without this node's folder of the control "
                            + "log it gets one from the others".formatted(file),
                    e);
        }
    }

    /// An empty entry changes nothing: it is there to be written.
    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        ByteString content = entry.getStateMachineLogEntry().getLogData();
        updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
        if (content.isEmpty()) {
            advance(entry.getIndex(), applied.state());
        } else {
            byte[] encoded = content.toByteArray();
            ControlCommand command = decoded(entry.getIndex(), encoded);
            recent.add(entry.getIndex(), encoded);
            advance(entry.getIndex(), after(applied.state(), command));
            watcher.entry(entry.getIndex(), command);
            recent.answerAll();
        }
        return CompletableFuture.completedFuture(Message.EMPTY);
    }

    /// Throws to stop this node's log: to leave out an entry that others apply would fork the region.
    private static ControlCommand decoded(long index, byte[] content) {
        try {
            return ControlCodec.decodeCommand(content);
        } catch (DamagedEntry e) {
            throw new IllegalStateException(
                    "entry %d of the control log cannot be read here; is this node older than the others?"
                            .formatted(index),
                    e);
        }
    }

    static ControlState after(ControlState before, ControlCommand command) {
        try {
            return before.apply(command);
        } catch (RuntimeException e) {
            // The same everywhere, as the function is pure: the entry changes nothing on any node.
            log.error("{} failed on version {}", command.getClass().getSimpleName(), before.version(), e);
            return before;
        }
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        super.notifyTermIndexUpdated(term, index);
        advance(index, applied.state());
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        watcher.leaderChanged();
        recent.answerAll();
    }

    /// Answers a follower's question, as every voter does.
    @Override
    public CompletableFuture<Message> queryStale(Message question, long minIndex) {
        try {
            long after = FollowCodec.question(question.getContent().toByteArray());
            return recent.ask(after, System.nanoTime())
                    .thenApply(answer -> Message.valueOf(UnsafeByteOperations.unsafeWrap(answer)));
        } catch (DamagedEntry e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void advance(long index, ControlState state) {
        applied = new Applied(index, state);
        watcher.advanced();
    }

    @Override
    public long takeSnapshot() throws IOException {
        TermIndex last = getLastAppliedTermIndex();
        ControlState state = applied.state();
        File file = storage.getSnapshotFile(last.getTerm(), last.getIndex());
        try (OutputStream out = new AtomicFileOutputStream(file)) {
            out.write(ControlCodec.encode(state));
        }
        MD5Hash digest = MD5FileUtil.computeAndSaveMd5ForFile(file);
        storage.updateLatestSnapshot(new SingleFileSnapshotInfo(new FileInfo(file.toPath(), digest), last));
        return last.getIndex();
    }
}
