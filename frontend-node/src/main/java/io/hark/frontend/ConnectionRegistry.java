package io.hark.frontend;

import io.hark.auth.Grant;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Handle: the node's connections by id: which transport is the newest, and which connections were
/// dropped lately. Any thread.
///
/// It only sharpens what connection keys say by themselves: a connection that it does not know may be one of an
/// earlier life of the node, and is taken over if that is recent enough.
///
/// @param <T> a connection's transport
final class ConnectionRegistry<T extends ConnectionRegistry.Transport> {
    /// What the registry asks a transport; any thread.
    interface Transport {
        /// Whether anything came from the client on it.
        boolean hasHeardFromClient();
    }

    private final ConcurrentMap<String, Held<T>> held = new ConcurrentHashMap<>();
    private final AtomicInteger lost = new AtomicInteger();
    private final long stateTtlMillis;
    private final int lostMax;
    private final long startedMillis;

    /// @param startedMillis when the node started
    ConnectionRegistry(Duration stateTtl, int lostMax, long startedMillis) {
        this.stateTtlMillis = stateTtl.toMillis();
        this.lostMax = lostMax;
        this.startedMillis = startedMillis;
    }

    /// Value: what is known of one connection.
    ///
    /// @param live       its transport's handler while there is one
    /// @param sinceMillis when it was lost or closed; 0 while live
    /// @param closed     ended by the client: it cannot be resumed
    /// @param kind       of the credentials with which it authenticated again; empty while they are of the kind
    ///                   that its key says
    /// @param presentOn  channels where it has members, and how they are logged
    private record Held<T>(
            int generation,
            Optional<T> live,
            long sinceMillis,
            boolean closed,
            Optional<Grant.Kind> kind,
            Map<ChannelId, ChannelPolicy> presentOn) {
        static <T> Held<T> live(int generation, T transport, Map<ChannelId, ChannelPolicy> presentOn) {
            return new Held<>(generation, Optional.of(transport), 0, false, Optional.empty(), presentOn);
        }

        Held<T> endedAt(long nowMillis, boolean forGood, Map<ChannelId, ChannelPolicy> members) {
            return new Held<>(generation, Optional.empty(), nowMillis, forGood, kind, members);
        }
    }

    /// Value: what a successful takeover brings.
    ///
    /// @param generation of the new transport
    /// @param displaced  the transport that it takes the connection from
    record Taken<T>(int generation, Optional<T> displaced, Map<ChannelId, ChannelPolicy> presentOn) {}

    void opened(String connectionId, int generation, T transport) {
        held.put(connectionId, Held.live(generation, transport, Map.of()));
    }

    /// Takes the connection over for a new transport of generation `key.generation() + 1`.
    ///
    /// @return empty when its state is gone, or when a newer transport is in use (so that two clients that hold
    ///         keys of one connection do not displace each other for ever)
    Optional<Taken<T>> take(ConnectionKey key, T by, long nowMillis) {
        AtomicReference<Taken<T>> taken = new AtomicReference<>();
        held.compute(key.connectionId(), (id, known) -> {
            if (known == null) {
                if (nowMillis - startedMillis > stateTtlMillis) {
                    return null;
                }
                taken.set(new Taken<>(key.generation() + 1, Optional.empty(), Map.of()));
                return Held.live(key.generation() + 1, by, Map.of());
            }
            boolean expired = known.live().isEmpty() && nowMillis - known.sinceMillis() > stateTtlMillis;
            boolean newerInUse = known.generation() > key.generation()
                    && known.live().map(Transport::hasHeardFromClient).orElse(false);
            if (known.closed() || expired || newerInUse) {
                return known;
            }
            if (known.live().isEmpty()) {
                lost.decrementAndGet();
            }
            int generation = Math.max(known.generation(), key.generation()) + 1;
            taken.set(new Taken<>(generation, known.live(), known.presentOn()));
            return Held.live(generation, by, known.presentOn());
        });
        return Optional.ofNullable(taken.get());
    }

    /// The transport of `by` is gone; the connection can be resumed for a while, unless `by` was displaced
    /// before.
    void lost(String connectionId, T by, Map<ChannelId, ChannelPolicy> presentOn, long nowMillis) {
        held.computeIfPresent(connectionId, (id, known) -> {
            if (known.live().isEmpty() || known.live().get() != by) {
                return known;
            }
            if (lost.incrementAndGet() > lostMax) {
                lost.decrementAndGet();
                return null;
            }
            return known.endedAt(nowMillis, false, Map.copyOf(presentOn));
        });
    }

    /// The client ended the connection.
    void closed(String connectionId, T by, long nowMillis) {
        held.computeIfPresent(connectionId, (id, known) -> {
            if (known.live().isEmpty() || known.live().get() != by) {
                return known;
            }
            if (lost.incrementAndGet() > lostMax) {
                lost.decrementAndGet();
                return null;
            }
            return known.endedAt(nowMillis, true, Map.of());
        });
    }

    /// The client of `by` has authenticated again, with credentials of that kind. Its key cannot say so, as a
    /// client keeps the one that it has (RTC8a1).
    void authenticated(String connectionId, T by, Grant.Kind kind) {
        held.computeIfPresent(
                connectionId,
                (id, known) -> known.live().filter(live -> live == by).isEmpty()
                        ? known
                        : new Held<>(known.generation(), known.live(), 0, false, Optional.of(kind), known.presentOn()));
    }

    /// Whether the connection is one of a client with credentials of that kind; of one that the registry does not
    /// know that cannot be ruled out.
    boolean isOfKind(ConnectionKey key, Grant.Kind kind) {
        Held<T> known = held.get(key.connectionId());
        return known == null || known.kind().orElse(key.kind()) == kind;
    }

    /// The live connection with this id.
    Optional<T> live(String connectionId) {
        Held<T> known = held.get(connectionId);
        return known == null ? Optional.empty() : known.live();
    }

    /// Whether a later transport than the key's has taken the connection over.
    boolean isSuperseded(ConnectionKey key) {
        Held<T> known = held.get(key.connectionId());
        return known != null && known.generation() > key.generation();
    }

    /// Forgets what can no longer be resumed; to be called every few seconds.
    void sweep(long nowMillis) {
        for (String connectionId : held.keySet()) {
            held.computeIfPresent(connectionId, (id, known) -> {
                boolean expired = known.live().isEmpty() && nowMillis - known.sinceMillis() > stateTtlMillis;
                if (expired) {
                    lost.decrementAndGet();
                }
                return expired ? null : known;
            });
        }
    }
}
