package io.hark.channel.sim;

import io.hark.slot.PeerMessage;
import io.hark.slot.Peers;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The links between nodes: one session at a time between two of them, in order, that can stall in
/// either direction and ends at any time with what was on its way.
final class SimNetwork {
    private static final int KEEPALIVE_MICROS = 1_200_000;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final History history;
    private final Map<String, End> ends = new LinkedHashMap<>();
    private final Map<Pair, PeerSession> sessions = new LinkedHashMap<>();
    private final Set<Way> stalled = new LinkedHashSet<>();
    private final Set<Way> slow = new LinkedHashSet<>();
    private long lastNumber;

    SimNetwork(Scheduler scheduler, SimConfig config, History history) {
        this.scheduler = scheduler;
        this.config = config;
        this.history = history;
    }

    /// From one node to another.
    record Way(String from, String to) {
        Way back() {
            return new Way(to, from);
        }
    }

    private record Pair(String low, String high) {
        static Pair of(String one, String other) {
            return one.compareTo(other) < 0 ? new Pair(one, other) : new Pair(other, one);
        }
    }

    Scheduler scheduler() {
        return scheduler;
    }

    SimConfig config() {
        return config;
    }

    History history() {
        return history;
    }

    /// The links of one life of a node.
    End end(String node) {
        return new End(node);
    }

    final class End implements Peers {
        private final String node;
        private Optional<Listener> listener = Optional.empty();
        private boolean dead;

        private End(String node) {
            this.node = node;
        }

        String node() {
            return node;
        }

        boolean isDead() {
            return dead;
        }

        Listener listener() {
            return listener.orElseThrow();
        }

        @Override
        public void start(Listener own) {
            listener = Optional.of(own);
            ends.put(node, this);
            ends.keySet().stream().filter(other -> !other.equals(node)).forEach(other -> connectLater(node, other));
        }

        @Override
        public void send(String to, long number, List<PeerMessage> messages) {
            PeerSession session = sessions.get(Pair.of(node, to));
            if (!dead && session != null && session.number() == number) {
                session.send(node, messages);
            }
        }

        @Override
        public void close() {
            die(false);
        }

        /// @param silently without closing sockets
        void die(boolean silently) {
            dead = true;
            if (ends.get(node) == this) {
                ends.remove(node);
            }
            List.copyOf(sessions.values()).stream()
                    .filter(session -> session.isOf(this))
                    .forEach(session -> {
                        if (silently) {
                            scheduler.after(scheduler.between(1, KEEPALIVE_MICROS), session::end);
                        } else {
                            session.end();
                        }
                    });
        }
    }

    private void connectLater(String one, String other) {
        scheduler.after(scheduler.between(500, 40_000), () -> connect(one, other));
    }

    private void connect(String one, String other) {
        End first = ends.get(one);
        End second = ends.get(other);
        if (first == null || second == null || sessions.containsKey(Pair.of(one, other))) {
            return;
        }
        Way way = new Way(one, other);
        if (stalled.contains(way) || stalled.contains(way.back())) {
            connectLater(one, other);
            return;
        }
        sessions.put(Pair.of(one, other), new PeerSession(this, first, second, ++lastNumber));
    }

    /// Both ends have seen the session's end.
    void ended(PeerSession session, String one, String other) {
        sessions.remove(Pair.of(one, other), session);
        connectLater(one, other);
    }

    boolean isStalled(String from, String to) {
        return stalled.contains(new Way(from, to));
    }

    boolean isSlow(String from, String to) {
        return slow.contains(new Way(from, to));
    }

    // ---- what befalls links

    /// Ends the session between two nodes, if there is one.
    void breakSession(String one, String other) {
        PeerSession session = sessions.get(Pair.of(one, other));
        if (session != null) {
            session.end();
        }
    }

    /// Nothing gets through that way for so long. A session that stalls for longer than the keepalive ends.
    void stall(Way way, int micros) {
        if (!stalled.add(way)) {
            return;
        }
        PeerSession session = sessions.get(Pair.of(way.from(), way.to()));
        scheduler.after(scheduler.between(KEEPALIVE_MICROS / 4, KEEPALIVE_MICROS), () -> {
            if (session != null && stalled.contains(way)) {
                session.end();
            }
        });
        scheduler.after(micros, () -> heal(way));
    }

    private void heal(Way way) {
        if (stalled.remove(way)) {
            PeerSession session = sessions.get(Pair.of(way.from(), way.to()));
            if (session != null) {
                session.flow(way.from());
            }
        }
    }

    void slowDown(Way way, int micros) {
        slow.add(way);
        scheduler.after(micros, () -> slow.remove(way));
    }

    void healAll() {
        slow.clear();
        List.copyOf(stalled).forEach(this::heal);
    }

    /// The sessions of a node that stands still end on the other side.
    void standsStill(String node, int micros) {
        List.copyOf(sessions.values()).stream()
                .filter(session -> session.connects(node))
                .forEach(session -> {
                    int keepalive = scheduler.between(KEEPALIVE_MICROS / 4, KEEPALIVE_MICROS);
                    if (keepalive < micros) {
                        scheduler.after(keepalive, session::end);
                    }
                });
    }
}
