package io.hark.launcher.load;

import io.hark.sdk.Channel;
import io.hark.sdk.Codec;
import io.hark.sdk.Credentials;
import io.hark.sdk.Delivery;
import io.hark.sdk.HarkClient;
import io.hark.sdk.HarkOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The job by `sdk-java`.
record HarkJob(int port, String key, boolean idempotent) implements SdkJob {
    @Override
    public String name() {
        return idempotent ? "sdk-java" : "sdk-java-without-ids";
    }

    @Override
    public Pair open() throws InterruptedException {
        HarkOptions options =
                HarkOptions.of("http://127.0.0.1:" + port, Credentials.key(key)).withIdempotent(idempotent);
        return new HarkPair(HarkClient.connect(options), HarkClient.connect(options));
    }

    private static final class HarkPair implements Pair {
        private final HarkClient publisher;
        private final HarkClient subscriber;
        private final String name = "load-" + UUID.randomUUID();
        private final List<String> received = new ArrayList<>();
        private final CountDownLatch started = new CountDownLatch(1);
        private final Semaphore arrived = new Semaphore(0);

        HarkPair(HarkClient publisher, HarkClient subscriber) throws InterruptedException {
            this.publisher = publisher;
            this.subscriber = subscriber;
            subscriber.channel(name, Codec.text()).messages().subscribe(new Inbox());
            if (!started.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the subscriber is not attached");
            }
            publisher.connected().join();
        }

        private final class Inbox implements Flow.Subscriber<Delivery<String>> {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(Delivery<String> delivery) {
                switch (delivery) {
                    case Delivery.Started<String> begun -> started.countDown();
                    case Delivery.Received<String> message -> {
                        received.add(message.value());
                        arrived.release();
                    }
                    case Delivery.Unreadable<String> unreadable -> throw new IllegalStateException(unreadable.why());
                    case Delivery.Gap<String> gap -> throw new IllegalStateException(gap.toString());
                }
            }

            @Override
            public void onError(Throwable failure) {
                throw new IllegalStateException(failure);
            }

            @Override
            public void onComplete() {}
        }

        @Override
        public List<String> exchange(int messages) throws InterruptedException {
            Channel<String> channel = publisher.channel(name, Codec.text());
            Semaphore free = new Semaphore(IN_FLIGHT_MAX);
            for (int i = 0; i < messages; i++) {
                free.acquire();
                channel.publish("event", SdkJob.payload(i)).thenRun(free::release);
            }
            if (!free.tryAcquire(IN_FLIGHT_MAX, 60, TimeUnit.SECONDS)
                    || !arrived.tryAcquire(messages, 60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("received %d of %d".formatted(received.size(), messages));
            }
            return received;
        }

        @Override
        public void close() {
            publisher.close();
            subscriber.close();
        }
    }
}
