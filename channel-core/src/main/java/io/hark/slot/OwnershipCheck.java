package io.hark.slot;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/// Confined: whether a slot's owner is still the owner, for those few answers that must not be given by one that was
/// replaced and does not know (rule R8): it asks every node that counts for a commit, and is sure once each has said
/// that it follows, asked after the answer was wanted. A later owner commits nothing without one of them.
///
/// Whoever asks in one turn shares a round. While nobody asks it costs nothing.
final class OwnershipCheck {
    private static final int WAITING_MAX = 1_000;
    private static final long WAIT_MILLIS = 2_000;

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    /// The last round in which each node has said that it follows.
    private final Map<String, Long> said = new HashMap<>();

    private long round;
    private boolean roundDue;

    private record Waiting(long round, long untilMillis, Consumer<Boolean> answer) {}

    /// @param answer whether it is sure; false when it cannot be for too long, or too many ask. Not called once the
    ///               owner has ended: somebody else is to be asked then
    void ask(long nowMillis, Consumer<Boolean> answer) {
        if (waiting.size() >= WAITING_MAX) {
            answer.accept(false);
            return;
        }
        roundDue = true;
        waiting.add(new Waiting(round + 1, nowMillis + WAIT_MILLIS, answer));
    }

    /// Asks the nodes for those who have come since the last round.
    void beginRound(Collection<String> nodes, ObjLongConsumer<String> askNode) {
        if (roundDue) {
            roundDue = false;
            round++;
            nodes.forEach(node -> askNode.accept(node, round));
        }
    }

    void follows(String node, long inRound) {
        said.merge(node, inRound, Math::max);
    }

    /// Answers those who can be.
    ///
    /// @param counted every node that is asked before something is committed
    void settle(Collection<String> counted) {
        long sureUpTo = round;
        for (String node : counted) {
            sureUpTo = Math.min(sureUpTo, said.getOrDefault(node, 0L));
        }
        while (!waiting.isEmpty() && waiting.peek().round() <= sureUpTo) {
            waiting.poll().answer().accept(true);
        }
    }

    /// Asks again what may have been lost on the way, and gives up what waits for too long.
    void tick(long nowMillis) {
        while (!waiting.isEmpty() && waiting.peek().untilMillis() <= nowMillis) {
            waiting.poll().answer().accept(false);
        }
        roundDue |= !waiting.isEmpty();
    }

    /// Whether somebody waits for an answer.
    boolean isAsked() {
        return !waiting.isEmpty();
    }

    void end() {
        waiting.clear();
    }
}
