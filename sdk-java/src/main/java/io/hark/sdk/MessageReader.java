package io.hark.sdk;

import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Handle: a subscription to be read by a thread that waits: best a virtual one. One thread reads at a
/// time; any may close.
///
/// It asks for a few messages ahead of the one that is read. Their cursors, not
/// [HarkClient#recoveryKey], say what was dealt with.
public final class MessageReader<T> implements AutoCloseable {
    private static final int AHEAD = 64;

    private final BlockingQueue<Signal<T>> signals = new LinkedBlockingQueue<>();
    private final Subscriber subscriber = new Subscriber();
    private volatile boolean closed;
    private int taken;

    private sealed interface Signal<T> {
        record Next<T>(Delivery<T> delivery) implements Signal<T> {}

        record End<T>(Optional<Throwable> failure) implements Signal<T> {}
    }

    MessageReader() {}

    Flow.Subscriber<Delivery<T>> subscriber() {
        return subscriber;
    }

    private final class Subscriber implements Flow.Subscriber<Delivery<T>> {
        private volatile Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            if (closed) {
                begun.cancel();
            } else {
                begun.request(AHEAD);
            }
        }

        @Override
        public void onNext(Delivery<T> delivery) {
            signals.add(new Signal.Next<>(delivery));
        }

        @Override
        public void onError(Throwable failure) {
            signals.add(new Signal.End<>(Optional.of(failure)));
        }

        @Override
        public void onComplete() {
            signals.add(new Signal.End<>(Optional.empty()));
        }
    }

    /// Waits for the next delivery.
    ///
    /// @throws HarkException          when the subscription has failed
    /// @throws NoSuchElementException when it has ended
    public Delivery<T> next() throws InterruptedException {
        return delivery(signals.take());
    }

    /// Waits for the next delivery for so long.
    ///
    /// @return empty when none came; fails as [#next]
    public Optional<Delivery<T>> next(Duration within) throws InterruptedException {
        Signal<T> signal = signals.poll(within.toNanos(), TimeUnit.NANOSECONDS);
        return signal == null ? Optional.empty() : Optional.of(delivery(signal));
    }

    private Delivery<T> delivery(Signal<T> signal) {
        return switch (signal) {
            case Signal.Next<T>(Delivery<T> delivery) -> {
                if (++taken == AHEAD / 2) {
                    taken = 0;
                    subscriber.subscription.request(AHEAD / 2);
                }
                yield delivery;
            }
            case Signal.End<T> end -> {
                signals.add(end); // whoever asks again is told again
                throw end.failure()
                        .<RuntimeException>map(Waiting::asHarkException)
                        .orElseGet(() -> new NoSuchElementException("the subscription has ended"));
            }
        };
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription begun = subscriber.subscription;
        if (begun != null) {
            begun.cancel();
        }
        signals.add(new Signal.End<>(Optional.empty()));
    }
}
