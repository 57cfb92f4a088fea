package io.hark.sdk;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Handle: what one subscriber of a flow is to be told, in order and as fast as it asks for it.
///
/// Its owner, one thread at a time, asks whether it is [#accepting] before it pushes. Told no, it is
/// told [Owner#room] once half of the buffer is free. The subscriber is called on threads of its own,
/// never on two at once, and may wait there.
///
/// @param <I> what is kept
/// @param <O> what the subscriber gets, made of it on the subscriber's thread
final class Outlet<I, O> implements Flow.Subscription {
    private static final System.Logger LOG = System.getLogger(Outlet.class.getName());

    /// Whose outlet it is. Any thread.
    interface Owner<I, O> {
        O view(I item);

        int bytes(I item);

        /// The subscriber has had the item.
        void told(I item);

        /// There is room again, after it was refused.
        void room();

        void cancelled();
    }

    private final Flow.Subscriber<? super O> subscriber;
    private final Owner<I, O> owner;
    private final Executor threads;
    private final int itemsMax;
    private final long bytesMax;

    private final Queue<I> items = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicBoolean refused = new AtomicBoolean();
    private final AtomicBoolean cancelled = new AtomicBoolean();

    // Confined to the drain, which never runs twice at once.
    private boolean begun;
    private boolean finished;

    private volatile boolean ended;
    private volatile boolean violated;
    private volatile Throwable failure;

    Outlet(Flow.Subscriber<? super O> subscriber, Owner<I, O> owner, Executor threads, int itemsMax, long bytesMax) {
        this.subscriber = subscriber;
        this.owner = owner;
        this.threads = threads;
        this.itemsMax = itemsMax;
        this.bytesMax = bytesMax;
    }

    /// Tells the subscriber that it is subscribed, before anything else.
    void begin() {
        schedule();
    }

    /// Whether one more item, of any size, may be pushed.
    boolean accepting() {
        if (count.get() < itemsMax && bytes.get() < bytesMax) {
            return true;
        }
        refused.set(true);
        // The subscriber may have taken the last item just before it was refused: then nobody would say so.
        return hasRoom() && refused.compareAndSet(true, false);
    }

    private boolean hasRoom() {
        return count.get() <= itemsMax / 2 && bytes.get() <= bytesMax / 2;
    }

    void push(I item) {
        count.incrementAndGet();
        bytes.addAndGet(owner.bytes(item));
        items.add(item);
        schedule();
    }

    /// Nothing follows; the subscriber is told when it has had what was pushed.
    void complete() {
        ended = true;
        schedule();
    }

    void fail(Throwable why) {
        failure = why;
        complete();
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            // Rule 3.9 of reactive streams: an error, and nothing after it.
            failure = new IllegalArgumentException("a subscriber requests 1 or more, not " + n);
            violated = true;
            owner.cancelled();
            schedule();
            return;
        }
        demand.accumulateAndGet(n, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
        schedule();
    }

    @Override
    public void cancel() {
        if (cancelled.compareAndSet(false, true)) {
            owner.cancelled();
            schedule();
        }
    }

    private void schedule() {
        if (work.getAndIncrement() == 0) {
            threads.execute(this::drain);
        }
    }

    private void drain() {
        int seen = 1;
        do {
            if (!begun) {
                begun = true;
                guarded(() -> subscriber.onSubscribe(this));
            }
            tell();
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    private void tell() {
        while (!finished && !violated && demand.get() > 0 && !cancelled.get()) {
            I item = items.poll();
            if (item == null) {
                break;
            }
            count.decrementAndGet();
            bytes.addAndGet(-owner.bytes(item));
            demand.updateAndGet(left -> left == Long.MAX_VALUE ? left : left - 1);
            guarded(() -> subscriber.onNext(owner.view(item)));
            owner.told(item);
            if (refused.get() && hasRoom() && refused.compareAndSet(true, false)) {
                owner.room();
            }
        }
        if (cancelled.get()) {
            finished = true;
            items.clear();
        } else if (!finished && (violated || ended && items.isEmpty())) {
            finished = true;
            Throwable why = failure;
            guarded(why == null ? subscriber::onComplete : () -> subscriber.onError(why));
        }
    }

    /// A subscriber must not throw; one that does is told nothing more.
    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException fault) {
            LOG.log(System.Logger.Level.ERROR, "a subscriber threw, its subscription ends", fault);
            cancel();
        }
    }
}
