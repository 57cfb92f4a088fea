package io.hark.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.slot.PeerMessage;
import io.hark.slot.Peers;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A node with nothing but its links, which keeps what came and checks that it came as the port promises.
final class TestNode implements Peers.Listener, AutoCloseable {
    static final String SECRET = "a secret of the cluster";
    /// Short, but not so short that a busy machine is mistaken for a dead node.
    static final LinkLimits LIMITS = LinkLimits.DEFAULT.withSilence(Duration.ofMillis(300), Duration.ofMillis(1500));
    private static final Duration WAIT_MAX = Duration.ofSeconds(20);

    private final GrpcPeers peers;
    private final EventLoopGroup loops;
    private final List<Event> events = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final Map<String, Long> sessions = new ConcurrentHashMap<>();
    private final Map<String, Long> lastSessions = new HashMap<>();
    private final Map<String, Thread> inside = new ConcurrentHashMap<>();

    sealed interface Event {
        String node();

        long session();
    }

    record Up(String node, long session) implements Event {}

    record Received(String node, long session, PeerMessage message) implements Event {}

    record Down(String node, long session) implements Event {}

    private TestNode(GrpcPeers peers, EventLoopGroup loops) {
        this.peers = peers;
        this.loops = loops;
    }

    static EventLoopGroup loops(int count) {
        return new MultiThreadIoEventLoopGroup(
                count, new DefaultThreadFactory("test-loop", true), NioIoHandler.newFactory());
    }

    static LinkSockets sockets(EventLoopGroup loops) {
        return new LinkSockets(loops, NioSocketChannel::new, NioServerSocketChannel::new);
    }

    static TestNode start(String id) {
        return start(id, "eu", SECRET, Optional.empty(), LIMITS);
    }

    static TestNode start(String id, String region, String secret, Optional<LinkTls> tls, LinkLimits limits) {
        return start(id, region, secret, tls, limits, 2);
    }

    static TestNode start(
            String id, String region, String secret, Optional<LinkTls> tls, LinkLimits limits, int threads) {
        LinkIdentity identity = new LinkIdentity(id, () -> id + "-1", region, secret.getBytes(StandardCharsets.UTF_8));
        EventLoopGroup loops = loops(threads);
        TestNode node = new TestNode(new GrpcPeers(identity, "127.0.0.1:0", tls, limits, sockets(loops)), loops);
        node.peers.start(node);
        return node;
    }

    GrpcPeers peers() {
        return peers;
    }

    int port() {
        return peers.port();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    void knows(String node, String address) {
        peers.nodes(Map.of(node, address));
    }

    /// Links the two; `a` has the smaller id.
    static void link(TestNode a, String idOfA, TestNode b, String idOfB) {
        b.knows(idOfA, a.address());
        a.knows(idOfB, b.address());
        a.awaitUp(idOfB);
        b.awaitUp(idOfA);
    }

    @Override
    public synchronized void up(String node, long session) {
        enter(node);
        expect(!sessions.containsKey(node), "up %d while up".formatted(session));
        expect(session > lastSessions.getOrDefault(node, 0L), "session %d is not new".formatted(session));
        sessions.put(node, session);
        lastSessions.put(node, session);
        events.add(new Up(node, session));
        leave(node);
    }

    @Override
    public synchronized void received(String node, long session, List<PeerMessage> messages) {
        enter(node);
        expect(Long.valueOf(session).equals(sessions.get(node)), "a message of session %d".formatted(session));
        messages.forEach(message -> events.add(new Received(node, session, message)));
        leave(node);
    }

    @Override
    public synchronized void down(String node, long session) {
        enter(node);
        expect(sessions.remove(node, session), "down of session %d".formatted(session));
        events.add(new Down(node, session));
        leave(node);
    }

    private void enter(String node) {
        expect(inside.put(node, Thread.currentThread()) == null, "events of one node overlap");
        expect(Thread.currentThread().getName().startsWith("test-loop"), "on thread " + Thread.currentThread());
    }

    private void leave(String node) {
        inside.remove(node);
        notifyAll();
    }

    private void expect(boolean holds, String otherwise) {
        if (!holds) {
            broken.add(otherwise);
        }
    }

    /// @return the session
    long awaitUp(String node) {
        await("a session with " + node, all -> sessions.containsKey(node));
        return sessions.get(node);
    }

    /// @return the session, which is not `old`
    long awaitUpAgain(String node, long old) {
        await("a new session with " + node, all -> sessions.getOrDefault(node, old) != old);
        return sessions.get(node);
    }

    void awaitDown(String node, long session) {
        await("the end of session " + session, all -> all.contains(new Down(node, session)));
    }

    /// @return the messages of all sessions
    List<PeerMessage> awaitMessages(String node, int count) {
        await(count + " messages", all -> messages(node).size() >= count);
        return messages(node);
    }

    synchronized List<PeerMessage> messages(String node) {
        List<PeerMessage> messages = new ArrayList<>();
        for (Event event : events) {
            if (event instanceof Received(String from, long session, var message) && from.equals(node)) {
                messages.add(message);
            }
        }
        return messages;
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    private synchronized void await(String what, Predicate<List<Event>> condition) {
        long deadline = System.nanoTime() + WAIT_MAX.toNanos();
        while (!condition.test(events)) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            assertThat(left)
                    .as("ms left to wait for %s, events: %s", what, lastEvents())
                    .isPositive();
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private List<Event> lastEvents() {
        return events.subList(Math.max(0, events.size() - 10), events.size());
    }

    static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + WAIT_MAX.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("waited for %s", what).isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    void send(String node, PeerMessage... messages) {
        peers.send(node, awaitUp(node), List.of(messages));
    }

    LinkStats stats(String node) {
        return peers.stats().stream()
                .filter(link -> link.node().equals(node))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        peers.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        synchronized (this) {
            assertThat(broken).isEmpty();
            assertThat(sessions).as("sessions that were not ended").isEmpty();
        }
    }
}
