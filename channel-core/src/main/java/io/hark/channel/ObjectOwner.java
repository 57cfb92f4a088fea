package io.hark.channel;

import io.hark.channel.OwnedChannel.InFlight;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ObjectBatch;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// Confined: what an owner does with the objects of its slot's channels. It loads them when somebody
/// wants them, appends what changes them, and lets go of them when nobody has for a while.
final class ObjectOwner {
    private final SlotOwner owner;
    private final SlotEffects effects;
    private final int epoch;

    ObjectOwner(SlotOwner owner, SlotEffects effects, int epoch) {
        this.owner = owner;
        this.effects = effects;
        this.epoch = epoch;
    }

    void perform(ObjectUpdate update, Repeats.Sending sending, long nowMillis, Consumer<PublishResult> reply) {
        withObjects(
                update.channel(),
                nowMillis,
                reply,
                (channel, objects) -> owner.repeats.once(
                        channel, sending, reply, () -> append(channel, objects, update, sending, reply)));
    }

    private void append(
            OwnedChannel channel,
            OwnedObjects objects,
            ObjectUpdate update,
            Repeats.Sending sending,
            Consumer<PublishResult> reply) {
        if (!owner.takes(channel, update.publisher(), reply)) {
            return;
        }
        long hlc = owner.nextHlc(0);
        switch (objects.propose(update, nextSerials(hlc), site(), Hlc.millis(hlc))) {
            case OwnedObjects.Step.Refused(ErrorInfo error) -> owner.refuse(channel, sending, error, reply);
            case OwnedObjects.Step.Changed step -> {
                ObjectBatch batch =
                        new ObjectBatch(update.frameId(), update.connectionId(), Hlc.millis(hlc), step.operations());
                InFlight pending =
                        pending(channel, batch, hlc, List.of(update.id()), step, SlotOwner.storedWaiters(reply));
                channel.await(pending);
                append(objects, step, pending, update.policy());
            }
        }
        tidy(channel, objects, update);
    }

    /// Whatever came of the update gives occasion to look after what nothing leads to.
    private void tidy(OwnedChannel channel, OwnedObjects objects, ObjectUpdate update) {
        long hlc = owner.nextHlc(0);
        objects.tidy(update.bytesMax(), nextSerials(hlc), site(), Hlc.millis(hlc))
                .ifPresent(step -> {
                    ObjectBatch batch = new ObjectBatch(
                            owner.ownFrameId("objects"), Optional.empty(), Hlc.millis(hlc), step.operations());
                    append(objects, step, pending(channel, batch, hlc, List.of(), step, List.of()), update.policy());
                });
    }

    private String site() {
        return owner.origin().region();
    }

    /// The serials of what the next entry holds, by place.
    private IntFunction<String> nextSerials(long hlc) {
        return index -> owner.nextSerial(hlc, index);
    }

    private InFlight pending(
            OwnedChannel channel,
            ObjectBatch batch,
            long hlc,
            List<IdHash> ids,
            OwnedObjects.Step.Changed step,
            List<Consumer<Entry>> waiters) {
        Entry entry = owner.nextEntry(channel.id.key(), channel.proposedLsn, hlc, new EntryBody.Objects(batch));
        return new InFlight(entry, Optional.of(channel), ids, List.of(), step.changes(), waiters);
    }

    private void append(OwnedObjects objects, OwnedObjects.Step.Changed step, InFlight pending, ChannelPolicy policy) {
        objects.appended(pending.entry().lsn(), step);
        owner.append(pending, policy);
    }

    void page(ObjectsQuery query, long nowMillis, BiConsumer<ObjectsPage, ErrorInfo> reply) {
        Consumer<PublishResult> refuse = refused -> {
            if (refused instanceof PublishResult.Refused(var error)) {
                reply.accept(null, error);
            }
        };
        withObjects(query.channel(), nowMillis, refuse, (channel, objects) -> {
            Optional<ObjectsPage> page = objects.page(query, owner.committedLsn(), nowMillis);
            if (page.isPresent()) {
                reply.accept(page.get(), null);
            } else {
                reply.accept(null, ErrorCode.OVERLOADED.info("the objects were not read fast enough; begin again"));
            }
        });
    }

    /// Takes the step on the channel's objects, now or once they are loaded; whatever comes for the
    /// channel meanwhile waits.
    private void withObjects(
            ChannelId id, long nowMillis, Consumer<PublishResult> refuse, BiConsumer<OwnedChannel, OwnedObjects> step) {
        owner.channels.with(id, nowMillis, refuse, channel -> {
            if (channel.objects.isPresent()) {
                channel.objects.get().used(nowMillis);
                step.accept(channel, channel.objects.get());
                return;
            }
            if (effects.objectsMemory().isFull()) {
                owner.dropObjects(nowMillis, nowMillis);
            }
            if (effects.objectsMemory().isFull()) {
                refuse.accept(new PublishResult.Refused(
                        ErrorCode.OVERLOADED.info("the node holds as many objects in memory as it may; try again")));
            } else {
                load(channel, nowMillis, refuse, step);
            }
        });
    }

    private void load(
            OwnedChannel channel,
            long nowMillis,
            Consumer<PublishResult> refuse,
            BiConsumer<OwnedChannel, OwnedObjects> step) {
        channel.waiting = true;
        ObjectsLoad.begin(effects, channel.id.key(), (tree, failure) -> {
            if (owner.isClosed()) {
                return;
            }
            channel.waiting = false;
            if (failure == null) {
                OwnedObjects loaded = new OwnedObjects(tree, epoch, effects.objectsMemory());
                loaded.used(nowMillis);
                channel.objects = Optional.of(loaded);
                step.accept(channel, loaded);
            } else {
                refuse.accept(new PublishResult.Refused(ChannelTable.unavailable(channel)));
            }
            owner.channels.unpark(channel);
        });
    }
}
