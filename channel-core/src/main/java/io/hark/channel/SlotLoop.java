package io.hark.channel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Confined: the slots of one loop, and what connects them to the disk and to the frontends' loops.
///
/// Appends of one turn of the loop go to the store together, and entries committed together go to each frontend loop in
/// one hand-off: work is batched by what queues, never by a timer.
final class SlotLoop implements SlotEffects {
    private final Loop loop;
    private final int index;
    private final int loops;
    private final HistoryStore store;
    private final int epoch;
    private final RouterConfig config;
    private final LongSupplier wallClock;
    private final Consumer<Throwable> fatal;
    private final SlotOwner[] owners;
    private final Map<LoopFeed, Outbox> outboxes = new LinkedHashMap<>();

    private List<Append> appends = new ArrayList<>();
    private boolean flushQueued;
    private long queuedBytes;
    private boolean failed;

    SlotLoop(
            Loop loop,
            int index,
            int loops,
            HistoryStore store,
            String region,
            int epoch,
            RouterConfig config,
            LongSupplier wallClock,
            Consumer<Throwable> fatal) {
        this.loop = loop;
        this.index = index;
        this.loops = loops;
        this.store = store;
        this.epoch = epoch;
        this.config = config;
        this.wallClock = wallClock;
        this.fatal = fatal;
        this.owners = new SlotOwner[Slots.COUNT];
        for (int slot = index; slot < Slots.COUNT; slot += loops) {
            owners[slot] = new SlotOwner(store.recovered(slot), region, this, config.slots());
        }
    }

    void open() {
        run(slots -> slots.forEachOwner(owner -> owner.open(epoch, wallClock.getAsLong())));
    }

    /// Takes the step on the loop: at once when already there.
    void run(Consumer<SlotLoop> step) {
        if (loop.inLoop()) {
            step.accept(this);
        } else {
            loop.execute(() -> step.accept(this));
        }
    }

    SlotOwner owner(ChannelId channel) {
        return owners[channel.key().slot()];
    }

    Feed feed(LoopFeed target) {
        return outboxes.computeIfAbsent(target, Outbox::new);
    }

    List<String> activeChannels(String app) {
        List<String> names = new ArrayList<>();
        forEachOwner(owner -> names.addAll(owner.activeChannels(app)));
        return names;
    }

    void tick() {
        forEachOwner(owner -> owner.tick(wallClock.getAsLong()));
    }

    void flushFeeds() {
        outboxes.values().forEach(Outbox::flush);
    }

    @Override
    public void append(Append append) {
        appends.add(append);
        queuedBytes += append.entry().size();
        queueFlush();
    }

    private void queueFlush() {
        if (!flushQueued) {
            flushQueued = true;
            // Behind everything that this turn of the loop has read: one batch for all of it.
            loop.execute(this::flush);
        }
    }

    private void flush() {
        flushQueued = false;
        flushFeeds();
        if (appends.isEmpty()) {
            return;
        }
        List<Append> batch = appends;
        appends = new ArrayList<>();
        store.append(batch, failure -> loop.execute(() -> appended(batch, failure)));
    }

    private void appended(List<Append> batch, Optional<Throwable> failure) {
        if (failed) {
            return; // Whatever came after the failure rests on what is unknown.
        }
        if (failure.isPresent()) {
            // What became of the batch is unknown, so nobody is told anything: publishers ask again at the
            // next owner.
            failed = true;
            fatal.accept(failure.get());
            return;
        }
        flushQueued = true; // What follows is handed on below, in one go.
        for (Append append : batch) {
            Entry entry = append.entry();
            queuedBytes -= entry.size();
            owners[entry.channel().slot()].durable(entry.lsn());
        }
        flush();
    }

    @Override
    public void findId(ChannelKey channel, IdHash id, BiConsumer<Optional<Receipt>, Throwable> answer) {
        onLoop(store.findId(channel, id), answer);
    }

    @Override
    public void load(ChannelKey channel, BiConsumer<ChannelImage, Throwable> answer) {
        onLoop(store.channel(channel), answer);
    }

    @Override
    public boolean overloaded() {
        return failed || queuedBytes > config.queuedBytesMax() / loops;
    }

    private <T> void onLoop(CompletionStage<T> stage, BiConsumer<T, Throwable> answer) {
        stage.whenComplete((value, failure) -> loop.execute(() -> answer.accept(value, failure)));
    }

    private void forEachOwner(Consumer<SlotOwner> step) {
        for (int slot = index; slot < Slots.COUNT; slot += loops) {
            step.accept(owners[slot]);
        }
    }

    private record Delivery(ChannelId channel, Entry entry, boolean logged) {}

    /// Entries on their way to one frontend loop.
    private final class Outbox implements Feed {
        private final LoopFeed target;
        private final boolean sameLoop;
        private List<Delivery> deliveries = new ArrayList<>();

        Outbox(LoopFeed target) {
            this.target = target;
            this.sameLoop = target.loop() == loop;
        }

        @Override
        public void deliver(ChannelId channel, Entry entry, boolean logged) {
            deliveries.add(new Delivery(channel, entry, logged));
            queueFlush();
        }

        void flush() {
            if (deliveries.isEmpty()) {
                return;
            }
            List<Delivery> batch = deliveries;
            deliveries = new ArrayList<>();
            if (sameLoop) {
                hand(batch);
            } else {
                target.loop().execute(() -> hand(batch));
            }
        }

        private void hand(List<Delivery> batch) {
            for (Delivery delivery : batch) {
                target.entered(delivery.channel(), delivery.entry(), delivery.logged());
            }
            target.pump();
        }
    }
}
