package io.hark.channel.sim;

import io.hark.control.PlannerConfig;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/// Value: a run's nodes, what connects them, and what befalls them.
///
/// @param nodes             how many there are at first; named n1, n2 and so on
/// @param peerMicros        the longest that a message takes from node to node, slow links aside
/// @param lostInSession     share of the replication messages that a session loses though it goes on
/// @param reorderedInSession share of them that others overtake
/// @param controlMicros     the longest that a proposal or a decision takes
/// @param controlLoss       share of the proposals that are lost, on the way or on the way back
/// @param detectMillis      the longest that it takes to suspect a node that does not answer
/// @param falseSuspicion    chance, each time that suspicions are looked at, that a healthy node is suspected
/// @param tellsDirtySlots   whether a node that lost something names the slots, or only says that it lost
///                          something
/// @param wipes             whether disks are replaced by empty ones
/// @param scales            whether nodes come and go for good
/// @param lagMillis         the longest that a node hears later of decisions than the others; 0 when none does
record ClusterConfig(
        int nodes,
        PlannerConfig planner,
        int peerMicros,
        double lostInSession,
        double reorderedInSession,
        int controlMicros,
        double controlLoss,
        int detectMillis,
        double falseSuspicion,
        boolean tellsDirtySlots,
        boolean wipes,
        boolean scales,
        int lagMillis) {

    static ClusterConfig of(Scheduler dice) {
        int nodes = dice.pick(List.of(1, 1, 2, 3, 3, 3, 3, 4, 5));
        int lagMillis = nodes > 1 && dice.views().nextBoolean() ? dice.views().nextInt(200, 4_000) : 0;
        // Where slots have somewhere else to go, more nodes come to hold one while they hear late of it.
        int replicas = Math.min(lagMillis > 0 && dice.views().nextBoolean() ? 2 : 3, nodes);
        int minIsr = replicas == 3 ? 2 : nodes == 2 ? dice.between(1, 2) : 1;
        boolean unruly = nodes > 1 && dice.chance(0.15);
        return new ClusterConfig(
                nodes,
                new PlannerConfig(
                        replicas,
                        minIsr,
                        names(nodes),
                        dice.between(1, 3),
                        Duration.ZERO,
                        dice.between(1, 3),
                        Duration.ofMillis(dice.chance(0.5) ? dice.between(300, 2_000) : 1_000_000)),
                dice.chance(0.3) ? dice.between(5_000, 30_000) : dice.between(50, 3_000),
                unruly ? dice.between(1, 10) / 100.0 : 0,
                unruly ? dice.between(1, 10) / 100.0 : 0,
                dice.between(200, 30_000),
                nodes > 1 && dice.chance(0.4) ? dice.between(5, 30) / 100.0 : 0,
                dice.between(50, 1_500),
                nodes > 1 && dice.chance(0.3) ? 0.03 : 0,
                dice.chance(0.5),
                nodes > 2 && dice.chance(0.4) && replicas > 2,
                nodes > 2 && dice.chance(0.3),
                lagMillis);
    }

    static List<String> names(int nodes) {
        return IntStream.rangeClosed(1, nodes).mapToObj(number -> "n" + number).toList();
    }

    boolean isOne() {
        return nodes == 1;
    }
}
