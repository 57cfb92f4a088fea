package io.hark.launcher.load;

import io.ably.lib.realtime.AblyRealtime;
import io.ably.lib.realtime.Channel;
import io.ably.lib.realtime.ChannelState;
import io.ably.lib.realtime.CompletionListener;
import io.ably.lib.realtime.ConnectionState;
import io.ably.lib.types.AblyException;
import io.ably.lib.types.ClientOptions;
import io.ably.lib.types.ErrorInfo;
import io.ably.lib.util.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The job by `ably-java`.
record AblyJob(int port, String key) implements SdkJob {
    private static final Duration WITHIN = Duration.ofSeconds(20);

    @Override
    public String name() {
        return "ably-java";
    }

    @Override
    public Pair open() throws AblyException, InterruptedException {
        return new AblyPair(client(), client());
    }

    private AblyRealtime client() throws AblyException {
        ClientOptions options = new ClientOptions(key);
        options.restHost = "127.0.0.1";
        options.realtimeHost = "127.0.0.1";
        options.port = port;
        options.tls = false;
        options.logLevel = Log.NONE;
        return new AblyRealtime(options);
    }

    private static final class AblyPair implements Pair {
        private final AblyRealtime publisher;
        private final AblyRealtime subscriber;
        private final String name = "load-" + UUID.randomUUID();
        private final List<String> received = new ArrayList<>();
        private final Semaphore arrived = new Semaphore(0);

        AblyPair(AblyRealtime publisher, AblyRealtime subscriber) throws AblyException, InterruptedException {
            this.publisher = publisher;
            this.subscriber = subscriber;
            Channel channel = subscriber.channels.get(name);
            channel.subscribe(message -> {
                received.add((String) message.data);
                arrived.release();
            });
            Eventually.eventually("attached", WITHIN, () -> channel.state == ChannelState.attached);
            Eventually.eventually("connected", WITHIN, () -> publisher.connection.state == ConnectionState.connected);
        }

        @Override
        public List<String> exchange(int messages) throws AblyException, InterruptedException {
            Channel channel = publisher.channels.get(name);
            Semaphore free = new Semaphore(IN_FLIGHT_MAX);
            CompletionListener acknowledged = new CompletionListener() {
                @Override
                public void onSuccess() {
                    free.release();
                }

                @Override
                public void onError(ErrorInfo reason) {
                    throw new IllegalStateException(reason.toString());
                }
            };
            for (int i = 0; i < messages; i++) {
                free.acquire();
                channel.publish("event", SdkJob.payload(i), acknowledged);
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
