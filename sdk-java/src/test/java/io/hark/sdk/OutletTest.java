package io.hark.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What one subscriber is told: in order, as it asks, from one thread at a time.
class OutletTest {
    private final Owner owner = new Owner();

    private static final class Owner implements Outlet.Owner<Integer, String> {
        private final Semaphore room = new Semaphore(0);
        private final AtomicInteger told = new AtomicInteger();
        private final AtomicInteger cancelled = new AtomicInteger();

        @Override
        public String view(Integer item) {
            return "i" + item;
        }

        @Override
        public int bytes(Integer item) {
            return 1;
        }

        @Override
        public void told(Integer item) {
            told.incrementAndGet();
        }

        @Override
        public void room() {
            room.release();
        }

        @Override
        public void cancelled() {
            cancelled.incrementAndGet();
        }
    }

    private Outlet<Integer, String> outlet(Flow.Subscriber<String> subscriber, Executor threads, int max) {
        Outlet<Integer, String> outlet = new Outlet<>(subscriber, owner, threads, max, 1_000);
        outlet.begin();
        return outlet;
    }

    @Test
    void nothingIsToldThatWasNotAskedFor() {
        Recorder<String> recorder = Recorder.asking(2);
        Outlet<Integer, String> outlet = outlet(recorder, Runnable::run, 10);
        for (int i = 0; i < 5; i++) {
            outlet.push(i);
        }
        assertThat(recorder.told()).containsExactly("i0", "i1");
        recorder.request(1);
        assertThat(recorder.told()).hasSize(3);
        assertThat(owner.told).hasValue(3);
    }

    @Test
    void itRefusesWhenFullAndSaysWhenHalfIsFree() {
        Recorder<String> recorder = Recorder.asking(0);
        Outlet<Integer, String> outlet = outlet(recorder, Runnable::run, 4);
        for (int i = 0; i < 4; i++) {
            assertThat(outlet.accepting()).isTrue();
            outlet.push(i);
        }
        assertThat(outlet.accepting()).isFalse();
        recorder.request(1);
        assertThat(owner.room.availablePermits()).isZero();
        recorder.request(1);
        assertThat(owner.room.availablePermits()).isOne();
        assertThat(outlet.accepting()).isTrue();
    }

    @Test
    void theEndComesBehindWhatWasPushed() {
        Recorder<String> recorder = Recorder.asking(0);
        Outlet<Integer, String> outlet = outlet(recorder, Runnable::run, 4);
        outlet.push(1);
        outlet.complete();
        assertThat(recorder.isCompleted()).isFalse();
        recorder.request(1);
        assertThat(recorder.told()).containsExactly("i1");
        assertThat(recorder.isCompleted()).isTrue();
    }

    @Test
    void aRequestForNothingIsAnError() {
        Recorder<String> recorder = Recorder.asking(0);
        outlet(recorder, Runnable::run, 4);
        recorder.request(0);
        assertThat(recorder.failure()).containsInstanceOf(IllegalArgumentException.class);
        assertThat(owner.cancelled).hasValue(1);
    }

    @Test
    void afterACancelNothingIsTold() {
        Recorder<String> recorder = Recorder.greedy();
        Outlet<Integer, String> outlet = outlet(recorder, Runnable::run, 4);
        recorder.cancel();
        outlet.push(1);
        outlet.complete();
        assertThat(recorder.told()).isEmpty();
        assertThat(recorder.isCompleted()).isFalse();
    }

    @Test
    void threadsThatPushAndAskAtOnceLoseNothing() throws Exception {
        int count = 20_000;
        List<String> told = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Outlet<Integer, String> outlet = outlet(
                    new Flow.Subscriber<>() {
                        private Flow.Subscription subscription;

                        @Override
                        public void onSubscribe(Flow.Subscription begun) {
                            subscription = begun;
                            begun.request(3);
                        }

                        @Override
                        public void onNext(String item) {
                            told.add(item);
                            if (told.size() % 3 == 0) {
                                threads.execute(() -> subscription.request(3));
                            }
                        }

                        @Override
                        public void onError(Throwable failure) {
                            throw new AssertionError(failure);
                        }

                        @Override
                        public void onComplete() {
                            done.countDown();
                        }
                    },
                    threads,
                    8);
            for (int i = 0; i < count; i++) {
                while (!outlet.accepting()) {
                    assertThat(owner.room.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
                }
                outlet.push(i);
            }
            outlet.complete();
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(told).hasSize(count).first().isEqualTo("i0");
        assertThat(told.getLast()).isEqualTo("i" + (count - 1));
    }
}
