package io.hark.slot;

import io.hark.channel.Append;
import io.hark.channel.LogPage;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotOwner;
import io.hark.control.ControlCommand;
import java.util.Optional;
import java.util.function.BiConsumer;

/// What a [SlotReplica] and its [SlotLeader] want done. Answers come back on the slot's loop, never
/// before the call has returned.
interface ReplicaEffects {
    /// Makes it durable; [SlotReplica#durable] is called with `generation` once it is.
    void write(Append append, int generation);

    /// @param answer empty: the slot cannot be cut there
    void truncate(int slot, long lsn, BiConsumer<Optional<SlotMeta>, Throwable> answer);

    void wipe(int slot, BiConsumer<Void, Throwable> answer);

    void install(SlotMeta meta, SlotImage page, BiConsumer<Void, Throwable> answer);

    /// What was installed shows only what is committed, or is about to be.
    void proven(int slot);

    void readLog(int slot, long afterLsn, BiConsumer<LogPage, Throwable> answer);

    void readImage(int slot, byte[] from, BiConsumer<SlotImage, Throwable> answer);

    /// To a node with a session; dropped otherwise.
    void send(String node, PeerMessage message);

    boolean isUp(String node);

    void propose(ControlCommand.IsrChange change);

    void proposeTransfer(ControlCommand.Step step);

    /// An owner for a slot that is recovered; its appends come to [SlotReplica#appendOwn].
    SlotOwner open(SlotMeta meta, int epoch, int lineage);

    /// The slot's owner on this node takes requests from now on.
    void serving(int slot, int epoch);

    /// The slot's owner on this node takes no requests any more.
    void ended(int slot);

    /// Has [SlotReplica#pump] called at the end of this turn.
    void pumpLater(SlotReplica replica);

    /// Bytes of own entries that are not committed, more or less.
    void uncommitted(long change);

    /// Something that cannot be unless committed entries were lost or changed.
    void fatal(String what);
}
