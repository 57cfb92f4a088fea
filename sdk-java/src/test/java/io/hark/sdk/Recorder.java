package io.hark.sdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;

/// A subscriber that keeps what it is told and asks for as much as the test says.
final class Recorder<T> implements Flow.Subscriber<T> {
    private final List<T> told = new ArrayList<>();
    private Flow.Subscription subscription;
    private long firstDemand;
    private Optional<Throwable> failure = Optional.empty();
    private boolean completed;

    private Recorder(long firstDemand) {
        this.firstDemand = firstDemand;
    }

    static <T> Recorder<T> greedy() {
        return new Recorder<>(Long.MAX_VALUE);
    }

    static <T> Recorder<T> asking(long first) {
        return new Recorder<>(first);
    }

    @Override
    public void onSubscribe(Flow.Subscription begun) {
        subscription = begun;
        if (firstDemand > 0) {
            begun.request(firstDemand);
        }
    }

    @Override
    public void onNext(T item) {
        told.add(item);
    }

    @Override
    public void onError(Throwable thrown) {
        failure = Optional.of(thrown);
    }

    @Override
    public void onComplete() {
        completed = true;
    }

    void request(long n) {
        subscription.request(n);
    }

    void cancel() {
        subscription.cancel();
    }

    List<T> told() {
        return told;
    }

    boolean isCompleted() {
        return completed;
    }

    int failureCode() {
        return ((HarkException) failure.orElseThrow()).code();
    }

    Optional<Throwable> failure() {
        return failure;
    }

    /// What the messages say.
    static List<Object> texts(Recorder<Delivery<String>> recorder) {
        List<Object> texts = new ArrayList<>();
        for (Delivery<String> delivery : recorder.told()) {
            if (delivery instanceof Delivery.Received<String> received) {
                texts.add(received.value());
            }
        }
        return texts;
    }

    static List<Delivery.Gap<String>> gaps(Recorder<Delivery<String>> recorder) {
        List<Delivery.Gap<String>> gaps = new ArrayList<>();
        for (Delivery<String> delivery : recorder.told()) {
            if (delivery instanceof Delivery.Gap<String> gap) {
                gaps.add(gap);
            }
        }
        return gaps;
    }
}
