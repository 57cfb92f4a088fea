package io.hark.launcher.jepsen;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// Handle: publishers and subscribers of one node under a steady rate, and the history of what they saw.
final class Workload implements AutoCloseable {
    private static final long TICK_MILLIS = 10;
    private static final String PADDING = "x".repeat(100);

    /// @param messagesPerSecond of all publishers together
    /// @param namespaces        prefixes of channel names, dealt out in turn
    record Size(int messagesPerSecond, int publishers, int subscribers, int channels, List<String> namespaces) {}

    private final Size size;
    private final NodeProcess node;
    private final History history;
    private final SplittableRandom random;
    private final ClientGroup group;
    private final List<ProtocolClient> publishers = new ArrayList<>();
    private final List<ProtocolClient> subscribers = new ArrayList<>();
    private final int[] published;
    private final AtomicInteger invoked = new AtomicInteger();
    private final ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor();
    private double due;

    Workload(Size size, NodeProcess node, History history, long seed) throws IOException {
        this.size = size;
        this.node = node;
        this.history = history;
        this.random = new SplittableRandom(seed);
        this.group = new ClientGroup(node.port(), seed);
        this.published = new int[size.publishers()];
        String key = node.key();
        for (int i = 0; i < size.subscribers(); i++) {
            ProtocolClient client = group.client(ProtocolClient.Options.of(key, format(i)), history.recorder(i));
            client.attach(channel(i % size.channels()));
            client.connect();
            subscribers.add(client);
        }
        for (int i = 0; i < size.publishers(); i++) {
            ProtocolClient client =
                    group.client(ProtocolClient.Options.of(key, format(i)), history.recorder(size.subscribers() + i));
            client.connect();
            publishers.add(client);
        }
    }

    private static Format format(int number) {
        return number % 2 == 0 ? Format.JSON : Format.MSGPACK;
    }

    private String channel(int number) {
        return size.namespaces().get(number % size.namespaces().size()) + "jepsen-" + number;
    }

    void start() {
        var unused = pacer.scheduleAtFixedRate(this::publishWhatIsDue, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void publishWhatIsDue() {
        due += size.messagesPerSecond() * TICK_MILLIS / 1000.0;
        for (; due >= 1; due--) {
            int publisher = invoked.getAndIncrement() % size.publishers();
            String channel = channel(random.nextInt(size.channels()));
            String id = "p%d-%d".formatted(publisher, published[publisher]++);
            history.invoked(publisher, channel, id);
            Message message = Message.of(Optional.of(id), Payload.text(PADDING));
            publishers.get(publisher).publish(new Publication(channel, List.of(message)));
        }
    }

    int answered() {
        return history.answered();
    }

    boolean allAreAttached() {
        return history.attached() == subscribers.size();
    }

    /// Loses some client's socket.
    void dropSomeSocket(SplittableRandom nemesis) {
        int index = nemesis.nextInt(publishers.size() + subscribers.size());
        (index < publishers.size() ? publishers.get(index) : subscribers.get(index - publishers.size())).dropSocket();
    }

    /// Stops publishing, waits until every publish is answered and every subscriber has the end of its channel, and
    /// adds the final log to the history.
    void finish(Duration within) throws IOException, InterruptedException, MalformedFrame {
        stopPublishing();
        eventually(within, () -> history.answered() == invoked.get());
        String[] last = new String[size.channels()];
        for (int number = 0; number < size.channels(); number++) {
            String channel = channel(number);
            for (Message message : FinalLog.of(node, channel)) {
                last[number] = message.name().orElse("");
                history.logged(channel, last[number], message.serial().orElse(""));
            }
        }
        eventually(within, () -> {
            for (int client = 0; client < subscribers.size(); client++) {
                int number = client % size.channels();
                if (!Optional.ofNullable(last[number]).equals(history.lastReceived(client, channel(number)))) {
                    return false;
                }
            }
            return true;
        });
    }

    void stopPublishing() throws InterruptedException {
        pacer.shutdown();
        pacer.awaitTermination(10, TimeUnit.SECONDS);
    }

    /// Waits, but fails nothing: what is missing in the end is the checker's to tell.
    private static void eventually(Duration within, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Override
    public void close() {
        pacer.shutdownNow();
        publishers.forEach(ProtocolClient::close);
        subscribers.forEach(ProtocolClient::close);
        group.close();
    }
}
