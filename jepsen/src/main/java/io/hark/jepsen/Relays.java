package io.hark.jepsen;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Handle: carries the connections between hosts, and can be told to do so slowly. For each host there are
/// two addresses of this machine: others reach it through one, and it is seen by others as the other one; so
/// rules that tell hosts apart by address still do.
final class Relays implements AutoCloseable {
    static final int FIRST_PORT = 7800;
    static final int PORTS = 3;
    private static final int CHUNK_BYTES = 16 << 10;
    private static final int CHUNKS_MAX = 64;
    private static final int SOURCE = 100;
    private static final int TARGET = 150;
    private static final int CONNECT_MILLIS = 2_000;
    private static final int BACKLOG = 50;

    private record Pace(Duration delay, long bytesPerSecond) {
        static final Pace FULL = new Pace(Duration.ZERO, Long.MAX_VALUE);
    }

    private record Chunk(long dueNanos, byte[] bytes) {
        static final Chunk END = new Chunk(0, new byte[0]);
    }

    private final String subnet;
    private final AtomicReferenceArray<Pace> paces;
    private final List<ServerSocket> listeners = new ArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Relays(String subnet, int hosts) throws IOException {
        this.subnet = subnet;
        this.paces = new AtomicReferenceArray<>(hosts);
        for (int host = 0; host < hosts; host++) {
            paces.set(host, Pace.FULL);
            for (int port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
                ServerSocket listener =
                        new ServerSocket(port, BACKLOG, InetAddress.getByName(standsForTarget(subnet, host)));
                listeners.add(listener);
                int target = host;
                Thread.ofVirtual().name("hark-relay-accept").start(() -> accept(listener, target));
            }
        }
    }

    /// The address that others see when `host` speaks through a relay.
    static String standsForSource(String subnet, int host) {
        return subnet + (SOURCE + host);
    }

    /// The address through which others reach `host`.
    static String standsForTarget(String subnet, int host) {
        return subnet + (TARGET + host);
    }

    void slow(int host, Duration delay, long bytesPerSecond) {
        paces.set(host, new Pace(delay, bytesPerSecond));
    }

    void quicken(int host) {
        paces.set(host, Pace.FULL);
    }

    private Pace pace(int from, int to) {
        Pace one = paces.get(from);
        Pace other = paces.get(to);
        return new Pace(one.delay().plus(other.delay()), Math.min(one.bytesPerSecond(), other.bytesPerSecond()));
    }

    private void accept(ServerSocket listener, int target) {
        while (!closed) {
            try {
                Socket incoming = listener.accept();
                sockets.add(incoming);
                Thread.ofVirtual().name("hark-relay-connect").start(() -> connect(incoming, target));
            } catch (IOException e) {
                if (!closed) {
                    throw new IllegalStateException("a relay cannot accept", e);
                }
            }
        }
    }

    private void connect(Socket incoming, int target) {
        byte[] address = incoming.getInetAddress().getAddress();
        int source = address[address.length - 1] - 1;
        Socket outgoing = new Socket();
        sockets.add(outgoing);
        try {
            outgoing.bind(new InetSocketAddress(standsForSource(subnet, source), 0));
            outgoing.connect(new InetSocketAddress(subnet + (target + 1), incoming.getLocalPort()), CONNECT_MILLIS);
            incoming.setTcpNoDelay(true);
            outgoing.setTcpNoDelay(true);
        } catch (IOException refused) {
            end(incoming, outgoing);
            return;
        }
        pump(incoming, outgoing, source, target);
        pump(outgoing, incoming, target, source);
    }

    /// Two threads a direction: reading goes on while what was read waits for its time.
    private void pump(Socket in, Socket out, int from, int to) {
        ArrayBlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(CHUNKS_MAX);
        Thread.ofVirtual().name("hark-relay-read").start(() -> {
            try {
                InputStream stream = in.getInputStream();
                byte[] buffer = new byte[CHUNK_BYTES];
                for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
                    long due = System.nanoTime() + pace(from, to).delay().toNanos();
                    put(chunks, new Chunk(due, Arrays.copyOf(buffer, n)));
                }
            } catch (IOException reset) {
                // Told to the other side by its own end of the stream.
            } finally {
                put(chunks, Chunk.END);
            }
        });
        Thread.ofVirtual().name("hark-relay-write").start(() -> {
            try {
                OutputStream stream = out.getOutputStream();
                for (Chunk chunk = take(chunks); chunk != Chunk.END; chunk = take(chunks)) {
                    TimeUnit.NANOSECONDS.sleep(chunk.dueNanos() - System.nanoTime());
                    waitForTurn(chunk.bytes().length, from, to);
                    stream.write(chunk.bytes());
                }
            } catch (IOException | InterruptedException e) {
                // The socket's end is what both sides shall see.
            } finally {
                end(in, out);
            }
        });
    }

    private void waitForTurn(int bytes, int from, int to) throws InterruptedException {
        while (!closed && pace(from, to).bytesPerSecond() == 0) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        long bytesPerSecond = pace(from, to).bytesPerSecond();
        if (bytesPerSecond != Long.MAX_VALUE && bytesPerSecond > 0) {
            TimeUnit.NANOSECONDS.sleep(bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
        }
    }

    private void put(ArrayBlockingQueue<Chunk> chunks, Chunk chunk) {
        try {
            while (!closed && !chunks.offer(chunk, 1, TimeUnit.SECONDS)) {
                // A full queue makes the sender wait, as a slow network does.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Chunk take(ArrayBlockingQueue<Chunk> chunks) throws InterruptedException {
        while (!closed) {
            Chunk chunk = chunks.poll(1, TimeUnit.SECONDS);
            if (chunk != null) {
                return chunk;
            }
        }
        return Chunk.END;
    }

    private void end(Socket one, Socket other) {
        for (Socket socket : List.of(one, other)) {
            sockets.remove(socket);
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException("a socket cannot be closed", e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            for (ServerSocket listener : listeners) {
                listener.close();
            }
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("a relay cannot be closed", e);
        }
    }
}
