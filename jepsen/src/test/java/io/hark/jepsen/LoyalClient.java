package io.hark.jepsen;

import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.Payload;
import io.hark.protocol.ServerMessage;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Handle: a realtime client that knows one node only, publishes several times a second whether it is
/// connected or not, and keeps what it is told.
final class LoyalClient implements ClientListener, AutoCloseable {
    static final String CHANNEL = "persisted:loyal";

    private static final int EVERY_MILLIS = 100;

    private final ClientGroup group;
    private final ProtocolClient client;
    private final ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor();
    private final List<Long> answeredNanos = new ArrayList<>();
    private Optional<SentAway> sentAway = Optional.empty();
    private Optional<Long> connectedNanos = Optional.empty();
    private boolean resumed = true;
    private int published;

    /// When the server ended the transport for the first time, and what it said.
    record SentAway(long nanos, int code) {}

    LoyalClient(InetSocketAddress node, long seed) {
        group = new ClientGroup(List.of(node), seed);
        client = group.client(new ProtocolClient.Options(ClusterSpec.KEY, Format.JSON), 0, this);
        client.connect();
        var unused = pacer.scheduleAtFixedRate(this::publish, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void publish() {
        Message message = Message.of(Optional.of("loyal-" + published++), Payload.text("loyal"));
        client.publish(new Outgoing.OfMessage(CHANNEL, message));
    }

    void stopPublishing() throws InterruptedException {
        pacer.shutdown();
        pacer.awaitTermination(10, TimeUnit.SECONDS);
    }

    /// In the order in which they were published.
    synchronized List<String> published() {
        return IntStream.range(0, published)
                .mapToObj(number -> "loyal-" + number)
                .toList();
    }

    synchronized boolean hasAnswers() {
        return !answeredNanos.isEmpty();
    }

    synchronized boolean isAnswered() {
        return answeredNanos.size() == published;
    }

    synchronized long acceptedBetween(long fromNanos, long toNanos) {
        return answeredNanos.stream()
                .filter(nanos -> nanos >= fromNanos && nanos < toNanos)
                .count();
    }

    synchronized Optional<SentAway> sentAway() {
        return sentAway;
    }

    /// Since when it has been connected.
    synchronized Optional<Long> connectedNanos() {
        return connectedNanos;
    }

    /// Whether every connection but the first was the one from before.
    synchronized boolean isResumed() {
        return resumed;
    }

    @Override
    public synchronized void connected(int node, boolean first, boolean same) {
        connectedNanos = Optional.of(System.nanoTime());
        resumed &= first || same;
    }

    @Override
    public synchronized void disconnected(Optional<ErrorInfo> reason) {
        connectedNanos = Optional.empty();
        if (sentAway.isEmpty()) {
            sentAway = Optional.of(
                    new SentAway(System.nanoTime(), reason.map(ErrorInfo::code).orElse(0)));
        }
    }

    @Override
    public synchronized void accepted(Outgoing outgoing, List<String> serials) {
        answeredNanos.add(System.nanoTime());
    }

    @Override
    public void attached(ServerMessage.Attached attached, Optional<String> sent) {}

    @Override
    public void received(ServerMessage.Messages messages) {}

    @Override
    public void reissued(Outgoing outgoing) {}

    @Override
    public void refused(Outgoing outgoing, ErrorInfo error) {}

    @Override
    public void failed(Optional<String> channel, ErrorInfo error) {}

    @Override
    public void violated(String rule) {}

    @Override
    public void close() {
        pacer.shutdownNow();
        client.close();
        group.close();
    }
}
