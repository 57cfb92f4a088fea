package io.hark.sdk;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/// Handle: a listing on its way to one subscriber. Any thread; it works and calls the subscriber in
/// turns of its own.
final class PageSubscription<E> implements Flow.Subscription {
    private final Flow.Subscriber<? super E> subscriber;
    private final SerialExecutor turns;

    // What follows is touched in turns only.
    private Optional<Supplier<CompletableFuture<Page<E>>>> next;
    private final Queue<E> items = new ArrayDeque<>();
    private long demand;
    private boolean fetching;
    private boolean over;

    PageSubscription(
            Flow.Subscriber<? super E> subscriber, Supplier<CompletableFuture<Page<E>>> first, Executor threads) {
        this.subscriber = subscriber;
        this.next = Optional.of(first);
        this.turns = new SerialExecutor(threads);
    }

    void begin() {
        turns.execute(() -> subscriber.onSubscribe(this));
    }

    @Override
    public void request(long n) {
        turns.execute(() -> {
            if (n <= 0) {
                fail(new IllegalArgumentException("a subscriber requests 1 or more, not " + n));
                return;
            }
            demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
            pump();
        });
    }

    @Override
    public void cancel() {
        turns.execute(() -> over = true);
    }

    private void pump() {
        while (!over && demand > 0 && !items.isEmpty()) {
            demand--;
            subscriber.onNext(items.remove());
        }
        if (over || fetching || !items.isEmpty()) {
            return;
        }
        if (next.isEmpty()) {
            over = true;
            subscriber.onComplete();
        } else if (demand > 0) {
            fetching = true;
            next.get().get().whenComplete((page, failure) -> turns.execute(() -> got(page, failure)));
        }
    }

    private void got(Page<E> page, Throwable failure) {
        fetching = false;
        if (failure != null) {
            fail(Waiting.asHarkException(failure));
            return;
        }
        items.addAll(page.items());
        next = page.hasNext() ? Optional.of(page::next) : Optional.empty();
        pump();
    }

    private void fail(Throwable why) {
        if (!over) {
            over = true;
            subscriber.onError(why);
        }
    }
}
