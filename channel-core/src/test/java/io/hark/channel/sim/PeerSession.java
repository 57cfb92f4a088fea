package io.hark.channel.sim;

import io.hark.slot.PeerMessage;
import java.util.ArrayDeque;
import java.util.List;

/// One session between two nodes: two directions, each in order, each ending by itself.
final class PeerSession {
    private static final int SLOW_FACTOR = 30;
    private static final int UNNOTICED_MICROS_MAX = 20_000;

    private final SimNetwork network;
    private final Scheduler scheduler;
    private final long number;
    private final Direction forth;
    private final Direction back;
    private boolean ending;

    PeerSession(SimNetwork network, SimNetwork.End one, SimNetwork.End other, long number) {
        this.network = network;
        this.scheduler = network.scheduler();
        this.number = number;
        this.forth = new Direction(one, other);
        this.back = new Direction(other, one);
    }

    long number() {
        return number;
    }

    boolean isOf(SimNetwork.End end) {
        return forth.from == end || forth.to == end;
    }

    boolean connects(String node) {
        return forth.from.node().equals(node) || forth.to.node().equals(node);
    }

    void send(String from, List<PeerMessage> messages) {
        direction(from).send(messages);
    }

    /// What was held up goes on its way.
    void flow(String from) {
        direction(from).flow();
    }

    private Direction direction(String from) {
        return forth.from.node().equals(from) ? forth : back;
    }

    /// Each end notices at its own time; what has not come by then is lost.
    void end() {
        if (ending) {
            return;
        }
        ending = true;
        for (Direction direction : List.of(forth, back)) {
            scheduler.after(scheduler.between(1, UNNOTICED_MICROS_MAX), () -> {
                direction.end();
                if (forth.ended && back.ended) {
                    network.ended(this, forth.from.node(), forth.to.node());
                }
            });
        }
    }

    private final class Direction {
        private final SimNetwork.End from;
        private final SimNetwork.End to;
        private final ArrayDeque<PeerMessage> held = new ArrayDeque<>();
        private long lastArrival;
        private boolean ended;

        Direction(SimNetwork.End from, SimNetwork.End to) {
            this.from = from;
            this.to = to;
            lastArrival = scheduler.nowMicros() + scheduler.between(1, 5_000);
            scheduler.at(lastArrival, () -> {
                if (!to.isDead() && !ended) {
                    to.listener().up(from.node(), number);
                }
            });
        }

        void send(List<PeerMessage> messages) {
            for (PeerMessage message : messages) {
                boolean replication = message instanceof PeerMessage.Append
                        || message instanceof PeerMessage.Appended
                        || message instanceof PeerMessage.Mismatch;
                if (replication && scheduler.fault(network.config().cluster().lostInSession())) {
                    continue;
                }
                int slower = network.isSlow(from.node(), to.node()) ? SLOW_FACTOR : 1;
                int delay = scheduler.delay(network.config().cluster().peerMicros()) * slower;
                if (replication && scheduler.fault(network.config().cluster().reorderedInSession())) {
                    scheduler.at(Math.max(lastArrival, scheduler.nowMicros()) + delay * 3L, () -> arrived(message));
                    continue;
                }
                lastArrival = Math.max(lastArrival, scheduler.nowMicros() + delay);
                scheduler.at(lastArrival, () -> arrived(message));
            }
        }

        private void arrived(PeerMessage message) {
            if (ended || to.isDead()) {
                return;
            }
            if (!held.isEmpty() || network.isStalled(from.node(), to.node())) {
                held.add(message);
            } else {
                hand(message);
            }
        }

        private void hand(PeerMessage message) {
            network.history().trace(() -> "%s tells %s %s".formatted(from.node(), to.node(), text(message)));
            to.listener().received(from.node(), number, List.of(message));
        }

        private static String text(PeerMessage message) {
            return message instanceof PeerMessage.Append append
                    ? "Append[slot=%d, epoch=%d, prevLsn=%d, prevEpoch=%d, committedLsn=%d, sparse=%s, records=%s]"
                            .formatted(
                                    append.slot(),
                                    append.epoch(),
                                    append.prevLsn(),
                                    append.prevEpoch(),
                                    append.committedLsn(),
                                    append.sparse(),
                                    append.records().stream()
                                            .map(record -> record.lsn() + "/"
                                                    + record.head().epoch())
                                            .toList())
                    : message.toString();
        }

        void flow() {
            while (!held.isEmpty() && !ended && !to.isDead()) {
                hand(held.poll());
            }
        }

        void end() {
            ended = true;
            held.clear();
            if (!to.isDead()) {
                to.listener().down(from.node(), number);
            }
        }
    }
}
