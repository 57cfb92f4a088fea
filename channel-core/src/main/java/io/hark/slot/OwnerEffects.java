package io.hark.slot;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelKey;
import io.hark.channel.HistoryStore;
import io.hark.channel.IdHash;
import io.hark.channel.Loop;
import io.hark.channel.MetaEvent;
import io.hark.channel.ObjectsMemory;
import io.hark.channel.Receipt;
import io.hark.channel.RowsListener;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsRead;
import io.hark.channel.SlotEffects;
import io.hark.channel.StateChange;
import io.hark.channel.StateKind;
import io.hark.channel.StoreView;
import io.hark.stats.Gauge;
import io.hark.stats.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/// Confined: does what the owners of one loop want done, with the node's store, log and statistics. What the store
/// answers comes back on the loop.
final class OwnerEffects implements SlotEffects {
    /// Objects of a node's own channels that are held in memory, of which each byte takes up to three of the
    /// heap; more are refused.
    private static final long OBJECTS_BYTES_MAX =
            Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 16);

    private final Loop loop;
    private final NodeContext node;
    private final HistoryStore store;
    private final Log log;
    private final ObjectsMemory objectsMemory;
    private RowsListener rowsListener = RowsListener.NONE;

    /// Where entries of owners go.
    interface Log {
        void appendOwn(Append append);

        /// Whether as much waits as may.
        boolean isFull();
    }

    /// @param loops of the node, which share its memory
    OwnerEffects(Loop loop, int loops, NodeContext node, Log log) {
        this.loop = loop;
        this.node = node;
        this.store = node.store();
        this.log = log;
        this.objectsMemory = new ObjectsMemory(OBJECTS_BYTES_MAX / loops);
    }

    @Override
    public long wallMillis() {
        return node.wallClock().getAsLong();
    }

    @Override
    public void append(Append append) {
        log.appendOwn(append);
    }

    @Override
    public boolean overloaded() {
        return log.isFull();
    }

    @Override
    public void findId(ChannelKey channel, IdHash id, BiConsumer<Optional<Receipt>, Throwable> answer) {
        boolean forgetful = node.config().plantedBug() == PlantedBug.DEDUPE_IN_MEMORY;
        onLoop(forgetful ? CompletableFuture.completedStage(Optional.empty()) : store.findId(channel, id), answer);
    }

    @Override
    public void rows(List<RowsRead> reads, BiConsumer<List<RowsPage>, Throwable> answer) {
        CompletionStage<List<RowsPage>> pages = CompletableFuture.completedStage(List.of());
        for (RowsRead read : reads) {
            pages = pages.thenCombine(RowsPage.read(store, read), (before, page) -> {
                List<RowsPage> all = new ArrayList<>(before);
                all.add(page);
                return all;
            });
        }
        onLoop(pages, answer);
    }

    @Override
    public void load(ChannelKey channel, BiConsumer<ChannelImage, Throwable> answer) {
        onLoop(store.channel(channel), answer);
    }

    @Override
    public <T> void consult(StoreView.Reading<T> reading, BiConsumer<T, Throwable> answer) {
        onLoop(store.consult(reading), answer);
    }

    /// The channels of a slot that have rows of the kind.
    void channelsWith(StateKind kind, int slot, BiConsumer<List<ChannelId>, Throwable> answer) {
        onLoop(store.channelsWith(kind, slot), answer);
    }

    /// From now on the listener is told of rows that owners on this loop keep.
    void listen(RowsListener listener) {
        rowsListener = listener;
    }

    RowsListener rowsListener() {
        return rowsListener;
    }

    @Override
    public void changed(ChannelId channel, List<StateChange> changes) {
        rowsListener.changed(channel, changes);
    }

    @Override
    public ObjectsMemory objectsMemory() {
        return objectsMemory;
    }

    @Override
    public void report(MetaEvent event) {
        node.reports().accept(event);
    }

    @Override
    public void used(ChannelId channel, int change) {
        node.stats()
                .get()
                .ifPresent(
                        stats -> stats.of(channel.app()).gauge(Gauge.CHANNELS).add(change));
    }

    @Override
    public void opened(ChannelId channel) {
        node.stats().get().ifPresent(stats -> stats.of(channel.app()).add(Tally.CHANNELS_OPENED, 1));
    }

    private <T> void onLoop(CompletionStage<T> stage, BiConsumer<? super T, Throwable> answer) {
        stage.whenComplete((value, failure) -> loop.execute(() -> answer.accept(value, failure)));
    }
}
