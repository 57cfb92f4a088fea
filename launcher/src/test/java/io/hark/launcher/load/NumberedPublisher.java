package io.hark.launcher.load;

import io.hark.launcher.jepsen.ClientListener;
import io.hark.launcher.jepsen.ProtocolClient;
import io.hark.launcher.jepsen.Publication;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Publishes messages named `number:nanoTime` at a steady rate.
final class NumberedPublisher implements ClientListener {
    private final String channel;
    private final Payload payload;
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private int published;

    NumberedPublisher(String channel, int payloadBytes) {
        this.channel = channel;
        this.payload = Payload.text("x".repeat(payloadBytes));
    }

    @Override
    public void accepted(Publication publication, List<String> serials) {
        accepted.incrementAndGet();
    }

    @Override
    public void refused(Publication publication, ErrorInfo error) {
        refused.incrementAndGet();
    }

    /// Publishes `count` messages evenly over `time`, which the calling thread spends here.
    void publish(ProtocolClient client, int count, Duration time) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long at = start + time.toNanos() * i / count;
            while (System.nanoTime() < at) {
                LockSupport.parkNanos(at - System.nanoTime());
            }
            Message message = Message.of(Optional.of(published++ + ":" + System.nanoTime()), payload);
            client.publish(new Publication(channel, List.of(message)));
        }
    }

    int published() {
        return published;
    }

    int accepted() {
        return accepted.get();
    }

    int refused() {
        return refused.get();
    }
}
