package io.hark.slot;

import io.hark.channel.Append;
import io.hark.channel.HistoryStore;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Confined: one loop's writes to the store, in their order. What one turn appends goes there together.
final class LoopLog {
    private final HistoryStore store;
    private final Executor loop;
    private final Consumer<List<Write>> durable;
    private final Consumer<Throwable> onFailure;
    private List<Write> writes = new ArrayList<>();
    private boolean failed;

    /// @param generation of the replica's log, see [SlotReplica#durable]
    record Write(Append append, int generation) {}

    /// @param durable   gets what one hand-off has made durable; on the loop
    /// @param onFailure gets the first failure: what became of the writes is unknown, so nobody is told
    ///                  anything any more
    LoopLog(HistoryStore store, Executor loop, Consumer<List<Write>> durable, Consumer<Throwable> onFailure) {
        this.store = store;
        this.loop = loop;
        this.durable = durable;
        this.onFailure = onFailure;
    }

    boolean hasFailed() {
        return failed;
    }

    void write(Append append, int generation) {
        writes.add(new Write(append, generation));
    }

    /// Hands on what was written in this turn.
    void flush() {
        if (writes.isEmpty()) {
            return;
        }
        List<Write> batch = writes;
        writes = new ArrayList<>();
        store.append(
                batch.stream().map(Write::append).toList(), failure -> loop.execute(() -> appended(batch, failure)));
    }

    private void appended(List<Write> batch, Optional<Throwable> failure) {
        if (failed) {
            return; // Whatever came after the failure rests on what is unknown.
        }
        if (failure.isPresent()) {
            fail(failure.get());
        } else {
            durable.accept(batch);
        }
    }

    void truncate(int slot, long lsn, BiConsumer<Optional<SlotMeta>, Throwable> answer) {
        flush();
        onLoop(store.truncate(slot, lsn), answer);
    }

    void wipe(int slot, BiConsumer<Void, Throwable> answer) {
        flush();
        onLoop(store.wipe(slot), fatally(answer));
    }

    void install(SlotMeta meta, SlotImage page, BiConsumer<Void, Throwable> answer) {
        flush();
        onLoop(store.install(meta, page), fatally(answer));
    }

    void proven(int slot) {
        flush();
        store.proven(slot);
    }

    private <T> BiConsumer<T, Throwable> fatally(BiConsumer<T, Throwable> answer) {
        return (value, failure) -> {
            if (failure != null) {
                fail(failure);
            }
            answer.accept(value, failure);
        };
    }

    void fail(Throwable failure) {
        if (!failed) {
            failed = true;
            onFailure.accept(failure);
        }
    }

    private <T> void onLoop(CompletionStage<T> stage, BiConsumer<? super T, Throwable> answer) {
        stage.whenComplete((value, failure) -> loop.execute(() -> answer.accept(value, failure)));
    }
}
