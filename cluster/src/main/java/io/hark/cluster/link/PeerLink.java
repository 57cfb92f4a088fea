package io.hark.cluster.link;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.hark.slot.PeerMessage;
import io.hark.slot.Peers;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined to its loop: the link with one node, with at most one session at a time; tells the listener
/// of them in order. [#send], [#stats] and [#lastFailure] can be called by any thread.
final class PeerLink {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    private final String id;
    private final EventLoop loop;
    private final Shared shared;
    private final LinkCounters counters = new LinkCounters();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private String address;
    private volatile Optional<LinkSession> session = Optional.empty();
    private Optional<Dial> dial = Optional.empty();
    private Optional<Future<?>> redial = Optional.empty();
    private Optional<Future<?>> heartbeat = Optional.empty();
    private int failedDials;
    private volatile String lastFailure = "";
    private boolean closing;

    /// What all links of a node use.
    ///
    /// @param sessions gives the next session's number
    record Shared(
            Handshake handshake,
            LinkLimits limits,
            LinkDialler dialler,
            Peers.Listener listener,
            LongSupplier sessions) {}

    PeerLink(String id, String address, EventLoop loop, Shared shared) {
        this.id = id;
        this.address = address;
        this.loop = loop;
        this.shared = shared;
    }

    String id() {
        return id;
    }

    EventLoop loop() {
        return loop;
    }

    void send(long number, List<PeerMessage> messages) {
        Optional<LinkSession> current = session;
        if (current.isPresent() && current.get().number() == number) {
            current.get().offer(messages);
        }
    }

    LinkStats stats() {
        Optional<LinkSession> current = session;
        return counters.stats(
                id, current.isPresent(), current.map(LinkSession::queuedBytes).orElse(0L));
    }

    String lastFailure() {
        return lastFailure;
    }

    /// Links with the node where it is now.
    void at(String newAddress) {
        boolean moved = !newAddress.equals(address);
        address = newAddress;
        if (moved) {
            redial.ifPresent(waiting -> waiting.cancel(false));
            redial = Optional.empty();
            dial.ifPresent(Dial::abandon);
            dial = Optional.empty();
            failedDials = 0;
        }
        dial();
    }

    private void dial() {
        boolean busy = session.isPresent() || dial.isPresent() || redial.isPresent();
        if (closing || busy || !shared.handshake.self().dials(id)) {
            return;
        }
        ManagedChannel channel;
        try {
            channel = shared.dialler.open(address, loop);
        } catch (IllegalArgumentException e) {
            failed(e.getMessage());
            return;
        }
        Dial attempt = new Dial(this, shared.handshake, shared.limits, channel, shared.sessions.getAsLong());
        dial = Optional.of(attempt);
        attempt.start(readyThresholdBytes(shared.limits));
    }

    /// As much as gRPC may hold before it asks for patience: a frame that is sent, and the next one.
    static int readyThresholdBytes(LinkLimits limits) {
        return 2 * limits.frameBytes();
    }

    void dialFailed(Dial attempt, Status why) {
        if (dial.isEmpty() || dial.get() != attempt) {
            return;
        }
        dial = Optional.empty();
        failed(described(why));
    }

    private void failed(String failure) {
        if (!failure.equals(lastFailure)) {
            LOG.warn("node {} at {} cannot be linked with, it is dialled again: {}", id, address, failure);
            lastFailure = failure;
        }
        failedDials++;
        redialLater();
    }

    private void redialLater() {
        redial = Optional.of(loop.schedule(
                () -> {
                    redial = Optional.empty();
                    dial();
                },
                redialAfter().toMillis(),
                TimeUnit.MILLISECONDS));
    }

    private Duration redialAfter() {
        LinkLimits limits = shared.limits;
        Duration pause = limits.redialMin().multipliedBy(1L << Math.min(failedDials, 16));
        long millis = Math.min(pause.toMillis(), limits.redialMax().toMillis());
        // So that nodes that lost each other at once do not come back at once.
        return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    }

    void dialled(Dial attempt, LinkStream stream, long number, Wire.Hello hello) {
        if (dial.isEmpty() || dial.get() != attempt) {
            return;
        }
        dial = Optional.empty();
        begin(stream, number, hello);
    }

    /// The node has dialled and proven itself.
    ///
    /// @param answer this node's hello, for the session of that number
    void accept(LinkStream stream, Wire.Hello hello, LongFunction<Wire.Frame> answer) {
        if (stream.isClosed()) {
            return;
        }
        if (closing) {
            stream.abort(Status.UNAVAILABLE.withDescription("the node is shutting down"));
            return;
        }
        long number = shared.sessions.getAsLong();
        stream.send(answer.apply(number));
        begin(stream, number, hello);
    }

    private void begin(LinkStream stream, long number, Wire.Hello hello) {
        session.ifPresent(older -> end(older, Status.ABORTED.withDescription("a newer session has begun")));
        LinkSession next = new LinkSession(number, this, stream, shared.limits, shared.listener, counters);
        stream.moveTo(loop, next);
        failedDials = 0;
        lastFailure = "";
        counters.begun();
        session = Optional.of(next);
        long millis = shared.limits.heartbeatEvery().toMillis();
        heartbeat = Optional.of(
                loop.scheduleAtFixedRate(() -> stream.run(next::heartbeat), millis, millis, TimeUnit.MILLISECONDS));
        LOG.info(
                "linked with node {}, session {} (there {}), incarnation {}",
                id,
                number,
                hello.getSession(),
                hello.getIncarnation());
        shared.listener.up(id, number);
        next.begin();
    }

    /// Ends the session if it is still there.
    void end(LinkSession which, Status why) {
        which.stream().abort(why);
        ended(which, why);
    }

    void ended(LinkSession which, Status why) {
        if (session.isEmpty() || session.get() != which) {
            return;
        }
        session = Optional.empty();
        heartbeat.ifPresent(beat -> beat.cancel(false));
        heartbeat = Optional.empty();
        which.over();
        if (why.isOk()) {
            LOG.info("the link with node {} is closed, session {}", id, which.number());
        } else {
            LOG.warn("the link with node {} is down, session {}: {}", id, which.number(), described(why));
        }
        shared.listener.down(id, which.number());
        if (closing) {
            closed.complete(null);
        } else if (shared.handshake.self().dials(id)) {
            redialLater();
        }
    }

    /// Sends what is queued, then closes. [#closed] completes when the other node has followed.
    void close() {
        stopDialling();
        if (session.isPresent()) {
            session.get().stream().run(session.get()::finish);
        } else {
            closed.complete(null);
        }
    }

    CompletableFuture<Void> closed() {
        return closed;
    }

    /// Cuts the link off.
    void cut(String why) {
        stopDialling();
        session.ifPresent(current -> end(current, Status.CANCELLED.withDescription(why)));
        closed.complete(null);
    }

    private void stopDialling() {
        closing = true;
        redial.ifPresent(waiting -> waiting.cancel(false));
        redial = Optional.empty();
        dial.ifPresent(Dial::abandon);
        dial = Optional.empty();
    }

    /// In one line: gRPC adds more to some.
    private static String described(Status why) {
        StringBuilder text = new StringBuilder(why.getCode().toString());
        if (why.getDescription() != null) {
            text.append(": ").append(why.getDescription().lines().findFirst().orElse(""));
        }
        if (why.getCause() != null) {
            text.append(" (").append(why.getCause()).append(')');
        }
        return text.toString();
    }
}
