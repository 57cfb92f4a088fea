package io.hark.slot;

import io.hark.channel.HistoryStore;
import io.hark.channel.LogPage;
import io.hark.channel.SlotImage;
import java.util.ArrayDeque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/// Confined: reads records and rows for replicas that are behind, a few at a time, so that live traffic
/// goes first. What waits is bounded by the number of replicas of the loop's slots.
final class CatchUpLane {
    private static final int RECORDS_MAX = 1_000;
    private static final int BYTES_MAX = 256 << 10;

    private final HistoryStore store;
    private final Executor loop;
    private final int readsMax;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int reading;

    CatchUpLane(HistoryStore store, Executor loop, int readsMax) {
        this.store = store;
        this.loop = loop;
        this.readsMax = readsMax;
    }

    void readLog(int slot, long afterLsn, BiConsumer<LogPage, Throwable> answer) {
        read(() -> store.log(slot, afterLsn, RECORDS_MAX, BYTES_MAX), answer);
    }

    void readImage(int slot, byte[] from, BiConsumer<SlotImage, Throwable> answer) {
        read(() -> store.image(slot, from, RECORDS_MAX), answer);
    }

    private <T> void read(Supplier<CompletionStage<T>> read, BiConsumer<T, Throwable> answer) {
        Runnable step = () -> read.get()
                .whenComplete((value, failure) -> loop.execute(() -> {
                    next();
                    answer.accept(value, failure);
                }));
        if (reading < readsMax) {
            reading++;
            step.run();
        } else {
            waiting.add(step);
        }
    }

    private void next() {
        Runnable step = waiting.poll();
        if (step == null) {
            reading--;
        } else {
            step.run();
        }
    }
}
